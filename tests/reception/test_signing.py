"""Confirming the inspection: on the tablet or by link, sealed, locked against SQL; who leaves without; remarks afterwards.

Long, because every ending of one signature is told with the same car.
"""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from reception import checks, services
from reception.models import Inspection, InspectionPhoto, PointResult
from reception.record import seen_of
from servicedesk.catalogue.models import ChecklistItem
from servicedesk.clock import now
from servicedesk.customers.models import Customer
from servicedesk.documents import photos
from servicedesk.documents.models import PaperOrder
from servicedesk.messaging.models import Message, SignedLink
from servicedesk.staff.actors import Actor
from servicedesk.workorders.models import Hold
from servicedesk.workorders.stages import Stage
from servicedesk.workorders.transitions import TransitionRefused, advance
from tests.fixtures.people import client_of
from tests.fixtures.pictures import picture, upload
from tests.fixtures.reception import looked_at, received

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
PAGE = "/reception/confirm/"
SAID = {
    "wash_wanted": "yes",
    "old_parts_wanted": "no",
    "road_test_allowed": "no",
    "valuables": "left_recorded",
    "belongings": "太陽眼鏡、eTag",
    "purpose_explained": "on",
    "reservations": "左後門的凹陷是上次留下的",
    "signature_name": "林怡君",
}
ON_TABLET = SAID | {"waits_on_site": "no", "covers_fitted": "on"}
LOCKED = ("inspectionitem", "damagemark", "inspectionphoto", "pointresult")


@pytest.fixture
def found(centre: Any, advisor: Any) -> Any:
    """Looked at: a mark with its photo, a measured point, all else good."""
    order = looked_at(received(centre, advisor), advisor)
    by = Actor.of(advisor)
    photo = photos.keep(upload(picture((320, 240))), by=by, centre=centre)
    services.add_mark(order, by=by, kind="dent", x=182, y=86, note="3 cm", photo=photo)
    point = ChecklistItem.objects.filter(list="multipoint").order_by("pk").first()
    PointResult.objects.create(inspection=order.inspection, item=point, verdict="amber", value="2.50")
    return order


def left(order: Any, advisor: Any) -> tuple[Any, SignedLink]:
    """The customer left; his browser has opened the link."""
    services.leave_unsigned(order, by=Actor.of(advisor), reason="趕著開會")
    link = SignedLink.objects.get(purpose="inspection")
    browser = Client()
    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    assert browser.get(link.path)["Location"] == PAGE
    return browser, link


def send(browser: Any, **values: Any) -> Any:
    """What the customer's page posts, with the state it showed."""
    form = {"request_key": str(uuid.uuid4()), "seen": seen_of(Inspection.objects.get())} | SAID | values
    return browser.post(PAGE, form)


def test_signed_on_the_tablet_it_is_sealed_and_a_copy_goes_out(found: Any, advisor: Any) -> None:
    desk, url = client_of(advisor), reverse("reception:sign", args=[found.pk])
    Customer.objects.filter(pk=found.customer_id).update(channel="sms")
    shown = desk.get(url).content.decode()
    assert shown.count(" checked") == 0  # nothing is chosen before he says so
    assert "0912-***-678" in shown
    form = ON_TABLET | {"seen": seen_of(Inspection.objects.get())}
    answer = desk.act(url, form | {"request_key": "signing-form-1"})
    assert answer["Location"] == reverse("reception:estimate", args=[found.pk])
    assert desk.act(url, form | {"request_key": "signing-form-1"})["Location"] == answer["Location"]
    row = Inspection.objects.get()
    assert (row.confirmed_how, row.confirmed_from, row.belongings) == ("tablet", "127.0.0.1", SAID["belongings"])
    assert (row.road_test_allowed, len(row.seal)) == (False, 64)
    found.refresh_from_db()
    assert (found.wash_wanted, found.old_parts_wanted) == (True, False)
    assert Message.objects.filter(kind="inspection_signed").count() == 1
    assert PaperOrder.objects.filter(kind="inspection").count() == 1
    assert checks.seals_match() == []
    panel = desk.get(reverse("workorders:panel", args=[found.pk, "inspection"])).content.decode()
    assert f"{row.seal[:8]}…" in panel
    again = desk.act(url, form)
    assert again["Location"] == url
    assert Message.objects.filter(kind="inspection_signed").count() == 1


def test_what_was_typed_stays_when_something_is_missing_or_the_language_changes(found: Any, advisor: Any) -> None:
    desk, url = client_of(advisor), reverse("reception:sign", args=[found.pk])
    short = {name: value for name, value in ON_TABLET.items() if name != "road_test_allowed"} | {"belongings": ""}
    answer = desk.act(url, short)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Ask the customer, then choose." in page
    assert "List together what stays in the car." in page
    assert SAID["reservations"] in page
    stale = desk.act(url, ON_TABLET | {"seen": "0" * 32})
    assert stale.status_code == 422
    assert "has changed since" in stale.content.decode()
    assert SAID["belongings"] in stale.content.decode()
    other = desk.act(url, ON_TABLET | {"show_in": "zh-hant"}).content.decode()
    assert "請讀給客戶聽" in other
    assert SAID["belongings"] in other
    assert Inspection.objects.get().confirmed_at is None


