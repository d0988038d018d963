"""The promise ledger: make, keep, move and withdraw what somebody was promised."""

from __future__ import annotations

import datetime as dt
from typing import Any

from servicedesk.clock import now
from servicedesk.staff.actors import Actor, actor_values
from servicedesk.staff.models import ServiceCentre
from servicedesk.workorders.models import Promise


def make(
    kind: str,
    target: Any,
    *,
    centre: ServiceCentre,
    due_at: dt.datetime,
    about: str,
    owner_role: str,
    by: Actor,
    owner: Any = None,
    work_order: Any = None,
    url: str = "",
) -> Promise:
    """Promise something on the row `target` by `due_at`. A pending promise of the same kind on it is withdrawn first."""
    Promise.objects.pending().about(target, kind).update(withdrawn_at=now())
    return Promise.objects.create(
        kind=kind,
        target_kind=target._meta.label_lower,
        target_id=target.pk,
        centre=centre,
        work_order=work_order,
        due_at=due_at,
        about=about[:120],
        owner=owner,
        owner_role=owner_role,
        made_at=now(),
        url=url,
        **actor_values(by),
    )


def keep(kind: str, target: Any) -> int:
    """Mark the pending promise of `kind` on `target` as kept now; returns how many there were (0 or 1)."""
    return int(Promise.objects.pending().about(target, kind).update(kept_at=now()))


def withdraw(kind: str, target: Any) -> int:
    """Take the pending promise of `kind` on `target` back (moved, cancelled); returns how many there were."""
    return int(Promise.objects.pending().about(target, kind).update(withdrawn_at=now()))
