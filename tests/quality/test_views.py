"""Pages of chapter 4: sign, send back, A10 on the page, garbage, repeats, another centre, and the price in queries."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from quality.models import FinalInspection, FinalItem, SelfCheck
from servicedesk.staff.models import User
from servicedesk.workorders.models import WorkOrder
from tests.fixtures.people import client_of
from tests.fixtures.quality import final_marks, self_check_marks, self_checked
from tests.fixtures.workshop import authorised_walk_in, repaired
from workshop.models import Job

BUDGET = 15


def url(name: str, *args: Any) -> str:
    return reverse(f"quality:{name}", args=args)


def posted(marks: dict[int, Any]) -> dict[str, Any]:
    """Marks as the page posts them."""
    data: dict[str, Any] = {}
    for pk, mark in marks.items():
        data |= {f"item-{pk}": mark.verdict, f"note-{pk}": mark.note, f"line-{pk}": mark.line or ""}
    return data


ODOMETER = {"odometer_before": "41287", "odometer_after": "41293"}


def test_technician_signs_his_self_check(visit_at_self_check: WorkOrder, technician: User) -> None:
    person, page = client_of(technician), url("self_check", visit_at_self_check.pk)
    assert person.get(page).status_code == 200
    answer = person.act(page, posted(self_check_marks(visit_at_self_check)) | {"remarks": "已擦拭"})
    report = SelfCheck.objects.get()
    assert (answer.url, report.technician, report.remarks) == (reverse("workshop:my_jobs"), technician, "已擦拭")


def test_inspector_passes_the_car(visit_at_final: WorkOrder, inspector: User) -> None:
    person, page = client_of(inspector), url("final", visit_at_final.pk)
    assert person.get(page).status_code == 200
    answer = person.act(page, posted(final_marks(visit_at_final)) | ODOMETER)
    visit_at_final.refresh_from_db()
    assert (answer.url, visit_at_final.stage) == (url("waiting"), "preparation")


def test_inspector_fails_an_item_with_a_photo(visit_at_final: WorkOrder, inspector: User, technician: User) -> None:
    marks = final_marks(visit_at_final, "FI-17")
    failed = next(pk for pk, mark in marks.items() if mark.verdict == "fail")
    file = io.BytesIO()
    Image.new("RGB", (320, 240), "grey").save(file, "JPEG")
    file.seek(0)
    file.name = "caliper.jpg"
    page = url("final", visit_at_final.pk)
    client_of(inspector).act(page, posted(marks) | ODOMETER | {f"photo-{failed}": file})
    assert FinalItem.objects.get(verdict="fail").photo is not None
    job = Job.objects.get(kind="rework")
    assert job.technician == technician
    assert job.title in client_of(technician).get(reverse("workshop:my_jobs")).content.decode()


def test_a10_page_says_why_and_post_is_refused(visit_at_final: WorkOrder, technician: User, centre: Any) -> None:
    technician.memberships.create(centre=centre, role="inspector")
    person, page = client_of(technician), url("final", visit_at_final.pk)
    shown = person.get(page).content.decode()
    assert 'id="final"' not in shown
    answer = person.act(page, posted(final_marks(visit_at_final)) | ODOMETER)
    assert "M4.2-b" in person.get(answer.url).content.decode()
    assert FinalInspection.objects.count() == 0


def test_the_same_form_twice_signs_once(visit_at_final: WorkOrder, inspector: User) -> None:
    person, page = client_of(inspector), url("final", visit_at_final.pk)
    data = posted(final_marks(visit_at_final)) | ODOMETER
    answers = [person.act(page, data, key="the-very-same-key").url for _time in range(2)]
    assert (answers, FinalInspection.objects.count()) == ([url("waiting")] * 2, 1)


def test_signing_again_with_a_new_form_is_refused(visit_in_preparation: WorkOrder, inspector: User) -> None:
    person, page = client_of(inspector), url("final", visit_in_preparation.pk)
    answer = person.act(page, posted(final_marks(visit_in_preparation)) | ODOMETER)
    assert "data-miss" in person.get(answer.url).content.decode()


@pytest.mark.parametrize(
    "spoil",
    [
        {"odometer_before": "abc"},
        {"odometer_before": "-1"},
        {"odometer_after": "1"},
        {"odometer_after": "1e30"},
        {"item": "maybe"},
        {"item": "fail"},
        {"item": ""},
        {"line": "99999"},
    ],
)
def test_garbage_comes_back_filled_in(visit_at_final: WorkOrder, inspector: User, spoil: dict[str, str]) -> None:
    data = posted(final_marks(visit_at_final)) | ODOMETER
    first = next(name for name in data if name.startswith("item-")).removeprefix("item-")
    for name, value in spoil.items():
        data[name if name.startswith("odometer") else f"{name}-{first}"] = value
    answer = client_of(inspector).act(url("final", visit_at_final.pk), data | {"remarks": "留著"})
    assert answer.status_code == 422
    assert "留著" in answer.content.decode()


def test_extra_fields_are_ignored(visit_at_final: WorkOrder, inspector: User, supervisor: User) -> None:
    extra = {"inspector": supervisor.pk, "stage": "delivered", "verdict": "pass", "by_user": supervisor.pk}
    data = posted(final_marks(visit_at_final)) | ODOMETER | extra
    client_of(inspector).act(url("final", visit_at_final.pk), data)
    assert FinalInspection.objects.get().inspector == inspector


def test_wrong_roles_and_other_centres(
    visit_in_preparation: WorkOrder, everyone: dict[str, User], outsider: User
) -> None:
    check, final = SelfCheck.objects.get(), FinalInspection.objects.get()
    process = set(everyone) - {"admin"}
    pages = {
        url("waiting"): {"inspector", "supervisor", "manager"},
        url("self_check", visit_in_preparation.pk): {"technician"},
        url("final", visit_in_preparation.pk): {"inspector"},
        url("self_check_report", check.pk): process,
        url("final_report", final.pk): process,
    }
    for page, allowed in pages.items():
        for role, user in everyone.items():
            expected = 200 if role in allowed else 403
            assert (page, role, client_of(user).get(page).status_code) == (page, role, expected)
        if page != url("waiting"):
            assert client_of(outsider).get(page).status_code == 404
    for name in ("self_check", "final"):
        assert client_of(outsider).act(url(name, visit_in_preparation.pk)).status_code == 404


def test_wrong_stage_is_refused(visit_at_self_check: WorkOrder, inspector: User, technician: User) -> None:
    for user, name, marks in (
        (inspector, "final", posted(final_marks(visit_at_self_check)) | ODOMETER),
        (technician, "self_check", posted(self_check_marks(visit_at_self_check))),
    ):
        WorkOrder.objects.filter(pk=visit_at_self_check.pk, stage="selfcheck")
        if name == "self_check":
            self_checked(visit_at_self_check, technician)
        person = client_of(user)
        answer = person.act(url(name, visit_at_self_check.pk), marks)
        assert "data-miss" in person.get(answer.url).content.decode()


def test_somebody_who_did_not_work_cannot_sign_on_the_page(
    visit_at_self_check: WorkOrder, second_technician: User
) -> None:
    person, page = client_of(second_technician), url("self_check", visit_at_self_check.pk)
    assert 'id="selfcheck"' not in person.get(page).content.decode()
    answer = person.act(page, posted(self_check_marks(visit_at_self_check)))
    assert "M4.1-b" in person.get(answer.url).content.decode()


def cost(user: User, page: str) -> int:
    person = client_of(user)
    person.get(page)
    with CaptureQueriesContext(connection) as caught:
        assert person.get(page).status_code == 200
    return len(caught)


def test_pages_cost_the_same_for_one_and_thirty_rows(
    reference: None,
    centre: Any,
    customer: Any,
    vehicle: Any,
    advisor: User,
    technician: User,
    supervisor: User,
    inspector: User,
) -> None:
    def more(count: int) -> WorkOrder:
        for _number in range(count):
            work_order = authorised_walk_in(centre, advisor, "MNT-120", plate=f"T-{WorkOrder.objects.count():04}")
            repaired(work_order, technician, supervisor)
            self_checked(work_order, technician)
        return work_order

    last = more(1)
    pages = [(inspector, url("waiting")), (inspector, "/"), (inspector, url("final", last.pk))]
    few = [cost(user, page) for user, page in pages]
    more(29)
    assert [cost(user, page) for user, page in pages] == few
    assert [count for count in few if count > BUDGET] == []


def test_reports_stand_on_the_work_order(visit_in_preparation: WorkOrder, advisor: User) -> None:
    panel = client_of(advisor).get(reverse("workorders:panel", args=[visit_in_preparation.pk, "reports"]))
    text = panel.content.decode()
    assert FinalInspection.objects.get().get_absolute_url() in text
    assert url("self_check_report", SelfCheck.objects.get().pk) in text


def test_a_report_of_a_pass_does_not_ask_what_is_wrong(visit_in_preparation: WorkOrder, advisor: User) -> None:
    page = client_of(advisor).get(url("final_report", FinalInspection.objects.get().pk))
    assert "What is wrong" not in page.content.decode()


def test_a_report_of_a_failure_says_what_is_wrong(visit_in_rework: WorkOrder, advisor: User) -> None:
    text = client_of(advisor).get(url("final_report", FinalInspection.objects.get().pk)).content.decode()
    assert "What is wrong" in text
    assert "左前輕踩有尖銳聲" in text


def test_the_first_car_that_can_be_inspected_has_the_first_button(
    visit_at_final: WorkOrder, centre: Any, advisor: User, inspector: User, technician: User, supervisor: User
) -> None:
    sooner = authorised_walk_in(centre, advisor, plate="EAR-0001", promise_hours=0.1)
    repaired(sooner, technician, supervisor)
    page = client_of(inspector).get(url("waiting")).content.decode()
    assert page.index("EAR-0001") < page.index(visit_at_final.vehicle.plate)
    assert page.count("btn-primary") == 1
    assert "waiting 0 min" in page


def test_who_may_not_sign_is_not_told_to_check_his_own_work(
    visit_at_self_check: WorkOrder, technician: User, second_technician: User
) -> None:
    page = url("self_check", visit_at_self_check.pk)
    assert "Check your own work" in client_of(technician).get(page).content.decode()
    assert "Check your own work" not in client_of(second_technician).get(page).content.decode()
