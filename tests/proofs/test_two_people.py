"""A10: nobody inspects his own work, and nobody signs for somebody else: refused by page, by service and by database."""

from __future__ import annotations

import uuid
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from quality import services as quality
from quality.models import FinalInspection, SelfCheck
from servicedesk.clock import now
from servicedesk.staff.actors import Actor, actor_values
from servicedesk.staff.models import Membership, ServiceCentre, User
from servicedesk.staff.repeats import Refusal
from servicedesk.workorders.models import WorkOrder
from tests.fixtures.people import client_of
from tests.fixtures.quality import final_marks, self_check_marks
from tests.proofs.pages import Pairs, Reader
from tests.proofs.scene import at_tuesday_ten, play
from tests.proofs.stack import Service
from tests.proofs.wire import Wire, signed_in
from workshop.models import Job

FINAL, SELF_CHECK = "quality:final", "quality:self_check"
SIGNER = ("inspector", "inspector_id", "technician", "technician_id", "by_user", "by_user_id", "by_ref", "signed_by")
"""Under which names a form might smuggle in who is meant to have signed."""


def filled(page: str, text: str) -> Pairs:
    """The form that signs, as a person would send it: the first verdict everywhere, the odometer's readings."""
    forms = [form for form in Reader(page, text).forms if any(name.startswith("item-") for name in form.names)]
    assert forms, f"{page} offers no form to sign"
    pairs = forms[0].sent(None, all_boxes=False)
    return [(name, value) for name, value in pairs if name not in {"request_key", "csrfmiddlewaretoken"}]


def data_of(pairs: Pairs, **more: str) -> dict[str, Any]:
    """The same as the test's browser takes it."""
    return {**dict(pairs), **more}


def all_rounder(user: User, centre: ServiceCentre) -> User:
    """Whoever repairs may also be an inspector of the house; only not of his own work."""
    for role in ("technician", "inspector"):
        Membership.objects.get_or_create(user=user, centre=centre, role=role)
    return user


def report(model: Any, work_order: WorkOrder, *, of: User, by: User) -> None:
    """Write a report past page and service, as a faulty program would."""
    own = {"inspector": of, "verdict": "pass"} if model is FinalInspection else {"technician": of, "passed": True}
    model.objects.create(work_order=work_order, round=1, signed_at=now(), **own, **actor_values(Actor.of(by)))


def assert_database_refuses(model: Any, work_order: WorkOrder, *, of: User, by: User) -> None:
    """As the owner of the tables, and as the application."""
    for role in ("RESET ROLE", "SET LOCAL ROLE app"):
        with connection.cursor() as cursor:
            cursor.execute(role)
        with pytest.raises(DatabaseError), transaction.atomic():
            report(model, work_order, of=of, by=by)


@pytest.mark.proof("A10")
@pytest.mark.parametrize("part", ["worked on it", "has a job of it in hand"])
def test_nobody_inspects_his_own_work(
    part: str, visit_at_final: WorkOrder, technician: User, second_technician: User, inspector: User, centre: Any
) -> None:
    if part != "worked on it":  # the time is his colleague's, the job was given to him last
        Job.objects.filter(work_order=visit_at_final).update(technician=second_technician)
        technician = second_technician
    all_rounder(technician, centre)
    url = reverse(FINAL, args=[visit_at_final.pk])
    pairs = filled(url, client_of(inspector).get(url).content.decode())
    own = client_of(technician)
    assert 'name="item-' not in own.get(url).content.decode()
    for more in ({}, {name: str(inspector.pk) for name in SIGNER}):
        own.act(url, data_of(pairs, **more))
    marks, odometer = final_marks(visit_at_final), {"odometer_before": 50_000, "odometer_after": 50_001}
    with pytest.raises(Refusal):
        quality.sign_final(visit_at_final, by=Actor.of(technician), marks=marks, **odometer)
    assert_database_refuses(FinalInspection, visit_at_final, of=technician, by=technician)
    assert FinalInspection.objects.count() == 0
    answer = client_of(inspector).act(url, data_of(pairs))  # it was not the form that was refused
    assert (answer.status_code, FinalInspection.objects.get().inspector_id) == (302, inspector.pk)


@pytest.mark.proof("A10")
def test_a_form_that_names_somebody_else_is_signed_by_who_is_signed_in(
    visit_at_final: WorkOrder, technician: User, inspector: User, supervisor: User
) -> None:
    url = reverse(FINAL, args=[visit_at_final.pk])
    person = client_of(inspector)
    pairs = filled(url, person.get(url).content.decode())
    assert person.act(url, data_of(pairs, **{name: str(supervisor.pk) for name in SIGNER})).status_code == 302
    signed = FinalInspection.objects.get()
    assert (signed.inspector_id, signed.by_user_id, signed.by_label) == (inspector.pk, inspector.pk, "鄭文彬")
    for values in ({"inspector": supervisor}, {"by_user": supervisor}):
        with pytest.raises(DatabaseError), transaction.atomic():
            FinalInspection.objects.filter(pk=signed.pk).update(**values)


