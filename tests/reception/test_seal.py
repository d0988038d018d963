"""The seal of a signed inspection: it covers every part of it, and of two who confirm at once one does."""

from __future__ import annotations

import threading
import uuid
from typing import Any

import pytest
from django.db import connection, connections, transaction

from reception import checklist, services
from reception.checks import seals_match
from reception.models import Inspection
from reception.record import seal_of, seen_of, signed_events, wishes_in
from reception.services import points
from servicedesk.documents import photos
from servicedesk.documents.models import PaperOrder
from servicedesk.messaging.models import SignedLink
from servicedesk.staff.actors import Actor
from servicedesk.workorders.models import Event, WorkOrder
from tests.fixtures.appointments import ensure_reference
from tests.fixtures.people import make_centre, make_user
from tests.fixtures.pictures import picture, upload
from tests.fixtures.reception import inspected, looked_at, received, sign

pytestmark = pytest.mark.usefixtures("media")
TABLES = ("inspection", "inspectionitem", "damagemark", "inspectionphoto", "pointresult")
SPOILT = {
    "reading": "UPDATE reception_inspection SET odometer = 12 WHERE id = {pk}",
    "warning light": "UPDATE reception_inspection SET warning_lights = '{{abs}}' WHERE id = {pk}",
    "belongings": "UPDATE reception_inspection SET belongings = 'nothing' WHERE id = {pk}",
    "reservations": "UPDATE reception_inspection SET reservations = 'none' WHERE id = {pk}",
    "road test": "UPDATE reception_inspection SET road_test_allowed = NOT road_test_allowed WHERE id = {pk}",
    "how": "UPDATE reception_inspection SET confirmed_how = 'link' WHERE id = {pk}",
    "when": "UPDATE reception_inspection SET confirmed_at = confirmed_at + interval '1 microsecond' WHERE id = {pk}",
    "seal itself": "UPDATE reception_inspection SET seal = repeat('0', 64) WHERE id = {pk}",
    "item": "UPDATE reception_inspectionitem SET note = 'x' WHERE inspection_id = {pk}",
    "items gone": "DELETE FROM reception_inspectionitem WHERE inspection_id = {pk}",
    "mark": "UPDATE reception_damagemark SET x = x + 1 WHERE inspection_id = {pk}",
    "point": "UPDATE reception_pointresult SET value = 7 WHERE inspection_id = {pk}",
    "photo": "UPDATE documents_photo SET sha256 = repeat('1', 64)",
    "photo's mark": "UPDATE reception_inspectionphoto SET mark_id = NULL WHERE inspection_id = {pk}",
}


@pytest.fixture
def signed(centre: Any, advisor: Any) -> Inspection:
    """A signed inspection with something in each of its tables."""
    order, by = received(centre, advisor), Actor.of(advisor)
    mark = services.add_mark(order, by=by, kind="dent", x=182, y=86, note="3 cm")
    shown = photos.read(upload(picture((64, 48))))
    services.add_photo(order, by=by, key=uuid.uuid4(), picture=shown, mark=mark.key)
    inspection = Inspection.objects.get(work_order=order)
    tread = next(item for item in checklist.point_items(inspection) if item.is_measured)
    points.record(inspection, tread, verdict="", measured="2.4")
    sign(order, advisor)
    return Inspection.objects.select_related("work_order", "signature").get(pk=inspection.pk)


def run(sql: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.rowcount


@pytest.mark.django_db
def test_whatever_is_changed_past_the_locks_breaks_the_seal(signed: Inspection, centre: Any, advisor: Any) -> None:
    inspected(centre, advisor, plate="AAA-0002")  # another, which stays as it was
    run("RESET ROLE")
    run("SET CONSTRAINTS ALL IMMEDIATE")  # what waits for the transaction's end would forbid to change a table
    for table in (*(f"reception_{name}" for name in TABLES), "documents_photo"):
        run(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    for what, sql in SPOILT.items():
        with transaction.atomic():
            assert run(sql.format(pk=signed.pk)) >= 1, what
            found = seals_match()
            transaction.set_rollback(True)
        assert [signed.work_order.number in sentence for sentence in found] == [True], what
    assert seals_match() == []


@pytest.mark.django_db
def test_the_seal_covers_the_wishes_as_they_were_said(signed: Inspection) -> None:
    said = wishes_in(signed_events([signed.work_order_id])[signed.work_order_id])
    assert seal_of(signed, said) == signed.seal
    assert seal_of(signed, said | {"wash_wanted": False}) != signed.seal
    WorkOrder.objects.update(wash_wanted=False)  # he changes his mind later: what was signed stays
    assert seals_match() == []


@pytest.mark.django_db(transaction=True)
def test_tablet_and_link_at_the_same_moment_one_confirms_and_the_other_is_told() -> None:
    ensure_reference()
    centre = make_centre("NH", "台北內湖廠")
    advisor = make_user("advisor", "許雅婷", centre, "advisor")
    by = Actor.of(advisor)
    order = looked_at(received(centre, advisor), advisor)
    services.leave_unsigned(order, by=by, reason="趕時間")
    link = SignedLink.objects.get(purpose="inspection")
    seen = seen_of(Inspection.objects.get())
    said: dict[str, Any] = {"name": "林怡君", "purpose_explained": True, "valuables": "none", "seen": seen}
    said |= {"wash_wanted": True, "old_parts_wanted": False, "road_test_allowed": True}
    start, told = threading.Barrier(2), dict[str, str]()

    def confirm(way: str) -> None:
        try:
            connection.ensure_connection()
            start.wait(10)
            if way == "tablet":
                services.sign_inspection(order, by=by, covers_fitted=True, waits_on_site=False, **said)
            else:
                services.confirm_by_link(order, link=link, **said)
            told[way] = "confirmed"
        except services.InspectionRefused as refusal:
            told[way] = str(refusal)
        finally:
            connections.close_all()

    hands = [threading.Thread(target=confirm, args=(way,)) for way in ("tablet", "link")]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join(30)
    won = Inspection.objects.get().confirmed_how
    lost = "link" if won == "tablet" else "tablet"
    assert told[won] == "confirmed"
    assert "it is locked" in told[lost]
    assert Event.objects.filter(kind="inspection.signed").count() == 1
    assert PaperOrder.objects.filter(kind="inspection").count() == 1
    assert seals_match() == []
