"""Regions, centers, people, what they are assigned to, and the trail of what they did."""

from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django_otp.plugins.otp_totp.models import TOTPDevice

from .codes import Level, prefix
from .fields import EncryptedTextField
from .querysets import AuditQuerySet, CenterQuerySet, RegionQuerySet, UserQuerySet
from .stored_rows import by_key

CODE_PATTERN = r"^[0-9]{12}$"


class Region(models.Model):
    """An administrative division under its statistical code."""

    class Levels(models.IntegerChoices):
        NATION = Level.NATION, _("国家")
        PROVINCE = Level.PROVINCE, _("省级")
        CITY = Level.CITY, _("市级")
        COUNTY = Level.COUNTY, _("县级")
        TOWNSHIP = Level.TOWNSHIP, _("乡级")
        VILLAGE = Level.VILLAGE, _("村级")

    code = models.CharField(_("区划代码"), max_length=12, primary_key=True)
    level = models.PositiveSmallIntegerField(_("级别"), choices=Levels)
    name = models.CharField(_("名称"), max_length=100)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("上级")
    )
    is_demonstration = models.BooleanField(_("演示数据"), default=False)

    objects = RegionQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(condition=Q(code__regex=CODE_PATTERN), name="region_code_12_digits"),
            models.CheckConstraint(condition=~Q(name=""), name="region_has_a_name"),
            models.CheckConstraint(
                condition=Q(level=0) | Q(level=1) | Q(parent__isnull=False),
                name="region_below_province_has_parent",
            ),
        ]
        indexes = [
            # Few among 660,000; each is asked for on pages that all of them would slow down.
            models.Index(fields=["code"], condition=Q(is_demonstration=True), name="region_demonstration"),
            models.Index(fields=["code"], condition=Q(level__lte=1), name="region_to_province"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def prefix(self) -> str:
        """The digits that every code inside this region begins with."""
        return prefix(self.code, self.level)


class ServiceCenter(models.Model):
    """A township convenience service center or a village service point."""

    class Kind(models.TextChoices):
        TOWNSHIP = "township", _("乡镇便民服务中心")
        VILLAGE = "village", _("便民服务点")

    region = models.ForeignKey(Region, models.PROTECT, related_name="centers", verbose_name=_("所在地"))
    kind = models.CharField(_("类型"), max_length=10, choices=Kind)
    name = models.CharField(_("名称"), max_length=100)
    address = models.CharField(_("地址"), max_length=200, blank=True)
    phone = EncryptedTextField(_("电话"), max_length=40, blank=True)
    closed_on = models.DateField(_("停用日期"), null=True, blank=True)

    objects = CenterQuerySet.as_manager()

    class Meta:
        ordering = ["region_id", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["region"], condition=Q(closed_on=None), name="one_open_center_per_region"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["township", "village"]), name="center_kind_is_known"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="center_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    INSPECTOR = "inspector", _("检查员")
    LEAD_INSPECTOR = "lead_inspector", _("检查组长")
    REVIEWER = "reviewer", _("核稿人")
    SIGNATORY = "signatory", _("签发人")
    TOWNSHIP_STAFF = "township_staff", _("乡镇工作人员")
    ADMINISTRATOR = "administrator", _("业务管理员")
    SECURITY_ADMINISTRATOR = "security_administrator", _("安全管理员")
    AUDIT_ADMINISTRATOR = "audit_administrator", _("审计管理员")


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    """Makes accounts; `createsuperuser` needs it too."""

    def create_user(self, username: str, name: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(username=self.model.normalize_username(username), name=name, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, name: str, password: str | None = None) -> "User":
        return self.create_user(username, name, password, is_superuser=True)

    def get(self, *args: Any, **fields: Any) -> "User":
        # As every request asks for who is logged in; never where only some of the people are asked for.
        if type(self) is UserManager and not args and fields.keys() == {"pk"}:
            return by_key(self.model, fields["pk"])
        return super().get(*args, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A person; what they may do hangs on their assignments alone."""

    username = models.CharField(
        _("用户名"),
        max_length=64,
        unique=True,
        validators=[UnicodeUsernameValidator()],
        error_messages={"unique": _("这个用户名已经有人使用，请换一个。")},
    )
    name = models.CharField(_("姓名"), max_length=50)
    is_active = models.BooleanField(_("启用"), default=True)
    created_at = models.DateTimeField(_("创建时间"), default=timezone.now, editable=False)
    # An initial password, or one that is too old, is changed before anything else.
    must_change_password = models.BooleanField(
        _("须修改密码"), default=False, db_default=False, editable=False
    )
    password_changed_at = models.DateTimeField(_("密码修改时间"), null=True, editable=False)
    second_factor_at = models.DateTimeField(_("动态口令启用时间"), null=True, editable=False)
    # The notice about personal data that was read last; earlier ones stand in the trail.
    notice_version = models.CharField(
        _("已读告知"), max_length=40, default="", db_default="", blank=True, editable=False
    )
    notice_at = models.DateTimeField(_("阅读时间"), null=True, editable=False)
    disabled_at = models.DateTimeField(_("停用时间"), null=True, editable=False)
    anonymized_at = models.DateTimeField(_("注销时间"), null=True, editable=False)

    objects = UserManager()

    # Where the present request came from; set by the middleware, never stored here.
    address: str | None = None

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        ordering = ["username"]

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    @cached_property
    def grants(self) -> list["Assignment"]:
        """This person's assignments with their regions and those above; read once for each request."""
        from .grants import grants_of

        return grants_of(self.pk)

    @property
    def home_code(self) -> str | None:
        """Division code under which the trail keeps what concerns this person."""
        return self.grants[0].region_id if self.grants else None

    @property
    def roles(self) -> set[str]:
        return {grant.role for grant in self.grants}

    def prefixes(self, *roles: str) -> tuple[str, ...]:
        """Division-code prefixes in which this person holds one of `roles` (any role if none)."""
        return tuple(
            dict.fromkeys(grant.region.prefix for grant in self.grants if not roles or grant.role in roles)
        )

    def holds(self, *roles: str, code: str) -> bool:
        """Say whether one of `roles` covers the region with this 12-digit code."""
        return any(code.startswith(start) for start in self.prefixes(*roles))


class PreviousPassword(models.Model):
    """A hash of a password that a person had, kept so that it is not taken again."""

    user = models.ForeignKey(User, models.CASCADE, related_name="previous_passwords", verbose_name=_("人员"))
    password = models.CharField(_("密码摘要"), max_length=128)
    at = models.DateTimeField(_("时间"))

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.user_id} {self.at:%F %T}"


class LoginSession(models.Model):
    """One log-in that may still be going on: since when, from where, with what."""

    user = models.ForeignKey(User, models.CASCADE, related_name="login_sessions", verbose_name=_("人员"))
    session_key = models.CharField(_("会话"), max_length=40, unique=True, editable=False)
    begun_at = models.DateTimeField(_("登录时间"))
    address = models.GenericIPAddressField(_("来源地址"), null=True)
    agent = models.CharField(_("浏览器"), max_length=200, blank=True)

    class Meta:
        ordering = ["-begun_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.user_id} {self.begun_at:%F %T}"


class PhoneFactor(TOTPDevice):  # type: ignore[misc]
    """A person's second factor; its secret lies encrypted in the package's table, and is opened for use."""

    class Meta:
        proxy = True

    @property
    def bin_key(self) -> bytes:
        from .second_factor import open_key

        return open_key(self.key)


class RecoveryCode(models.Model):
    """What is kept of a code that stands in for a lost phone once."""

    user = models.ForeignKey(User, models.CASCADE, related_name="recovery_codes", verbose_name=_("人员"))
    digest = models.CharField(_("摘要"), max_length=64)
    used_at = models.DateTimeField(_("使用时间"), null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "digest"], name="one_recovery_code_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.used_at or ''}"


class Assignment(models.Model):
    """A role that a person holds in a region and everything below it."""

    user = models.ForeignKey(User, models.CASCADE, related_name="assignments", verbose_name=_("人员"))
    role = models.CharField(_("角色"), max_length=30, choices=Role)
    region = models.ForeignKey(Region, models.PROTECT, related_name="assignments", verbose_name=_("地区"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "role", "region"], name="one_assignment_once"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="assignment_role_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()} · {self.region}"


class AuditEntry(models.Model):
    """One write, refusal, export or view of a document: who, when, from where, what, on what, the result.

    `position` and `digest` tie it into the chain once it is sealed, right after it was written.
    """

    class Result(models.TextChoices):
        DONE = "done", _("完成")
        REFUSED = "refused", _("拒绝")

    at = models.DateTimeField(_("时间"), db_index=True)
    by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="audit_entries", verbose_name=_("人员")
    )
    address = models.GenericIPAddressField(_("来源地址"), null=True)
    action = models.CharField(_("操作"), max_length=60)
    target = models.CharField(_("对象"), max_length=100)
    object_name = models.CharField(_("对象名称"), max_length=200, blank=True, default="", db_default="")
    region = models.ForeignKey(Region, models.PROTECT, null=True, related_name="+", verbose_name=_("地区"))
    result = models.CharField(_("结果"), max_length=10, choices=Result, default=Result.DONE)
    detail = models.JSONField(_("详情"), default=dict, blank=True)
    position = models.BigIntegerField(_("序号"), null=True, unique=True, editable=False)
    digest = models.CharField(
        _("链上摘要"), max_length=80, blank=True, default="", db_default="", editable=False
    )

    objects = AuditQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["id"], condition=Q(position=None), name="audit_not_sealed")]

    def __str__(self) -> str:
        return f"{self.at:%F %T} {self.action} {self.target}"


class AuditCut(models.Model):
    """Up to where the trail was removed when its time was over, and the digest that stood there."""

    at = models.DateTimeField(_("时间"))
    position = models.BigIntegerField(_("序号"), unique=True)
    digest = models.CharField(_("链上摘要"), max_length=80)
    before = models.DateTimeField(_("早于"))

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return f"{self.position} {self.digest}"
