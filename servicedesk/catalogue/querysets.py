"""Named selections of reference data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Self

from django.db import models

if TYPE_CHECKING:
    from servicedesk.catalogue.models import LabourOperation


class ReferenceQuerySet(models.QuerySet):
    """Rows with an order and an end of life."""

    def offered(self) -> Self:
        """Those offered for new work, in the order of their source file."""
        return self.filter(active=True).order_by("position", "pk")


class ChecklistItemQuerySet(ReferenceQuerySet):
    """Items of the four checklists."""

    def of(self, item_list: str, *, at: dt.datetime | None = None, stages: Iterable[str] = ()) -> Self:
        """The items in force on `item_list`, in order, now or `at` a moment; of the final list, only those of `stages`.

        What was begun before a list changed is asked as it was when it was begun: give that moment.
        """
        items = self.filter(list=item_list).order_by("position", "pk")
        if at is None:
            items = items.filter(valid_to=None)
        else:
            items = items.filter(models.Q(valid_to=None) | models.Q(valid_to__gt=at), valid_from__lte=at)
        return items.filter(stage__in=list(stages)) if stages else items

    def latest_versions(self, item_list: str) -> Self:
        """The last version of every item that was ever on `item_list`, in force or retired."""
        return self.filter(list=item_list).order_by("code", "-version").distinct("code")


class ReadingSpecQuerySet(ReferenceQuerySet):
    """Readings to record."""

    def for_operation(self, operation: LabourOperation) -> Self:
        """The readings asked for `operation`: its own and its system's."""
        return self.offered().filter(scope__in=[operation.code, operation.group])
