"""The checklist editor: managers change the lists, others do not; records keep what was asked."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from servicedesk.catalogue import checklists
from servicedesk.catalogue.forms import ItemForm
from servicedesk.catalogue.models import ChecklistItem, RuleChange
from servicedesk.catalogue.words import ItemList
from servicedesk.staff.actors import Actor
from servicedesk.staff.models import User
from tests.fixtures.people import Person, client_of

pytestmark = pytest.mark.django_db


def item(code: str) -> ChecklistItem:
    return ChecklistItem.objects.get(code=code, valid_to=None)


def filled(row: ChecklistItem, **changed: Any) -> dict[str, Any]:
    """What the item's own form sends, with changes."""
    form = ItemForm(item_list=row.list, item=row)
    sent = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in (sent | changed).items() if value not in (None, False)}


@pytest.fixture
def desk(reference: None, manager: User) -> Person:
    return client_of(manager)


def url(name: str, *args: Any) -> str:
    return reverse(f"catalogue:{name}", args=args)


def test_every_item_comes_back_from_its_form_unchanged(desk: Person) -> None:
    for row in ChecklistItem.objects.filter(valid_to=None):
        form = ItemForm(filled(row), item_list=row.list, item=row)
        assert form.is_valid(), (row.code, form.errors)
        assert {n: v for n, v in form.values().items() if v != getattr(row, n)} == {}, row.code


def test_a_manager_revises_an_item_and_its_history_says_who(desk: Person, manager: User) -> None:
    old = item("MP-17")
    sent = filled(old, green_en="4 or more", green_from="4", amber_to="4")
    answer = desk.act(url("item", old.pk), sent)
    assert answer["Location"] == f"{url('checklist', 'multipoint')}#i-MP-17"
    new = item("MP-17")
    assert (new.version, new.green_from, new.amber_to) == (2, Decimal(4), Decimal(4))
    page = desk.get(url("item", new.pk)).content.decode()
    assert manager.display_name in page
    assert "4 or more" in page
    assert "This is an earlier version" in desk.get(url("item", old.pk)).content.decode()
    stale = desk.act(url("item", old.pk), filled(old, name_en="Late"))
    assert stale.status_code == 422
    assert "meanwhile" in stale.content.decode()


@pytest.mark.parametrize(
    ("code", "changed", "field"),
    [
        ("MP-17", {"name_en": ""}, "name_en"),
        ("MP-17", {"green_from": "three"}, "green_from"),
        ("MP-17", {"green_from": "5"}, "amber_from"),  # a gap
        ("MP-17", {"amber_to": "3.5"}, "amber_from"),  # an overlap
        ("WA-25", {"options": ["ok"]}, "options"),
        ("WA-25", {"options": ["ok", "nonsense"]}, "options"),
        ("WA-25", {"applies": "has_parts"}, "applies"),
        ("FI-01", {"group": "documents"}, "group"),
    ],
)
def test_bad_input_comes_back_filled_in(desk: Person, code: str, changed: dict[str, Any], field: str) -> None:
    row = item(code)
    answer = desk.act(url("item", row.pk), filled(row, **changed))
    form = answer.context["form"]
    assert (answer.status_code, list(form.errors), form.data["name_zh_hant"]) == (422, [field], row.name_zh_hant)
    assert item(code).version == 1


def test_adding_moving_retiring_and_bringing_back(desk: Person) -> None:
    sent = {"name_en": "Child seat", "group": "equipment", "applies": "always", "input_type": "ok_ng"}
    assert desk.act(url("add", "walkaround"), sent | {"options": ["present"]}).status_code == 422
    added = desk.act(url("add", "walkaround"), sent | {"options": ["present", "missing"], "required": "on"})
    assert added["Location"].endswith("#i-WA-43")
    row = item("WA-43")
    desk.act(url("move", row.pk), {"direction": "up"})
    desk.act(url("move_group", "multipoint"), {"group": "brakes", "direction": "up"})
    desk.act(url("move_group", "multipoint"), {"group": "nonsense", "direction": "up"})
    desk.act(url("retire", row.pk))
    assert not ChecklistItem.objects.of(ItemList.WALKAROUND).filter(code="WA-43").exists()
    assert "Child seat" in desk.get(url("checklist", "walkaround")).content.decode()
    desk.act(url("restore", row.pk))
    assert item("WA-43").version == 2
    assert [change.what for change in RuleChange.objects.order_by("pk")] == [
        "added",
        "moved",
        "moved",
        "retired",
        "restored",
    ]


def test_sending_a_form_twice_makes_one_version(desk: Person) -> None:
    row = item("SC-01")
    sent = filled(row, name_en="Ours") | {"request_key": "once-and-again"}
    first, second = (desk.post(url("item", row.pk), sent) for _twice in range(2))
    assert (first["Location"], item("SC-01").version) == (second["Location"], 2)


def test_others_may_not(everyone: dict[str, User], reference: None) -> None:
    row = item("SC-01")
    for role in ("advisor", "supervisor", "admin"):
        person = client_of(everyone[role])
        assert person.get(url("checklists")).status_code == 403
        assert person.act(url("retire", row.pk)).status_code == 403
    assert item("SC-01") == row


def test_the_preview_asks_each_kind_of_car_its_own(desk: Person) -> None:
    petrol = desk.get(url("preview", "multipoint") + "?car=petrol").content.decode()
    electric = desk.get(url("preview", "multipoint") + "?car=ev").content.decode()
    assert ("Drive belt" in petrol, "Charging port" in petrol) == (True, False)
    assert ("Drive belt" in electric, "Charging port" in electric) == (False, True)


def test_pages_take_few_queries_whatever_was_changed(
    desk: Person, manager: User, django_assert_max_num_queries: Any
) -> None:
    for number in range(3):
        checklists.revise_item(item("MP-17"), by=Actor.of(manager), name_en=f"Tyre {number}")
    desk.get(url("checklists"))
    with django_assert_max_num_queries(8):
        desk.get(url("checklist", "multipoint"))
    with django_assert_max_num_queries(8):
        desk.get(url("item", item("MP-17").pk))
    assert desk.get(url("checklist", "nonsense")).status_code == 404
    assert desk.get(url("item", 999_999_999)).status_code == 404
