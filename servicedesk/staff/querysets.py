"""Selection by service centre: a stranger's row does not exist for you."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from django.db import models
from django.db.models import Value
from django.db.models.functions import Coalesce, NullIf

if TYPE_CHECKING:
    from servicedesk.staff.models import User

M = TypeVar("M", bound=models.Model)


class CentreScoped(models.QuerySet[M]):
    """A queryset of rows that belong to a centre. Set `centre_path` when the foreign key is not called `centre`."""

    centre_path = "centre_id"

    def for_user(self, user: User) -> Any:
        """Rows of the centres in which `user` holds a role that the current view allows. Costs no query of its own."""
        return self.filter(**{f"{self.centre_path}__in": user.centre_ids()})


class Memberships(models.QuerySet):
    """Selections of who works where."""

    def in_order(self) -> Memberships:
        """By centre, then role, each with its centre."""
        return self.select_related("centre").order_by("centre__code", "role")

    def with_user(self) -> Memberships:
        """The same, each with its user too."""
        return self.in_order().select_related("centre", "user")


def name_of(person: str) -> Coalesce:
    """The name of the user at the end of `person` (a path such as "technician"), as `str(user)` gives it."""
    return Coalesce(NullIf(f"{person}__display_name", Value("")), f"{person}__username")
