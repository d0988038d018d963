"""Named selections of reference data."""

from __future__ import annotations

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

    def of(self, item_list: str, *, stages: Iterable[str] = ()) -> Self:
        """The items in use on `item_list`, in order; of the final list, only those of `stages` when given."""
        items = self.offered().filter(list=item_list)
        return items.filter(stage__in=list(stages)) if stages else items


class ReadingSpecQuerySet(ReferenceQuerySet):
    """Readings to record."""

    def for_operation(self, operation: LabourOperation) -> Self:
        """The readings asked for `operation`: its own and its system's."""
        return self.offered().filter(scope__in=[operation.code, operation.group])
