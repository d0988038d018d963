"""Named selections of messages and links."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from servicedesk.clock import now
from servicedesk.staff.querysets import CentreScoped

OPEN = ("pending", "sending")
"""States in which the relay still has work. A claimed row whose worker died falls due again by itself."""


class MessageQuerySet(CentreScoped[Any]):
    """Messages of the outbox."""

    def due(self) -> Any:
        """What the relay may claim now: never tried, to be tried again, or claimed by a worker that died."""
        return self.filter(state__in=OPEN, next_try_at__lte=now())

    def cancel_pending(self, *, about: str, kinds: Iterable[str] = (), centre: Any = None) -> int:
        """Cancel what waits about the number `about` (all kinds when none are named); return how many.

        A message being sent this very second may still arrive; its row then says sent. Numbers repeat between
        centres: name the `centre` unless the number carries its code.
        """
        rows = self.filter(about=about, state__in=OPEN)
        if kinds:
            rows = rows.filter(kind__in=list(kinds))
        if centre is not None:
            rows = rows.filter(centre=centre)
        return rows.update(state="cancelled")

    def waiting(self) -> Any:
        """Not sent yet."""
        return self.filter(state__in=OPEN)

    def failed(self) -> Any:
        """Given up: somebody must look."""
        return self.filter(state="failed")


class SignedLinkQuerySet(CentreScoped[Any]):
    """Customers' links."""

    def usable(self) -> Any:
        """Neither expired nor revoked."""
        return self.filter(Q(revoked_at=None), expires_at__gt=now())

    def of_target(self, target_kind: str, target_id: int) -> Any:
        """Links that lead to one row of a chapter."""
        return self.filter(target_kind=target_kind, target_id=target_id)

    def revoke(self) -> int:
        """Make these links useless from now on; return how many were still good."""
        return self.usable().update(revoked_at=now())
