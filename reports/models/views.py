"""Filters of the ledger that a person keeps under a name."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from organization.models import User


class SavedView(models.Model):
    """A person's own filter of the ledger; `query` is what stands in the address behind the question mark."""

    person = models.ForeignKey(User, models.CASCADE, related_name="saved_views", db_index=False)
    name = models.CharField(_("名称"), max_length=30)
    query = models.CharField(max_length=300)
    saved_at = models.DateTimeField()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["person", "name"], name="one_view_name_per_person"),
            models.CheckConstraint(condition=~Q(name="") & ~Q(query=""), name="saved_view_is_not_empty"),
        ]

    def __str__(self) -> str:
        return self.name
