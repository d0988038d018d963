"""Who did it: a staff user, a customer's signed link, a visitor of a public page, or the system under a task's name.

Every event, consent and handled request names its actor; services take it as the keyword `by`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext

if TYPE_CHECKING:
    from servicedesk.staff.models import User


class ActorKind(models.TextChoices):
    USER = "user"
    LINK = "link"
    SYSTEM = "system"
    VISITOR = "visitor"


@dataclass(frozen=True)
class Actor:
    """An identity that rows can keep: `kind`, `ref` (primary key or task name, as text) and the `label` shown to people."""

    kind: str
    ref: str
    label: str
    user_id: int | None = None

    @classmethod
    def of(cls, user: User) -> Actor:
        """The staff user who is signed in."""
        return cls(ActorKind.USER, str(user.pk), user.display_name or user.get_username(), user.pk)

    @classmethod
    def of_link(cls, link: Any) -> Actor:
        """The customer who holds the signed link `link` (a `messaging.SignedLink`)."""
        return cls(ActorKind.LINK, str(link.pk), link.customer.name)

    @classmethod
    def visitor(cls, label: str) -> Actor:
        """A person on a public page, known only by what he typed. His request keys are random, so they need no owner."""
        return cls(ActorKind.VISITOR, "public", label[:120])

    @classmethod
    def system(cls, task: str) -> Actor:
        """Background work, under the name of its task."""
        return cls(ActorKind.SYSTEM, task, task)

    @property
    def key(self) -> str:
        """One string per identity: what a handled request is unique with."""
        return f"{self.kind}:{self.ref}"


class ActorFields(models.Model):
    """Columns for an actor. Fill them with `**actor_values(by)`."""

    by_kind = models.CharField(max_length=8, choices=ActorKind.choices)
    by_ref = models.CharField(max_length=80)
    by_label = models.CharField(max_length=120)
    by_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        abstract = True

    @property
    def by_name(self) -> str:
        """Who it was, for people: a task's name says nothing to them."""
        return gettext("The system") if self.by_kind == ActorKind.SYSTEM else self.by_label


def actor_values(by: Actor) -> dict[str, Any]:
    """Return the values of `ActorFields` for `by`."""
    return {"by_kind": by.kind, "by_ref": by.ref, "by_label": by.label[:120], "by_user_id": by.user_id}
