"""Named selections of work orders and their rows."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, CharField, F, OuterRef, Prefetch, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import JSONObject

from servicedesk import registry
from servicedesk.clock import now
from servicedesk.staff.querysets import CentreScoped
from servicedesk.workorders.stages import IN_HOUSE, IN_WORKSHOP, OPEN


def whole_trail() -> Prefetch:
    """To prefetch a visit's events with their words, in order: then `happened` costs no query."""
    events = apps.get_model("workorders", "Event")._default_manager
    return Prefetch("events", events.select_related("text_row").order_by("seq"))


class WorkOrders(CentreScoped):
    """Selections of visits."""

    def open(self) -> WorkOrders:
        """Visits that are not over."""
        return self.filter(stage__in=OPEN)

    def in_house(self) -> WorkOrders:
        """Visits whose car is here."""
        return self.filter(stage__in=IN_HOUSE)

    def in_workshop(self) -> WorkOrders:
        """Visits on the workshop's board."""
        return self.filter(stage__in=IN_WORKSHOP)

    def at(self, *stages: str) -> WorkOrders:
        """Visits in one of `stages`."""
        return self.filter(stage__in=stages)

    def by_risk(self) -> WorkOrders:
        """Earliest promise first; visits without a promise last."""
        return self.order_by(F("promised_at").asc(nulls_last=True), "id")

    def with_hold(self) -> WorkOrders:
        """With `open_hold`: cause and start of what the car has been waiting for longest, or None."""
        holds = apps.get_model("workorders", "Hold")._default_manager
        open_ones = holds.filter(work_order=OuterRef("pk"), ended_at=None).order_by("started_at")
        told = JSONObject(cause="cause", started_at="started_at")
        return self.annotate(open_hold=Subquery(open_ones.values(json=told)[:1]))

    def with_row_step(self) -> WorkOrders:
        """With `row_step`: key of the first registered step whose condition holds, or ""."""
        fitting = [When(Q(stage__in=step.stages) & step.when(), then=Value(step.key)) for step in registry.row_steps]
        return self.annotate(row_step=Case(*fitting, default=Value(""), output_field=CharField()))

    def for_rows(self) -> WorkOrders:
        """With what a list row shows: car, customer and advisor."""
        return self.select_related("vehicle", "customer", "advisor", "centre")

    def for_list(self) -> WorkOrders:
        """With what `rows.work_list` shows, and nothing else: a column that is not read is not carried either."""
        shown = ("stage", "opened_at", "promised_at", "ready_at", "waits_on_site")
        related = ("vehicle__plate", "vehicle__model_name", "customer__name")
        return self.select_related("vehicle", "customer").only(*shown, *related).with_hold().with_row_step()

    def for_page(self) -> WorkOrders:
        """With what its own page shows, read once for all who ask: `lines.all()`, `concerns.all()` and the trail,
        `events.all()`, from which rooms tell what happened without a query of their own. Four queries. `fetch` adds the
        centre."""
        lines = apps.get_model("workorders", "WorkOrderLine")._default_manager
        return self.select_related("vehicle", "customer", "advisor").prefetch_related(
            Prefetch("lines", lines.select_related("operation", "part").order_by("position", "id")),
            whole_trail(),
            "concerns",
        )

    def for_estimate(self) -> WorkOrders:
        """With what its estimate shows: as `for_page`, each line with the ids of its photos (`shown_photos`). Four queries."""
        lines = apps.get_model("workorders", "WorkOrderLine")._default_manager
        photos = apps.get_model("workorders", "LinePhoto")._default_manager.filter(line=OuterRef("pk")).order_by("pk")
        shown = lines.annotate(shown_photos=ArraySubquery(photos.values("photo"))).select_related("operation", "part")
        concerns = apps.get_model("workorders", "Concern")._default_manager.order_by("position", "pk")
        return self.for_rows().prefetch_related(
            Prefetch("lines", shown.order_by("position", "id")), whole_trail(), Prefetch("concerns", concerns)
        )


class OfWorkOrder(CentreScoped):
    """Rows that belong to a centre through their work order."""

    centre_path = "work_order__centre_id"


class Promises(CentreScoped):
    """Selections of the promise ledger."""

    def pending(self) -> Promises:
        """Neither kept nor withdrawn."""
        return self.filter(kept_at=None, withdrawn_at=None)

    def overdue(self) -> Promises:
        """Pending and past due."""
        return self.pending().filter(due_at__lt=now())

    def about(self, target: Any, kind: str | None = None) -> Promises:
        """Promises on one row of any room."""
        rows = self.filter(target_kind=target._meta.label_lower, target_id=target.pk)
        return rows.filter(kind=kind) if kind else rows


class Lines(QuerySet):
    """Selections of a work order's lines."""

    def top(self) -> Lines:
        """Lines with a place of their own; parts stand under their labour."""
        return self.filter(parent=None)

    def approved(self) -> Lines:
        """Lines the customer agreed to, whatever became of the work since."""
        return self.filter(state__in=("approved", "done", "checked"))

    def unanswered(self) -> Lines:
        """Lines the customer has not decided on."""
        return self.filter(state="proposed")
