"""The stages of a visit and the ONE table that says which step may follow which, and who may take it.

A leaf: it imports nothing of ours. `transitions.advance` is the only reader that acts; the database holds the same table
as a trigger, so that no other writer can take a forbidden step.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _


class Stage(models.TextChoices):
    """Where a visit stands. Values are stored; labels are the trade's words."""

    RECEPTION = "reception", _("In reception")
    AUTHORISED = "authorised", _("Authorised")
    REPAIR = "repair", _("In repair")
    SELFCHECK = "selfcheck", _("Self-check")
    FINAL = "final", _("Final inspection")
    REWORK = "rework", _("Rework")
    PREPARATION = "preparation", _("Preparing delivery")
    READY = "ready", _("Ready")
    DELIVERED = "delivered", _("Delivered")
    CLOSED = "closed", _("Closed")
    CANCELLED = "cancelled", _("Cancelled")


OPEN = frozenset(set(Stage) - {Stage.CLOSED, Stage.CANCELLED})
"""The visit is not over."""
IN_HOUSE = frozenset(OPEN - {Stage.DELIVERED})
"""The car is here."""
IN_WORKSHOP = frozenset({Stage.AUTHORISED, Stage.REPAIR, Stage.SELFCHECK, Stage.FINAL, Stage.REWORK})
"""The workshop's board shows it."""

CHAPTER = {
    Stage.RECEPTION: 2,
    Stage.AUTHORISED: 3,
    Stage.REPAIR: 3,
    Stage.SELFCHECK: 4,
    Stage.FINAL: 4,
    Stage.REWORK: 4,
    Stage.PREPARATION: 5,
    Stage.READY: 6,
    Stage.DELIVERED: 7,
    Stage.CLOSED: 8,
    Stage.CANCELLED: 8,
}
"""The chapter of the manual a visit is in, for the visit line."""


@dataclass(frozen=True)
class Transition:
    """One permitted step. `roles`: staff who may take it; `link`/`system`: whether a customer or a task may set it off."""

    source: Stage
    target: Stage
    roles: frozenset[str]
    link: bool = False
    system: bool = False


def _step(source: Stage, target: Stage, *roles: str, link: bool = False, system: bool = False) -> Transition:
    return Transition(source, target, frozenset(roles), link, system)


TABLE = (
    _step(Stage.RECEPTION, Stage.AUTHORISED, "advisor", "manager", link=True),
    _step(Stage.RECEPTION, Stage.CANCELLED, "advisor", "manager"),
    _step(Stage.AUTHORISED, Stage.REPAIR, "technician", "supervisor"),
    _step(Stage.AUTHORISED, Stage.CANCELLED, "advisor", "manager"),
    _step(Stage.REPAIR, Stage.SELFCHECK, "technician", "supervisor"),
    _step(Stage.SELFCHECK, Stage.FINAL, "technician"),
    _step(Stage.SELFCHECK, Stage.REPAIR, "technician", "supervisor", "advisor", link=True),
    _step(Stage.FINAL, Stage.PREPARATION, "inspector"),
    _step(Stage.FINAL, Stage.REWORK, "inspector"),
    _step(Stage.FINAL, Stage.REPAIR, "advisor", "supervisor", "manager", link=True),
    _step(Stage.REWORK, Stage.SELFCHECK, "technician", "supervisor"),
    _step(Stage.PREPARATION, Stage.READY, "detailer", "cashier", "advisor", "manager", system=True),
    _step(Stage.PREPARATION, Stage.REWORK, "detailer", "inspector", "supervisor", "advisor"),
    _step(Stage.READY, Stage.DELIVERED, "advisor", "manager"),
    _step(Stage.READY, Stage.REWORK, "advisor", "manager"),
    _step(Stage.DELIVERED, Stage.CLOSED, "agent", "manager", system=True),
)

STEPS = {(step.source, step.target): step for step in TABLE}


def targets(source: str) -> list[Stage]:
    """Stages that may follow `source`, in the table's order."""
    return [step.target for step in TABLE if step.source == source]