def test_who_leaves_is_asked_by_link_and_the_gate_stays_closed(found: Any, advisor: Any, technician: Any) -> None:
    url = reverse("reception:leave", args=[found.pk])
    assert client_of(technician).get(url).status_code == 403
    desk = client_of(advisor)
    assert desk.act(url, {"reason": ""}).status_code == 422
    for _time in range(2):
        assert desk.act(url, {"reason": "趕著開會"})["Location"] == found.get_absolute_url()
    row = Inspection.objects.get()
    assert (row.left_reason, row.confirmed_at) == ("趕著開會", None)
    assert Message.objects.filter(kind="inspection_to_confirm").count() == 2
    assert Hold.objects.filter(work_order=found, cause="consent", ended_at=None).count() == 1
    with pytest.raises(TransitionRefused, match="signed the joint inspection"):
        advance(found, to=Stage.AUTHORISED, by=Actor.of(advisor))


def test_nobody_is_asked_to_confirm_what_is_not_looked_at(centre: Any, advisor: Any) -> None:
    order = received(centre, advisor)
    with pytest.raises(services.InspectionRefused, match="Read the odometer"):
        services.leave_unsigned(order, by=Actor.of(advisor), reason="趕時間")


def test_he_confirms_by_link_once(found: Any, advisor: Any) -> None:
    browser, link = left(found, advisor)
    page = browser.get(PAGE).content.decode()
    assert page.count(" checked") == 0
    short = send(browser, road_test_allowed="", seen=seen_of(Inspection.objects.get()))
    assert (short.status_code, SAID["belongings"] in short.content.decode()) == (422, True)
    assert send(browser)["Location"] == PAGE
    row = Inspection.objects.get()
    assert (row.confirmed_how, row.signature.name, row.reservations) == ("link", "林怡君", SAID["reservations"])
    assert not Hold.objects.filter(work_order=found, ended_at=None).exists()
    assert checks.seals_match() == []
    seal = row.seal
    assert send(browser, reservations="again")["Location"] == PAGE
    shown = browser.get(PAGE).content.decode()
    assert "It was confirmed before, By link." in shown
    assert Inspection.objects.get().seal == seal
    assert browser.get(f"{PAGE}sheet.pdf")["Refresh"] == "2"
    link.refresh_from_db()
    assert link.used_at is not None


def test_tablet_and_link_whoever_comes_first_wins(found: Any, advisor: Any) -> None:
    browser, _link = left(found, advisor)
    desk, url = client_of(advisor), reverse("reception:sign", args=[found.pk])
    seen = seen_of(Inspection.objects.get())
    assert desk.act(url, ON_TABLET | {"seen": seen}).status_code == 302
    assert send(browser, seen=seen)["Location"] == PAGE
    assert "On the tablet" in browser.get(PAGE).content.decode()
    assert Inspection.objects.get().confirmed_how == "tablet"
    with pytest.raises(services.InspectionRefused, match="it is locked"):
        services.leave_unsigned(found, by=Actor.of(advisor), reason="zu spät")


def test_what_changed_after_the_link_was_sent_is_shown_and_not_signed_unseen(found: Any, advisor: Any) -> None:
    browser, _link = left(found, advisor)
    old = seen_of(Inspection.objects.get())
    services.add_mark(found, by=Actor.of(advisor), kind="scratch", x=50, y=220)
    answer = send(browser, seen=old)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "has changed since" in page
    assert SAID["reservations"] in page
    assert Inspection.objects.get().confirmed_at is None
    assert f'value="{seen_of(Inspection.objects.get())}"' in page
    assert send(browser)["Location"] == PAGE


def test_photos_open_only_through_the_link_of_their_own_inspection(found: Any, advisor: Any, centre: Any) -> None:
    browser, _link = left(found, advisor)
    own = InspectionPhoto.objects.get()
    other = looked_at(received(centre, advisor, plate="BRT-7743", phone="0937000802", name="蔡志明"), advisor)
    strange = services.add_photo(
        other, by=Actor.of(advisor), key=uuid.uuid4(), picture=photos.read(upload(picture((64, 48))))
    )
    url = f"{PAGE}photos/{{}}/{{}}"
    tried = [(own.key, "thumb"), (own.key, "full"), (own.key, "huge"), (strange.key, "full"), (uuid.uuid4(), "full")]
    assert [browser.get(url.format(*one)).status_code for one in tried] == [200, 200, 404, 404, 404]
    assert Client().get(url.format(own.key, "full")).status_code == 404
    assert browser.get(f"{PAGE}sheet.pdf").status_code == 404  # nothing is signed yet


def test_a_car_that_went_back_has_nothing_to_confirm(found: Any, advisor: Any) -> None:
    browser, _link = left(found, advisor)
    services.give_back(found, by=Actor.of(advisor), reason="不修了")
    assert "nothing to confirm" in browser.get(PAGE).content.decode()
    assert send(browser).status_code == 422
    assert Inspection.objects.get().confirmed_at is None


