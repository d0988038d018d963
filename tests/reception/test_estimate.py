"""The estimate: findings become lines, alternatives, photos by link, a newer version while he reads, other signers, the time."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from reception import findings, services
from reception.models import PointResult
from reception.promise import reckon
from reception.services import points
from servicedesk.catalogue.models import ChecklistItem, LabourOperation, Part
from servicedesk.clock import now
from servicedesk.documents import photos
from servicedesk.messaging.models import Message, SignedLink
from servicedesk.staff.actors import Actor
from servicedesk.workorders import consents, declined
from servicedesk.workorders.consents import Answer, ConsentRefused
from servicedesk.workorders.models import Consent, LinePhoto, WorkOrderLine
from tests.fixtures.appointments import operations
from tests.fixtures.people import client_of
from tests.fixtures.pictures import picture as drawn
from tests.fixtures.reception import estimated, received

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]


def worn(order: Any) -> str:
    """Front pads at 2.1 mm, found by the check by points: its key."""
    item = ChecklistItem.objects.get(list="multipoint", code="MP-23", valid_to=None)
    points.record(order.inspection, item, verdict="", measured="2.1")
    return f"point:{PointResult.objects.get().pk}"


def picture() -> photos.Redrawn:
    return photos.Redrawn(*photos.redraw(drawn((320, 240))))


def test_a_finding_becomes_a_line_with_its_words_colour_and_value(centre: Any, advisor: Any) -> None:
    order, by = received(centre, advisor), Actor.of(advisor)
    key = worn(order)
    (found,) = findings.of_visit(order)
    assert (found.urgency, "2.1 mm" in found.words) == ("now", True)
    (pads,) = operations(("BRK-010",))
    fitting = findings.suggestions([found], operations(("MNT-120", "BRK-010", "ELE-010")))
    assert fitting[key][0] == pads
    desk = client_of(advisor)
    url = reverse("reception:estimate", args=[order.pk])
    assert "2.1 mm" in desk.get(url).content.decode()
    desk.act(url, {"operation": "BRK-010", "urgency": "now", "found": key})
    line = order.lines.get(operation=pads)
    assert (line.finding, line.urgency) == ("前煞車來令片厚度、2.1 mm", "now"), "as the customer reads it"
    assert findings.still_open(order, [found]) == []
    services.remove_line(order, by=by, line=line)
    assert findings.still_open(order, [found]) == [found]
    desk.act(reverse("reception:set_aside", args=[order.pk]), {"found": key})
    assert findings.still_open(order, [found]) == []


def test_parts_change_until_the_customer_sees_them_and_outside_work_has_a_price(centre: Any, advisor: Any) -> None:
    order, by = received(centre, advisor), Actor.of(advisor)
    (pads,) = operations(("BRK-010",))
    line = services.add_operation(order, by=by, operation=pads)
    first = line.parts.order_by("pk")[0]
    more = Part.objects.offered().exclude(pk__in=line.parts.values("part"))[0]
    url = reverse("reception:line_change", args=[order.pk, line.pk])
    desk = client_of(advisor)
    desk.act(url, {f"qty_{first.pk}": "3", "part": more.part_no, "quantity": "2"})
    first.refresh_from_db()
    assert (first.quantity, first.amount) == (3, 3 * first.unit_price)
    assert line.parts.get(part=more).quantity == 2
    desk.act(url, {f"qty_{first.pk}": "0"})
    assert not line.parts.filter(pk=first.pk).exists()
    extra = reverse("reception:extra", args=[order.pk])
    assert desk.act(extra, {"kind": "sublet", "description": "", "price": "x"}).status_code == 422
    desk.act(extra, {"kind": "sublet", "description": "拖吊", "price": "1500"})
    assert order.lines.get(kind="sublet").amount == 1500
    services.show_estimate(order, by=by)
    with pytest.raises(services.ReceptionRefused, match="has seen"):
        services.change_line(order, by=by, line=line, quantities={})


def test_of_alternatives_one_is_approved_and_totals_count_the_dearest(centre: Any, advisor: Any) -> None:
    order, by = received(centre, advisor), Actor.of(advisor)
    dear, cheap = operations(("BRK-030",))[0], operations(("BRK-010",))[0]
    first = services.add_operation(order, by=by, operation=dear, finding="2.1 mm")
    before = consents.agreed_totals(order, with_proposed=True).total
    second = services.add_operation(order, by=by, operation=cheap, alternative_of=first)
    assert (second.finding, consents.agreed_totals(order, with_proposed=True).total) == ("2.1 mm", before)
    version = services.show_estimate(order, by=by)
    assert version.total == before
    both = {line.pk: Answer("approve") for line in order.lines.top().unanswered()}
    with pytest.raises(ConsentRefused, match="only one of them"):
        services.decide_signed(version, both, by=by, person=order.customer.name)
    services.decide_signed(
        version, {pk: row for pk, row in both.items() if pk != first.pk}, by=by, person=order.customer.name
    )
    first.refresh_from_db()
    assert (first.state, cheap.name in first.decline_reason) == ("declined", True)
    assert declined.left_undone(vehicle=order.vehicle) == []
    with pytest.raises(DatabaseError), transaction.atomic():
        WorkOrderLine.objects.filter(pk=first.pk).update(state="approved")


def sent(order: Any, advisor: Any) -> Any:
    """The estimate is sent; the customer's browser with its link."""
    client_of(advisor).act(reverse("reception:send", args=[order.pk]))
    person = client_of()
    person.get(SignedLink.objects.filter(purpose="estimate").order_by("-pk")[0].path)
    person.cookies["language"] = "en"
    return person


