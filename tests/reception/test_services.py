"""A car received, inspected, estimated, decided on and authorised."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from appointments.models import Appointment
from appointments.services import Car, Contact
from reception import services
from reception.models import CarReturn, Inspection, InspectionItem
from reception.services.visits import NotReceived
from servicedesk.clock import now
from servicedesk.messaging.models import Message, SignedLink
from servicedesk.staff.actors import Actor
from servicedesk.workorders.consents import Answer, ConsentRefused
from servicedesk.workorders.models import Consent, Event, Hold, LineState, WorkOrder
from servicedesk.workorders.transitions import TransitionRefused
from tests.fixtures.appointments import confirmed, operations
from tests.fixtures.reception import all_good, authorised, estimated, inspected, received

pytestmark = pytest.mark.django_db


def answers(work_order: WorkOrder, decision: str = "approve", **more: Any) -> dict[int, Answer]:
    return {line.pk: Answer(decision, **more) for line in work_order.lines.top().unanswered()}


def test_a_booked_car_is_received_with_its_services_and_words(centre: Any, advisor: Any) -> None:
    work_order = received(centre, advisor)
    appointment = Appointment.objects.get()
    assert (work_order.number, work_order.stage, work_order.source) == ("W2611-0001", "reception", "booking")
    assert (appointment.state, appointment.work_order) == ("arrived", work_order)
    assert work_order.concerns.get().words == appointment.concern
    assert [(line.code, line.origin) for line in work_order.lines.top().order_by("position")] == [
        ("MNT-020", "booking"),
        ("MNT-110", "booking"),
    ]
    assert work_order.lines.filter(kind="part").exists()
    assert work_order.inspection.confirmed_at is None


def test_a_walk_in_is_received(centre: Any, advisor: Any, reference: None) -> None:
    work_order = services.receive(
        by=Actor.of(advisor),
        advisor=advisor,
        centre=centre,
        contact=Contact("蔡志明", "0937-000-802"),
        car=Car("BRT-7743", make="Nissan", model_name="Kicks"),
        concern="右後窗升降有異音",
    )
    assert (work_order.source, work_order.vehicle.plate) == ("walk_in", "BRT-7743")


def test_without_words_no_car_is_received(centre: Any, advisor: Any, reference: None) -> None:
    with pytest.raises(NotReceived, match="word for word"):
        services.receive(
            by=Actor.of(advisor),
            advisor=advisor,
            centre=centre,
            contact=Contact("蔡", "0937000802"),
            car=Car("BRT-7743"),
        )


def test_a_car_in_the_house_is_not_received_twice(centre: Any, advisor: Any) -> None:
    work_order = received(centre, advisor)
    with pytest.raises(NotReceived, match="already here"):
        services.receive(
            by=Actor.of(advisor),
            advisor=advisor,
            centre=centre,
            contact=Contact(work_order.customer.name, "0912345678"),
            car=Car("BKQ 5821"),
            concern="再來一次",
        )


def test_signing_lists_all_that_is_missing(centre: Any, advisor: Any) -> None:
    work_order = received(centre, advisor)
    with pytest.raises(services.InspectionRefused) as refused:
        services.sign_inspection(
            work_order,
            by=Actor.of(advisor),
            name="林怡君",
            purpose_explained=False,
            covers_fitted=False,
            valuables="",
            wash_wanted=True,
            old_parts_wanted=False,
            waits_on_site=False,
            road_test_allowed=True,
        )
    texts = [str(reason.text) for reason in refused.value.reasons]
    assert len(texts) == 9
    assert texts[0] == "Read the odometer."
    assert "Exterior: 12 items not looked at yet." in texts
    assert refused.value.reasons[-2].clause == "M2.2-b"


def test_a_signed_inspection_is_locked_in_service_and_database(centre: Any, advisor: Any) -> None:
    work_order = inspected(centre, advisor)
    inspection = Inspection.objects.get()
    assert (inspection.signature.name, work_order.odometer_in) == ("林怡君", 40_210)
    with pytest.raises(services.InspectionRefused, match="it is locked"):
        services.record_readings(work_order, by=Actor.of(advisor), odometer=1)
    with pytest.raises(DatabaseError), transaction.atomic():
        Inspection.objects.update(odometer=1)
    with pytest.raises(DatabaseError, match="signed inspection"), transaction.atomic():
        InspectionItem.objects.update(value="bad")
    with pytest.raises(DatabaseError, match="signed inspection"), transaction.atomic():
        InspectionItem.objects.all().delete()


def test_saving_items_again_changes_nothing_and_empty_takes_back(centre: Any, advisor: Any) -> None:
    work_order = received(centre, advisor)
    all_good(work_order, advisor)
    before = InspectionItem.objects.count()
    all_good(work_order, advisor)
    assert InspectionItem.objects.count() == before
    row = InspectionItem.objects.first()
    assert row is not None
    services.record_items(work_order, by=Actor.of(advisor), answers={row.item_id: ("", "")})
    assert InspectionItem.objects.count() == before - 1


def test_an_answer_that_is_not_offered_is_refused(centre: Any, advisor: Any) -> None:
    work_order = received(centre, advisor)
    row = operations(["MNT-010"])[0]
    with pytest.raises(services.InspectionRefused):
        services.record_items(work_order, by=Actor.of(advisor), answers={row.pk + 10_000_000: ("ok", "")})


def test_marks_are_numbered_and_taken_off(centre: Any, advisor: Any) -> None:
    work_order = received(centre, advisor)
    by = Actor.of(advisor)
    first = services.add_mark(work_order, by=by, kind="scratch", x=40, y=402, note="8 cm")
    second = services.add_mark(work_order, by=by, kind="dent")
    assert (first.number, second.number, (second.x, second.y)) == (1, 2, (272, 227))
    assert services.remove_mark(work_order, by=by, number=1) == 1
    assert services.remove_mark(work_order, by=by, number=1) == 0


def test_decided_signed_and_authorised(centre: Any, advisor: Any) -> None:
    work_order = authorised(centre, advisor)
    assert work_order.stage == "authorised"
    states = {line.code: line.state for line in work_order.lines.top().select_related("operation", "part")}
    assert states == {"MNT-020": "approved", "MNT-110": "declined", "BRK-010": "approved"}
    consent = Consent.objects.get()
    assert (consent.method, consent.person, consent.signature.typed) == ("signed", "林怡君", True)
    recorded = Message.objects.get(kind="estimate_recorded")
    assert recorded.context["declined"] == ["全車健檢"]
    kinds = list(Event.objects.filter(work_order=work_order).order_by("seq").values_list("kind", flat=True))
    assert kinds[-2:] == ["promise.made", "stage"]


def test_authorising_lists_all_that_is_missing(centre: Any, advisor: Any) -> None:
    work_order = received(centre, advisor)
    with pytest.raises(TransitionRefused) as refused:
        services.authorise(work_order, by=Actor.of(advisor), promised_at=now() + dt.timedelta(hours=3))
    assert [reason.clause for reason in refused.value.reasons] == ["M2.2-b", "M2.2-c", "M2.2-c"]
    work_order.refresh_from_db()
    assert (work_order.stage, work_order.promised_at) == ("reception", None)


def test_a_promise_in_the_past_is_refused(centre: Any, advisor: Any) -> None:
    work_order = received(centre, advisor)
    with pytest.raises(services.ReceptionRefused, match="has passed"):
        services.authorise(work_order, by=Actor.of(advisor), promised_at=now() - dt.timedelta(minutes=1))


def test_authorising_twice_is_refused(centre: Any, advisor: Any) -> None:
    work_order = authorised(centre, advisor)
    with pytest.raises(NotReceived, match="Reception of BKQ-5821 is over"):
        services.authorise(work_order, by=Actor.of(advisor), promised_at=now() + dt.timedelta(hours=3))


def test_the_estimate_sent_by_link_holds_the_visit_until_the_customer_decides(centre: Any, advisor: Any) -> None:
    work_order, shown = estimated(centre, advisor)
    sent = services.send_estimate(work_order, by=Actor.of(advisor))
    assert sent == shown  # nothing changed since it was shown: the same version
    link = SignedLink.objects.get(purpose="estimate")
    message = Message.objects.get(kind="estimate_approval")
    assert [line["text"] for line in message.context["lines"]] == [
        "小保養（約1萬公里）",
        "全車健檢",
        "更換前煞車來令片",
    ]
    assert Hold.objects.get(ended_at=None).cause == "consent"
    consent = services.decide_by_link(sent, answers(work_order), link=link, person="林怡君", address="127.0.0.1")
    assert (consent.method, consent.by_kind, consent.address) == ("link", "link", "127.0.0.1")
    assert not Hold.objects.filter(ended_at=None).exists()
    link.refresh_from_db()
    assert link.used_at is not None
    with pytest.raises(ConsentRefused, match="already been answered"):
        services.decide_by_link(sent, answers(work_order), link=link, person="林怡君")
    assert Consent.objects.count() == 1


def test_an_older_version_is_refused(centre: Any, advisor: Any) -> None:
    work_order, first = estimated(centre, advisor)
    services.add_operation(work_order, by=Actor.of(advisor), operation=operations(["MNT-120"])[0])
    second = services.show_estimate(work_order, by=Actor.of(advisor))
    assert (first.version, second.version) == (1, 2)
    with pytest.raises(ConsentRefused, match="newer version"):
        services.decide_signed(first, answers(work_order), by=Actor.of(advisor), person="林怡君")


def test_each_line_needs_an_answer(centre: Any, advisor: Any) -> None:
    work_order, shown = estimated(centre, advisor)
    some = dict(list(answers(work_order).items())[:1])
    with pytest.raises(ConsentRefused) as refused:
        services.decide_signed(shown, some, by=Actor.of(advisor), person="林怡君")
    assert len(refused.value.reasons) == 2


def test_by_telephone_needs_the_number_and_reading_back(centre: Any, advisor: Any) -> None:
    work_order, shown = estimated(centre, advisor)
    said = answers(work_order, "defer", deferred_to=now().date() + dt.timedelta(days=90))
    with pytest.raises(services.ReceptionRefused, match="Read the decision back"):
        services.decide_by_phone(shown, said, by=Actor.of(advisor), person="林怡君", phone="0912", read_back=False)
    consent = services.decide_by_phone(
        shown, said, by=Actor.of(advisor), person="林怡君", phone="0912345678", read_back=True
    )
    assert (consent.method, consent.phone) == ("telephone", "0912345678")
    assert set(work_order.lines.values_list("state", flat=True)) == {LineState.DEFERRED.value}
    written = Message.objects.get(kind="estimate_recorded").context
    assert (written["approved"], written["declined"]) == ([], [])
    assert written["deferred"][0].endswith("（2027/2/22起）")


def test_a_proposal_is_taken_back_only_before_the_customer_saw_it(centre: Any, advisor: Any) -> None:
    work_order = inspected(centre, advisor)
    by = Actor.of(advisor)
    unseen = services.add_operation(work_order, by=by, operation=operations(["BRK-010"])[0])
    assert unseen.parts.exists()
    services.remove_line(work_order, by=by, line=unseen)
    assert not work_order.lines.filter(operation__code="BRK-010").exists()
    services.show_estimate(work_order, by=by)
    seen = work_order.lines.top().first()
    assert seen is not None
    with pytest.raises(services.ReceptionRefused, match="decides on it"):
        services.remove_line(work_order, by=by, line=seen)


def test_the_same_work_is_proposed_once(centre: Any, advisor: Any) -> None:
    work_order = received(centre, advisor)
    with pytest.raises(services.ReceptionRefused, match="already proposed"):
        services.add_operation(work_order, by=Actor.of(advisor), operation=operations(["MNT-110"])[0])


def test_given_back_the_visit_is_cancelled(centre: Any, advisor: Any) -> None:
    work_order = inspected(centre, advisor)
    with pytest.raises(NotReceived, match="Say why"):
        services.give_back(work_order, by=Actor.of(advisor), reason=" ")
    services.give_back(work_order, by=Actor.of(advisor), reason="客戶改天再來")
    work_order.refresh_from_db()
    assert (work_order.stage, CarReturn.objects.get().reason) == ("cancelled", "客戶改天再來")


def test_moving_the_promise_tells_the_customer(centre: Any, advisor: Any) -> None:
    work_order = authorised(centre, advisor)
    later = now() + dt.timedelta(hours=8)
    services.move_promise(work_order, by=Actor.of(advisor), promised_at=later, reason="等零件")
    work_order.refresh_from_db()
    assert work_order.promised_at == later
    assert Message.objects.filter(kind="promise_moved").count() == 1
    with pytest.raises(services.ReceptionRefused, match="already promised"):
        services.move_promise(work_order, by=Actor.of(advisor), promised_at=later, reason="等零件")


def test_a_walk_in_request_counts_as_answered_when_received(centre: Any, advisor: Any) -> None:
    appointment = confirmed(centre, advisor)
    first = services.receive(
        by=Actor.of(advisor), advisor=advisor, centre=centre, appointment=appointment, as_booked=True
    )
    assert first.lines.top().count() == 2
    assert sum(line.amount for line in first.lines.all()) == appointment.estimate_net != Decimal(0)
