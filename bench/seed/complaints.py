"""Chapter 8: a complaint now and then, answered and accepted; after today's handovers some that wait for an answer."""

from __future__ import annotations

import datetime as dt
from typing import Any

from bench.seed.table import NULL, Table
from bench.seed.visit import Visit
from bench.seed.workorders import BY
from complaints.models import Complaint, ComplaintEntry
from servicedesk.catalogue.models import ComplaintCategory

EACH_CLOSED, EACH_DELIVERED = 100, 5
"""Every so manieth closed visit, and delivered one, has a complaint."""
STEPS = ("taken", "investigated", "answered", "accepted", "closed")
DATA = {"investigated": {"cause": "workmanship"}, "accepted": {"how": "phone"}, "closed": {"consent": "true"}}


class Complaints:
    """Rows of `complaints`."""

    def __init__(self, world: Any, first: int, stride: int, orders: Any) -> None:
        def table(model: Any, varying: str, **constants: Any) -> Table:
            return Table(model, varying, first=first, stride=stride, **constants)

        self.promises = orders.promises
        category = ComplaintCategory.objects.get(code="CP-04")
        self.complaints = table(
            Complaint,
            "number centre_id customer_id vehicle_id work_order_id complainant contact state owner_id received_at apologised_at "
            "answer_due_at close_due_at owed_at cause_kind cause responsibility remedy investigated_at investigated_by_id answer "
            f"answered_at decision decided_at closed_at {BY}",
            category_id=category.pk,
            level=category.default_level,
            owner_role="supervisor",
            matter="煞車還是有聲音，上次說修好了。",
        )
        self.entries = table(ComplaintEntry, f"complaint_id kind at text data {BY}")
        self.tables = [self.complaints, self.entries]

    def write(self, visit: Visit) -> None:
        """The complaint of this visit, if it has one."""
        each = EACH_CLOSED if visit.closed else EACH_DELIVERED if visit.stage == "delivered" else 0
        if not each or visit.n % each:
            return
        agent, owner = visit.centre.one("agent", visit.n), visit.centre.one("supervisor", 0)
        at = visit.at(visit.delivered + 3)
        due, number = at + dt.timedelta(days=1), f"C{visit.period}-{visit.number:04d}"
        closed = visit.closed is not None
        moments = [at + dt.timedelta(minutes=step * 25) for step in range(len(STEPS))]
        own = self.complaints.add(
            number,
            visit.centre.id,
            visit.customer_id,
            visit.vehicle_id,
            visit.id,
            visit.customer_name,
            "+886912000000",
            "closed" if closed else "received",
            owner[3],
            at,
            at,
            due,
            at + dt.timedelta(days=7),
            at + dt.timedelta(days=7) if closed else due,
            "workmanship" if closed else "",
            "來令片邊緣未倒角。" if closed else "",
            "維修班組" if closed else "",
            "免費重新處理。" if closed else "",
            moments[1] if closed else NULL,
            owner[3] if closed else NULL,
            "我們已重新處理並試車，聲音消失。" if closed else "",
            moments[2] if closed else NULL,
            "accepted" if closed else "",
            moments[3] if closed else NULL,
            moments[4] if closed else NULL,
            *agent,
        )
        for step, moment in zip(STEPS if closed else STEPS[:1], moments, strict=False):
            by = owner if step in ("investigated", "answered", "closed") else agent
            extra = DATA.get(step, {})
            written = ", ".join(f'"{key}": {quoted(value)}' for key, value in extra.items())
            self.entries.add(own, step, moment, "", f"{{{written}}}", *by)
            facts = sorted({**extra, "number": number}.items())
            data = ", ".join(f'"{key}": {quoted(value)}' for key, value in facts)
            visit.events.append((moment, f"complaint.{step}", by, f"{{{data}}}"))
        self.promises.add(
            visit.centre.id,
            visit.id,
            "complaint_answer",
            "complaints.complaint",
            own,
            f"{number} {visit.customer_name}",
            f"/complaints/{own}/",
            owner[3],
            "supervisor",
            at,
            due,
            moments[2] if closed else NULL,
            *agent,
        )


def quoted(value: str) -> str:
    """`value` in JSON."""
    return value if value == "true" else f'"{value}"'