def test_photos_of_the_version_that_was_sent_and_no_others(centre: Any, advisor: Any) -> None:
    order, _version = estimated(centre, advisor)
    by, (line, other) = Actor.of(advisor), order.lines.top().order_by("pk")[:2]
    (shown,) = services.add_line_photos(order, by=by, line=line, pictures=[picture()])
    person = sent(order, advisor)
    later = services.add_line_photos(order, by=by, line=other, pictures=[picture()])[0]

    def get(photo: int) -> int:
        return person.get(reverse("reception:answer_photo", args=[photo, "full"])).status_code

    assert (get(shown.photo_id), get(later.photo_id), get(999_999)) == (200, 404, 404)
    assert client_of().get(reverse("reception:answer_photo", args=[shown.photo_id, "full"])).status_code == 404
    page = person.get(reverse("reception:answer")).content.decode()
    assert reverse("reception:answer_photo", args=[shown.photo_id, "full"]) in page
    assert order.customer.email not in page
    assert "912-345" not in page
    with pytest.raises(services.ReceptionRefused, match="has seen"):
        services.remove_line_photo(order, by=by, line=line, photo=shown.photo_id)
    services.remove_line_photo(order, by=by, line=other, photo=later.photo_id)
    assert LinePhoto.objects.count() == 1


def test_a_newer_version_while_he_reads_records_nothing_and_keeps_his_answers(
    centre: Any, advisor: Any, at_tuesday_ten: Any
) -> None:
    order, version = estimated(centre, advisor)
    person = sent(order, advisor)
    (wipers,) = operations(("MNT-120",))
    services.add_operation(order, by=Actor.of(advisor), operation=wipers)
    services.show_estimate(order, by=Actor.of(advisor))
    lines = [row["line"] for row in version.lines if row["parent"] is None]
    data = {f"line_{pk}": "decline" for pk in lines} | {"signature_name": order.customer.name}
    page = person.act(reverse("reception:answer"), data)
    assert (page.status_code, Consent.objects.count()) == (422, 0)
    text = page.content.decode()
    assert "There is a newer version" in text
    assert text.count('value="decline" data-amount="0" checked') == len(lines)
    for _twice in range(2):
        person.act(reverse("reception:answer_newer"))
    newest = Message.objects.filter(kind="estimate_approval").order_by("-pk")
    assert (newest.count(), newest[0].to) == (2, order.customer.email)