def test_an_unanswered_link_is_reminded_of_once(found: Any, advisor: Any, at_tuesday_ten: Any) -> None:
    left(found, advisor)
    Message.objects.filter(kind="inspection_to_confirm").update(state="sent", sent_at=now())
    assert services.remind_of_inspections() == 0
    at_tuesday_ten.move(hours=3)
    assert [services.remind_of_inspections() for _time in range(2)] == [1, 0]


@pytest.mark.parametrize("table", LOCKED)
def test_no_row_of_a_signed_inspection_changes_by_sql(table: str, found: Any, advisor: Any, centre: Any) -> None:
    other = looked_at(received(centre, advisor, plate="BRT-7743", phone="0937000802", name="蔡志明"), advisor)
    sign_as_typed(found, advisor)
    columns = {
        "inspectionitem": "item_id, value, note",
        "damagemark": "item_id, number, x, y, kind, note",
        "inspectionphoto": "photo_id, mark_id, item_id",
        "pointresult": "item_id, verdict, value, note",
    }[table]
    name, signed = f"reception_{table}", found.inspection.pk
    for statement in (
        f"UPDATE {name} SET item_id = item_id WHERE inspection_id = {signed}",  # noqa: S608 - our own tables
        f"UPDATE {name} SET inspection_id = {other.inspection.pk} WHERE inspection_id = {signed}",  # noqa: S608 - our own tables
        f"DELETE FROM {name} WHERE inspection_id = {signed}",  # noqa: S608 - our own tables
        f"INSERT INTO {name} (inspection_id, {columns}) SELECT inspection_id, {columns} FROM {name} LIMIT 1",  # noqa: S608 - our own tables
    ):
        with pytest.raises(DatabaseError, match="signed inspection"), transaction.atomic():
            run(statement)


def test_nor_the_inspection_itself_nor_what_its_photos_show(found: Any, advisor: Any) -> None:
    sign_as_typed(found, advisor)
    for statement in (
        "UPDATE reception_inspection SET seal = ''",
        "DELETE FROM reception_inspection",
        "UPDATE documents_photo SET sha256 = 'x'",
        "UPDATE documents_photo SET file = 'other.jpg'",
        "UPDATE documents_photo SET thumbnail = 'other.jpg'",
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            run(statement)
    run("UPDATE documents_photo SET caption = 'other words'")


def test_the_reconciler_finds_what_was_changed_past_the_triggers(found: Any, advisor: Any) -> None:
    sign_as_typed(found, advisor)
    assert checks.seals_match() == []
    run("SET CONSTRAINTS ALL IMMEDIATE")
    run("RESET ROLE")  # as the owner of the tables
    run("ALTER TABLE reception_pointresult DISABLE TRIGGER USER")
    run("UPDATE reception_pointresult SET value = 4.5")
    pk = found.inspection.pk
    says = f"inspection {pk} of work order {found.number} is not what was signed: its seal does not match"
    assert checks.seals_match() == [says]


def test_remarks_are_added_by_who_may_and_stay(found: Any, advisor: Any, supervisor: Any, technician: Any) -> None:
    url, desk = reverse("reception:remark", args=[found.pk]), client_of(supervisor)
    desk.act(url, {"text": "too early"})
    sign_as_typed(found, advisor)
    assert client_of(technician).act(url, {"text": "not mine"}).status_code == 403
    file = SimpleUploadedFile("p.jpg", picture((320, 240)), content_type="image/jpeg")
    desk.act(url, {"text": "舉升後發現底盤護板有擦痕", "file": file, "request_key": "remark-once"})
    desk.act(url, {"text": "舉升後發現底盤護板有擦痕", "request_key": "remark-once"})
    desk.act(url, {"text": " "})
    remark = found.inspection.remarks_added.get()
    assert (remark.by_label, bool(remark.photo)) == (supervisor.display_name, True)
    assert list(PaperOrder.objects.filter(kind="inspection").values_list("version", flat=True)) == [1, 2]
    assert remark.text in desk.get(reverse("workorders:panel", args=[found.pk, "inspection"])).content.decode()
    for statement in ("UPDATE reception_inspectionremark SET text = ''", "DELETE FROM reception_inspectionremark"):
        with pytest.raises(DatabaseError), transaction.atomic():
            run(statement)
    assert checks.seals_match() == []


def run(statement: str) -> None:
    """Plain SQL, past every service."""
    with connection.cursor() as cursor:
        cursor.execute(statement)


def sign_as_typed(order: Any, advisor: Any) -> None:
    """The customer signs on the tablet by his name."""
    services.sign_inspection(
        order,
        by=Actor.of(advisor),
        name="林怡君",
        purpose_explained=True,
        covers_fitted=True,
        valuables="none",
        wash_wanted=True,
        old_parts_wanted=False,
        waits_on_site=False,
        road_test_allowed=True,
    )
    order.refresh_from_db()
