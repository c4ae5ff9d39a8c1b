"""The people of the demonstration: invented names, one for each job in the county and one in its province."""

from dataclasses import dataclass

from organization.models import Role

COUNTY = "410523000000"
PROVINCE = "410000000000"
# Printed by the command that makes the accounts; no other installation has these accounts.
PASSWORD = "bianmin-yanshi-0523"  # noqa: S105


@dataclass(frozen=True)
class Member:
    """One account; `township` is the place in the list of townships, None for all of the region `code`."""

    role: str
    username: str
    name: str
    township: int | None = None
    code: str = COUNTY


CAST = (
    Member(Role.ADMINISTRATOR, "guanli", "周敏"),
    Member(Role.LEAD_INSPECTOR, "zuzhang1", "王海涛"),
    Member(Role.LEAD_INSPECTOR, "zuzhang2", "赵丽娟"),
    Member(Role.INSPECTOR, "jiancha1", "刘晓东"),
    Member(Role.INSPECTOR, "jiancha2", "孙玉梅"),
    Member(Role.INSPECTOR, "jiancha3", "郭志强"),
    Member(Role.INSPECTOR, "jiancha4", "何静"),
    Member(Role.REVIEWER, "hegao", "陈卫东"),
    Member(Role.SIGNATORY, "qianfa", "张建民"),
    Member(Role.SECURITY_ADMINISTRATOR, "anquan", "吴磊"),
    Member(Role.AUDIT_ADMINISTRATOR, "shenji", "郑红"),
    Member(Role.TOWNSHIP_STAFF, "chengguan", "马会玲", 0),
    Member(Role.TOWNSHIP_STAFF, "caiyuan", "申国庆", 1),
    Member(Role.TOWNSHIP_STAFF, "rengu", "李文娟", 2),
    Member(Role.TOWNSHIP_STAFF, "wuling", "杨保军", 3),
    Member(Role.TOWNSHIP_STAFF, "yigou", "冯艳霞", 4),
    Member(Role.TOWNSHIP_STAFF, "baiying", "秦永刚", 5),
    Member(Role.TOWNSHIP_STAFF, "fudao", "苗秀芹", 6),
    Member(Role.TOWNSHIP_STAFF, "hanzhuang", "韩振华", 7),
    Member(Role.TOWNSHIP_STAFF, "guxian", "岳新民", 8),
    Member(Role.TOWNSHIP_STAFF, "wagang", "徐爱荣", 9),
    # Who looks down from the province to a single center.
    Member(Role.ADMINISTRATOR, "shengji", "杜建国", code=PROVINCE),
)
# Lead first, then the inspectors of the team.
TEAMS = (("zuzhang1", "jiancha1", "jiancha2"), ("zuzhang2", "jiancha3", "jiancha4"))
