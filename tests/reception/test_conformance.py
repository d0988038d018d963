"""What proves the clauses of chapters 1 and 2, and what the work order page shows of them."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import RequestFactory

from appointments import receivers
from servicedesk import registry
from servicedesk.messaging.models import Message
from servicedesk.workorders.models import WorkOrder
from tests.fixtures.appointments import confirmed
from tests.fixtures.people import client_of
from tests.fixtures.reception import authorised, received

pytestmark = pytest.mark.django_db

CLAUSES = ["M1.1-a", "M1.1-b", "M1.1-c", "M1.1-d", "M1.1-e", "M1.2-a", "M1.2-b", "M1.2-c"]
CLAUSES_2 = ["M2.1-a", "M2.1-b", "M2.1-c", "M2.2-a", "M2.2-b", "M2.2-c"]


def states(work_order: WorkOrder, clauses: list[str]) -> dict[str, str]:
    fresh = WorkOrder.objects.for_rows().get(pk=work_order.pk)
    return {clause: registry.evidence.by_clause[clause](fresh).state for clause in clauses}


def test_a_booked_visit_proves_chapters_one_and_two(centre: Any, advisor: Any) -> None:
    work_order = authorised(centre, advisor)
    Message.objects.filter(kind="appointment_confirmed").update(state="sent", sent_at="2026-11-24T02:00Z")
    assert states(work_order, CLAUSES) == {
        "M1.1-a": "done",
        "M1.1-b": "not_needed",
        "M1.1-c": "done",
        "M1.1-d": "not_needed",
        "M1.1-e": "done",
        "M1.2-a": "done",
        "M1.2-b": "not_needed",
        "M1.2-c": "done",
    }
    assert states(work_order, CLAUSES_2) == dict.fromkeys(CLAUSES_2, "done") | {"M2.1-b": "not_needed"}


def test_in_reception_what_is_missing_is_open(centre: Any, advisor: Any) -> None:
    found = states(received(centre, advisor), CLAUSES_2)
    assert (found["M2.2-a"], found["M2.2-b"], found["M2.2-c"]) == ("open", "open", "open")


def test_an_answer_after_the_promised_minutes_is_late(centre: Any, advisor: Any, at_tuesday_ten: Any) -> None:
    from appointments.services import confirm
    from reception.services import receive
    from servicedesk.staff.actors import Actor
    from tests.fixtures.appointments import requested

    appointment = requested(centre)
    at_tuesday_ten.move(minutes=40)
    confirm(appointment, by=Actor.of(advisor))
    work_order = receive(by=Actor.of(advisor), advisor=advisor, centre=centre, appointment=appointment, as_booked=True)
    assert states(work_order, ["M1.2-a"]) == {"M1.2-a": "late"}


def test_the_visit_line_knows_booking_and_reception(centre: Any, advisor: Any) -> None:
    work_order = authorised(centre, advisor)
    assert registry.visit_steps[1](work_order).who == "許雅婷"
    step = registry.visit_steps[2](work_order)
    assert (step.who, step.until) == ("許雅婷", work_order.inspection.confirmed_at)


def test_the_work_order_page_shows_the_inspection(centre: Any, advisor: Any, technician: Any) -> None:
    work_order = authorised(centre, advisor)
    url = f"/work-orders/{work_order.pk}/"
    assert client_of(technician).get(url).status_code == 200
    panel = next(panel for panel in registry.panels if panel.key == "inspection")
    request = RequestFactory().get("/")
    request.user = advisor
    shown = panel.context(request, work_order)
    assert shown is not None
    assert shown["inspection"].signature.name == "林怡君"


def test_search_finds_a_booking_ahead(centre: Any, advisor: Any, outsider: Any) -> None:
    appointment = confirmed(centre, advisor)
    for query in ("B2611-0001", "bkq 5821"):
        assert [hit.url for hit in receivers.search(advisor, query)] == [appointment.get_absolute_url()]
        assert receivers.search(outsider, query) == []


def test_the_reconciler_is_content(centre: Any, advisor: Any) -> None:
    authorised(centre, advisor)
    confirmed(centre, advisor, plate="AAA-0001", phone="0912000001", name="別人")
    assert receivers.places_are_right() == []


def test_export_and_erasure(centre: Any, advisor: Any) -> None:
    work_order = authorised(centre, advisor)
    exported = [part for export in registry.exports for part in export(work_order.customer)]
    assert {"appointments", "inspections"} <= set(exported)
    for erase in registry.erasures:
        erase(work_order.customer)
    assert work_order.appointment.__class__.objects.get().concern == ""
