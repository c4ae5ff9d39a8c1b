"""A cast for tests: two counties with townships, villages, centers and people of every role."""

from dataclasses import dataclass, field

from django.conf import settings

from organization.codes import CODE_LENGTH, Level, ancestors, level_of
from organization.models import Assignment, Region, Role, ServiceCenter, User

PASSWORD = "shuzi-408-chuang"
NAMES = {
    "410000000000": "河南省",
    "410500000000": "安阳市",
    "410523000000": "汤阴县",
    "410526000000": "滑县",
}
TOWNSHIP_NAMES = ["城关镇", "菜园镇", "任固镇", "五陵镇", "宜沟镇", "白营镇", "伏道镇", "韩庄镇"]


@dataclass
class County:
    """A county with its townships in order, and the villages and open centers below each."""

    region: Region
    townships: list[Region] = field(default_factory=list)
    villages: list[Region] = field(default_factory=list)
    centers: dict[str, ServiceCenter] = field(default_factory=dict)

    def center(self, region: Region) -> ServiceCenter:
        return self.centers[region.code]


def make_region(code: str, name: str = "", *, is_demonstration: bool = False) -> Region:
    """Get or create the region under this code (short codes are filled with zeros) and those above it."""
    code = code.ljust(CODE_LENGTH, "0")
    level = level_of(code)
    parent = None
    for above in ancestors(code, level):
        parent, _ = Region.objects.get_or_create(
            code=above,
            defaults={
                "level": level_of(above),
                "name": NAMES.get(above, f"上级{above[:6]}"),
                "parent": parent,
            },
        )
    region, _ = Region.objects.get_or_create(
        code=code,
        defaults={
            "level": level,
            "name": name or NAMES.get(code, f"地区{code}"),
            "parent": parent,
            "is_demonstration": is_demonstration,
        },
    )
    return region


def make_center(region: Region, name: str = "", **fields: object) -> ServiceCenter:
    """Create the center of a township or village; its kind follows from the region's level."""
    village = region.level == Level.VILLAGE
    kind = ServiceCenter.Kind.VILLAGE if village else ServiceCenter.Kind.TOWNSHIP
    rule = "党群服务中心" if village else "党政综合便民服务中心"
    return ServiceCenter.objects.create(
        region=region, kind=fields.pop("kind", kind), name=name or f"{region.name}{rule}", **fields
    )


def make_county(
    code: str = "410523", *, townships: int = 3, villages: int = 2, is_demonstration: bool = False
) -> County:
    """Create a county, its townships (…100, …101, …), villages in each (…201, …202) and all centers."""
    county = County(make_region(code, is_demonstration=is_demonstration))
    for i in range(townships):
        name = TOWNSHIP_NAMES[i] if i < len(TOWNSHIP_NAMES) else f"第{i + 1}镇"
        township = make_region(f"{code}{100 + i}", name, is_demonstration=is_demonstration)
        county.townships.append(township)
        county.centers[township.code] = make_center(township)
        for j in range(villages):
            village = make_region(
                f"{code}{100 + i}{201 + j}", f"{name[:2]}{j + 1}村", is_demonstration=is_demonstration
            )
            county.villages.append(village)
            county.centers[village.code] = make_center(village)
    return county


def make_other_county(**sizes: int) -> County:
    """Create the neighboring county (滑县 410526), whose rows must never be seen from the first."""
    return make_county("410526", **sizes)


def make_user(
    username: str,
    roles: list[tuple[str, Region]] | None = None,
    *,
    name: str = "",
    password: str | None = None,
    is_active: bool = True,
) -> User:
    """Create a person holding `roles`; without a password they enter tests by `client.force_login`."""
    user = User.objects.create_user(
        username, name or username, password, is_active=is_active, notice_version=settings.PRIVACY_VERSION
    )
    for role, region in roles or []:
        make_assignment(user, role, region)
    return user


def make_assignment(user: User, role: str, region: Region) -> Assignment:
    user.__dict__.pop("grants", None)
    return Assignment.objects.create(user=user, role=role, region=region)


def make_cast(county: County, suffix: str = "") -> dict[str, User]:
    """Create one person for each role, under the role's name; all county-wide but for the township's staff.

    That one works in the first township. `suffix` is added to the usernames, for the cast of a second county.
    """
    places = {Role.TOWNSHIP_STAFF.value: county.townships[0]}
    return {
        role: make_user(f"{role}{suffix}", [(role, places.get(role, county.region))]) for role in Role.values
    }