def test_by_link_one_is_put_off_and_a_stranger_who_signs_stands_there_as_such(centre: Any, advisor: Any) -> None:
    order, _version = estimated(centre, advisor)
    person = sent(order, advisor)
    lines = [line.pk for line in order.lines.top().unanswered().order_by("pk")]
    data = {f"line_{pk}": "approve" for pk in lines} | {"signature_name": "王大明", f"line_{lines[0]}": "defer"}
    data[f"until_{lines[0]}"] = "2027-03-01"
    for _twice in range(2):
        person.act(reverse("reception:answer"), data, key="signed-once-only")
    consent = Consent.objects.get()
    assert consent.answers.get(line=lines[0]).deferred_to == dt.date(2027, 3, 1)
    assert "not the customer of record" in person.get(reverse("reception:answer")).content.decode()
    desk = client_of(advisor)
    assert "王大明" in desk.get(reverse("reception:estimate", args=[order.pk])).content.decode()
    assert Message.objects.get(kind="estimate_recorded").to == order.customer.email
    assert [event.data for event in order.happened("consent.other_signer")] == [{"version": consent.estimate.version}]


def test_the_call_is_not_in_the_future(centre: Any, advisor: Any) -> None:
    order, version = estimated(centre, advisor)
    answers = {line.pk: Answer("approve") for line in order.lines.top().unanswered()}
    call: dict[str, Any] = {"by": Actor.of(advisor), "person": "林怡君", "phone": "0912345678", "read_back": True}
    for at, why in ((now() + dt.timedelta(hours=1), "future"), (now() - dt.timedelta(days=1), "before this version")):
        with pytest.raises(services.ReceptionRefused, match=why):
            services.decide_by_phone(version, answers, at=at, **call)
    services.decide_by_phone(version, answers, at=now(), **call)
    assert Consent.objects.get().at <= now()


def test_the_time_follows_the_opening_hours_and_a_closed_day(centre: Any, advisor: Any, at_tuesday_ten: Any) -> None:
    order, _version = estimated(centre, advisor)
    found = reckon(order, with_proposed=True)
    assert found.hours == sum((line.quantity for line in order.lines.filter(kind="labour")), Decimal(0))
    assert found.at is not None
    assert found.at.minute in (0, 30)
    at_tuesday_ten.move(hours=8)
    late = reckon(order, with_proposed=True)
    assert late.at is not None
    assert centre.local(late.at).date() > centre.today()


def test_the_estimate_costs_the_same_with_one_proposal_and_with_many(centre: Any, advisor: Any) -> None:
    order, by = received(centre, advisor, codes=()), Actor.of(advisor)
    desk, url, counts = client_of(advisor), reverse("reception:estimate", args=[order.pk]), []
    work = list(LabourOperation.objects.offered()[:12])
    for upto in (1, 12):
        for operation in work[order.lines.top().count() : upto]:
            line = services.add_operation(order, by=by, operation=operation)
            services.add_line_photos(order, by=by, line=line, pictures=[picture()])
            services.add_mark(order, by=by, x=30, y=227, kind="dent")
        desk.get(url)
        with CaptureQueriesContext(connection) as queries:
            assert desk.get(url).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 15
    assert "ready by" in desk.get(reverse("reception:reckoned", args=[order.pk])).content.decode()


def test_what_the_estimate_offers_can_be_chosen(centre: Any, advisor: Any) -> None:
    order = received(centre, advisor, codes=())
    desk, url = client_of(advisor), reverse("reception:estimate", args=[order.pk])
    offered = re.findall(r'name="operation" id="\w+" value="([^"]*)"', desk.get(url).content.decode())
    assert offered == [row.code for row in LabourOperation.objects.offered()], (
        "offers work by its code, and never nothing"
    )
    desk.post(url, {"operation": offered[0], "urgency": "now", "request_key": "offered-by-its-code"})
    assert [line.operation.code for line in order.lines.top()] == [offered[0]]


def test_an_and_in_a_name_suggests_no_work() -> None:
    bumper = findings.Finding("mark:1", "Dent", "advice", "exterior", "前保險桿與水箱護罩")
    belt, radiator = operations(("ENG-050", "ENG-080"))
    assert findings.suggestions([bumper], [belt, radiator]) == {"mark:1": [radiator]}
