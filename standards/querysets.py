"""Editions by what they are."""

from typing import Any

from django.db import models


class EditionQuerySet(models.QuerySet[Any]):
    def published(self) -> "EditionQuerySet":
        return self.exclude(published_at=None)

    def newest_first(self) -> "EditionQuerySet":
        """By the day the document was issued, then by the edition's code."""
        return self.order_by("-issued_on", "-edition")