@pytest.mark.proof("A10")
def test_nobody_signs_a_report_for_somebody_else(
    visit_at_self_check: WorkOrder, technician: User, second_technician: User, inspector: User, supervisor: User
) -> None:
    """The self-check is the technician's who did the work; the final inspection names who signed it."""
    url = reverse(SELF_CHECK, args=[visit_at_self_check.pk])
    pairs = filled(url, client_of(technician).get(url).content.decode())
    for more in ({}, {name: str(technician.pk) for name in SIGNER}):
        client_of(second_technician).act(url, data_of(pairs, **more))
    marks = self_check_marks(visit_at_self_check)
    with pytest.raises(Refusal):
        quality.sign_self_check(visit_at_self_check, by=Actor.of(second_technician), marks=marks)
    for of, by in ((second_technician, second_technician), (technician, second_technician), (technician, supervisor)):
        assert_database_refuses(SelfCheck, visit_at_self_check, of=of, by=by)
    assert_database_refuses(FinalInspection, visit_at_self_check, of=inspector, by=supervisor)
    assert (SelfCheck.objects.count(), FinalInspection.objects.count()) == (0, 0)
    assert client_of(technician).act(url, data_of(pairs)).status_code == 302
    assert SelfCheck.objects.get().technician_id == technician.pk


@pytest.mark.proof("A10")
def test_nobody_finishes_a_colleagues_job(visit_in_repair: WorkOrder, second_technician: User) -> None:
    """Finishing a job says who did it: only he whose job it is can say so."""
    before = list(Job.objects.order_by("pk").values())
    for job in Job.objects.filter(work_order=visit_in_repair):
        for name in ("start", "pause", "readings", "finish"):
            answer = client_of(second_technician).act(reverse(f"workshop:{name}", args=[job.pk]), {"cause": "break"})
            assert answer.status_code == 404, name
    client_of(second_technician).act(reverse("workshop:read", args=[visit_in_repair.pk]), {"understood": "on"})
    assert list(Job.objects.order_by("pk").values()) == before


INSERT_FINAL = """
    INSERT INTO quality_finalinspection (work_order_id, round, inspector_id, verdict, road_tested, remarks, signed_at,
                                         by_kind, by_ref, by_label, by_user_id)
    VALUES (%(visit)s, 1, %(of)s, 'pass', false, '', now(), 'user', %(by)s::text, 'x', %(by)s)
"""
INSERT_SELF_CHECK = """
    INSERT INTO quality_selfcheck (work_order_id, round, technician_id, passed, remarks, signed_at,
                                   by_kind, by_ref, by_label, by_user_id)
    VALUES (%(visit)s, 1, %(of)s, true, '', now(), 'user', %(by)s::text, 'x', %(by)s)
"""


def post(wire: Wire, url: str, pairs: Pairs, **more: str) -> int:
    """Send the form that signs; returns the status."""
    return wire.post(url, [*pairs, *more.items()], key=str(uuid.uuid4())).status


@pytest.mark.prove
@pytest.mark.proof("A10")
def test_a10_in_full_by_page_service_and_database(service: Service) -> None:
    at_tuesday_ten(service)
    pks = dict(service.rows("SELECT username, id FROM staff_user"))
    service.rows(
        "INSERT INTO staff_membership (user_id, centre_id, role, final_say)"
        " SELECT %s, id, 'inspector', false FROM staff_servicecentre WHERE code = 'NH'",
        pks["technician"],
    )
    people = {name: signed_in(service.port, name) for name in ("technician", "technician2", "inspector")}
    refused = 0

    def reports(table: str) -> int:
        return service.one(f"SELECT count(*) FROM quality_{table}")  # noqa: S608

    def sql_refused(statement: str, visit: int, of: str, by: str) -> int:
        for role in ("app", "servicedesk_owner"):
            with psycopg.connect(service.postgres.url(role), autocommit=True) as link:  # type: ignore[union-attr]
                with pytest.raises(psycopg.Error) as raised:
                    link.execute(statement, {"visit": visit, "of": pks[of], "by": pks[by]})  # type: ignore[arg-type]
                assert "syntax" not in str(raised.value)
                assert isinstance(raised.value, psycopg.errors.CheckViolation), raised.value
        return 2

    visit = play(service, "at_self_check", plate="TWO-0001")
    url = f"/quality/{visit}/self-check/"
    pairs = filled(url, people["technician"].get(url).text)
    for more in ({}, {name: str(pks["technician"]) for name in SIGNER}):
        post(people["technician2"], url, pairs, **more)
        refused += 1
    for of, by in (("technician2", "technician2"), ("technician", "technician2"), ("technician", "advisor")):
        refused += sql_refused(INSERT_SELF_CHECK, visit, of, by)
    refused += play(service, "sign_as", visit=visit, report="self_check", who="technician2")
    assert reports("selfcheck") == 0
    assert post(people["technician"], url, pairs) == 302
    assert reports("selfcheck") == 1

    url = f"/quality/{visit}/final/"
    pairs = filled(url, people["inspector"].get(url).text)
    for more in ({}, {name: str(pks["inspector"]) for name in SIGNER}):
        post(people["technician"], url, pairs, **more)
        refused += 1
    for of, by in (("technician", "technician"), ("inspector", "technician"), ("inspector", "advisor")):
        refused += sql_refused(INSERT_FINAL, visit, of, by)
    refused += play(service, "sign_as", visit=visit, report="final", who="technician")
    assert reports("finalinspection") == 0
    assert post(people["inspector"], url, pairs, inspector=str(pks["supervisor"])) == 302
    signed = service.rows("SELECT inspector_id, by_user_id FROM quality_finalinspection")
    assert signed == [(pks["inspector"], pks["inspector"])]
    print(f"A10: {refused} attempts refused by page, service and database; then the right people signed")
