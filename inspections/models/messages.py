"""What people are told in the portal, and how else they want to hear of it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from organization.models import User


class Message(models.Model):
    """One thing that one person is told once; worded when it is read, in the reader's language."""

    person = models.ForeignKey(User, models.CASCADE, related_name="messages", db_index=False)
    # What it is about, so that the same thing is told once however often a job runs.
    key = models.CharField(max_length=120)
    kind = models.CharField(max_length=20)
    detail = models.JSONField(default=dict)
    url = models.CharField(max_length=200)
    due_on = models.DateField(null=True)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)
    posted_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["key", "person"], name="one_message_once")]
        indexes = [
            models.Index(fields=["person", "-at"], name="message_person_at"),
            models.Index(fields=["person"], condition=Q(mailed_at=None), name="message_to_mail"),
            models.Index(fields=["at"], condition=Q(posted_at=None), name="message_to_post"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class MessageChoice(models.Model):
    """Where a person's messages go besides the portal; without a row, nowhere."""

    class Mode(models.TextChoices):
        DAILY = "daily", _("每天汇总一次")
        AT_ONCE = "at_once", _("随时发送")
        NEVER = "never", _("不发邮件")

    person = models.OneToOneField(
        User, models.CASCADE, primary_key=True, related_name="message_choice", verbose_name=_("人员")
    )
    email = models.EmailField(_("电子邮箱"), blank=True)
    mode = models.CharField(_("邮件"), max_length=10, choices=Mode, default=Mode.DAILY)
    # The last day on which a digest went out.
    digest_on = models.DateField(null=True, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(mode="never") | ~Q(email=""), name="message_mail_needs_an_address"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.mode}"
