"""The list of labour operations on staff forms: grouped by system, whole without script, as a form posts it."""

from __future__ import annotations

import re
from typing import Any

from django.urls import reverse

from servicedesk.catalogue.models import LabourOperation
from servicedesk.staff.models import User
from servicedesk.workorders.models import WorkOrder
from tests.fixtures.people import client_of

CHOICE = re.compile(
    r'<input class="form-check-input[^"]*" type="(\w+)" name="(\w+)"[^>]* value="([A-Z0-9-]+)"( checked)?'
)


def test_the_booking_form_lists_every_operation_by_system_and_keeps_what_was_chosen(
    reference: None, centre: Any, advisor: User
) -> None:
    response = client_of(advisor).act(reverse("appointments:new"), {"operations": ["MNT-020", "BRK-010"]})
    assert response.status_code == 422
    page = response.content.decode()
    rows = CHOICE.findall(page)
    assert {row[:2] for row in rows} == {("checkbox", "operations")}
    assert [code for _type, _name, code, _checked in rows] == [row.code for row in LabourOperation.objects.offered()]
    assert [code for _type, _name, code, checked in rows if checked] == ["MNT-020", "BRK-010"]
    assert page.count("data-system") == len({row.group for row in LabourOperation.objects.offered()})
    assert "js/picker" in page


def test_work_is_proposed_from_a_list_of_one_choice(visit_in_repair: WorkOrder, advisor: User) -> None:
    url = reverse("reception:estimate", args=[visit_in_repair.pk])
    page = client_of(advisor).get(url).content.decode()
    assert {row[:2] for row in CHOICE.findall(page)} == {("radio", "operation")}
    client_of(advisor).act(url, {"operation": "MNT-070", "urgency": "soon"})
    assert visit_in_repair.lines.filter(operation__code="MNT-070", state="proposed").exists()
