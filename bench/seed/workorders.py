"""The central model: work order, concern, lines, estimate, consent, promise; and at the end the chain of events."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any

from bench.seed.table import NULL, Table
from bench.seed.visit import AGREED, SHOWN, Visit
from servicedesk.documents.models import Signature
from servicedesk.workorders.models import (
    Concern,
    Consent,
    ConsentAnswer,
    Estimate,
    Event,
    Promise,
    WorkOrder,
    WorkOrderLine,
)

BY = "by_kind by_ref by_label by_user_id"
CHECKED_RANK = 6
BOOKED = (3, 5)
"""So many of so many visits began with a booking."""


class WorkOrders:
    """Rows of `servicedesk.workorders`. `write` opens the visit, `finish` writes what all rooms said happened."""

    def __init__(self, world: Any, first: int, stride: int) -> None:
        self.world = world

        def table(model: Any, varying: str, **constants: Any) -> Table:
            return Table(model, varying, first=first, stride=stride, **constants)

        self.signatures = table(Signature, f"centre_id name sha256 signed_at {BY}")
        self.orders = table(
            WorkOrder,
            "number centre_id customer_id vehicle_id advisor_id source stage stage_since opened_at promised_at ready_at "
            "delivered_at closed_at odometer_in odometer_out key_tag",
            purpose="",
        )
        self.concerns = table(Concern, "work_order_id words")
        self.lines = table(
            WorkOrderLine,
            "work_order_id parent_id concern_id kind operation_id part_id quantity unit_price amount state origin "
            "decline_reason deferred_to position created_at",
        )
        self.estimates = table(Estimate, f"work_order_id lines net tax total created_at {BY}", version=1)
        self.consents = table(
            Consent, f"work_order_id estimate_id at person signature_id {BY}", method="signed", address=None
        )
        self.answers = table(ConsentAnswer, "consent_id line_id decision reason deferred_to")
        self.promises = table(
            Promise,
            f"centre_id work_order_id kind target_kind target_id about url owner_id owner_role made_at due_at kept_at {BY}",
        )
        self.events = table(Event, f"work_order_id seq kind at data previous_hash hash {BY}", text_hash="")
        self.tables = [
            self.signatures,
            self.orders,
            self.concerns,
            self.lines,
            self.estimates,
            self.consents,
            self.answers,
            self.promises,
            self.events,
        ]

    def sign(self, visit: Visit, minute: int) -> tuple[int, str]:
        """The customer types his name; returns id and seal of the signature."""
        at = visit.at(minute)
        seal = hashlib.sha256(f"{iso(at)}\n{visit.customer_name}\n".encode()).hexdigest()
        return self.signatures.add(visit.centre.id, visit.customer_name, seal, at, *visit.advisor), seal

    def write(self, visit: Visit) -> None:
        """Open the visit, and as far as it has come show, agree and promise."""
        rank, recipe = visit.rank, visit.recipe
        visit.id = self.orders.take()
        due = visit.at(visit.ready + (20 if visit.n % 12 else -15))
        self.orders.put(
            visit.id,
            visit.full_number,
            visit.centre.id,
            visit.customer_id,
            visit.vehicle_id,
            visit.advisor[3],
            "booking" if visit.n % BOOKED[1] < BOOKED[0] else "walk_in",
            visit.stage,
            self.stage_since(visit),
            visit.arrival,
            due if rank >= 1 else NULL,
            visit.at(visit.ready) if rank >= 7 else NULL,
            visit.at(visit.delivered) if rank >= 8 else NULL,
            visit.closed or NULL,
            visit.odometer,
            visit.odometer + (4 if recipe.road_test else 0) if rank >= 8 else NULL,
            f"{visit.n % 90 + 1}" if rank < 8 else "",
        )
        concern = self.concerns.add(visit.id, recipe.words)
        visit.event(
            0,
            "opened",
            visit.advisor,
            '{"source": "%s"}' % ("booking" if visit.n % BOOKED[1] < BOOKED[0] else "walk_in"),
        )
        self._lines(visit, concern)
        self._estimate(visit)
        if rank >= 1:
            self._agree(visit, due)

    def _lines(self, visit: Visit, concern: int) -> None:
        day = visit.arrival.date() + dt.timedelta(days=90)
        for position, line in enumerate(visit.recipe.lines, start=1):
            state = self._state(visit, line, position - 1)
            own = self.lines.take()
            visit.lines.append(own)
            self.lines.put(
                own,
                visit.id,
                NULL if line.parent is None else visit.lines[line.parent],
                concern if position == 1 else NULL,
                line.kind,
                line.operation_id or NULL,
                line.part_id or NULL,
                line.quantity,
                line.price,
                line.amount,
                state,
                "booking" if visit.n % BOOKED[1] < BOOKED[0] else "reception",
                "下次再做" if state == "declined" else "",
                day if state == "deferred" else NULL,
                position,
                visit.arrival,
            )

    @staticmethod
    def _state(visit: Visit, line: Any, place: int) -> str:
        if visit.rank == 0:
            return "proposed"
        if not line.approved:
            return "declined" if line.decision == "decline" else "deferred"
        if visit.rank >= CHECKED_RANK:
            return "checked"
        if visit.stage == "rework":  # its first job went back
            back = visit.recipe.jobs[0]
            return "approved" if back in (place, line.parent) else "done"
        return "done" if visit.stage in ("selfcheck", "final") else "approved"

    def _estimate(self, visit: Visit) -> None:
        ids = visit.lines
        shown = ", ".join(
            f'{{"line": {own}, "parent": {"null" if line.parent is None else ids[line.parent]}, {line.snapshot}'
            for own, line in zip(ids, visit.recipe.lines, strict=True)
        )
        sums = visit.recipe.shown
        visit.estimate = self.estimates.add(
            visit.id, f"[{shown}]", sums.net, sums.tax, sums.total, visit.at(SHOWN), *visit.advisor
        )
        visit.event(SHOWN, "estimate.issued", visit.advisor, f'{{"total": "{sums.total}", "version": 1}}')

    def _agree(self, visit: Visit, due: dt.datetime) -> None:
        by, minute = visit.advisor, AGREED
        signature, _seal = self.sign(visit, minute)
        visit.consent = self.consents.add(
            visit.id, visit.estimate, visit.at(minute), visit.customer_name, signature, *by
        )
        day = visit.arrival.date() + dt.timedelta(days=90)
        both = zip(visit.lines, visit.recipe.lines, strict=True)
        labour = [(own, line) for own, line in both if line.parent is None]
        for own, line in labour:
            self.answers.add(
                visit.consent,
                own,
                line.decision,
                "下次再做" if line.decision == "decline" else "",
                day if line.decision == "defer" else NULL,
            )
        approved = ", ".join(f'"{line.code}"' for _own, line in labour if line.approved)
        data = f'{{"approved": [{approved}], "lines": {len(labour)}, "method": "signed", "version": 1}}'
        visit.event(minute, "consent.recorded", by, data)
        self.promises.add(
            visit.centre.id,
            visit.id,
            "delivery",
            "workorders.workorder",
            visit.id,
            visit.full_number,
            f"/work-orders/{visit.id}/",
            by[3],
            "advisor",
            visit.at(minute + 2),
            due,
            visit.at(visit.ready) if visit.rank >= 7 else NULL,
            *by,
        )
        visit.event(minute + 2, "promise.made", by, f'{{"before": "", "due": "{due.isoformat()}"}}')
        visit.step(minute + 3, "reception", "authorised", by)

    @staticmethod
    def stage_since(visit: Visit) -> dt.datetime:
        """When it came to its stage."""
        if visit.closed:
            return visit.closed
        minutes = {
            "reception": 0,
            "authorised": AGREED + 3,
            "repair": 37,
            "selfcheck": visit.finished,
            "final": visit.finished + 4,
            "rework": visit.finished + 19,
            "preparation": visit.done,
            "ready": visit.ready,
            "delivered": visit.delivered,
        }
        return visit.at(minutes[visit.stage])

    def finish(self, visit: Visit) -> None:
        """Chain what happened, in the order of time, exactly as `workorders.events.chain_hash` does."""
        visit.events.sort(key=first)
        previous, own = "", visit.id
        for seq, (at, kind, by, data) in enumerate(visit.events, start=1):
            facts = f'[{own}, {seq}, "{kind}", "{iso(at)}", "{by[0]}", "{by[1]}", {data}, "", "{previous}"]'
            digest = hashlib.sha256(facts.encode()).hexdigest()
            self.events.add(own, seq, kind, at, data, previous, digest, *by)
            previous = digest


def first(event: tuple[Any, ...]) -> Any:
    """The moment of an event."""
    return event[0]


def iso(at: dt.datetime) -> str:
    """A moment (UTC) to the microsecond, as the chain and the seals have it."""
    return at.isoformat(timespec="microseconds")
