"""An inspection that was begun before a list changed is asked, signed and printed as it was begun."""

from __future__ import annotations

from typing import Any

import pytest

from reception import checklist
from reception import services as reception
from reception.models import InspectionItem
from servicedesk.catalogue import checklists
from servicedesk.catalogue.models import ChecklistItem
from servicedesk.catalogue.words import ItemList
from servicedesk.documents import printing
from servicedesk.documents.models import PaperOrder
from servicedesk.staff.actors import Actor
from servicedesk.staff.models import User
from tests.documents.reading import pages_of
from tests.fixtures import reception as fixtures

pytestmark = pytest.mark.django_db


def change_the_list(by: Actor) -> None:
    """A new name, a retired item, a new one that must be answered, one for electric cars only."""
    item = ChecklistItem.objects.get(code="WA-29", valid_to=None)
    checklists.revise_item(item, by=by, name_en="Cooling", name_zh_hant="冷房", name_zh_hans="制冷")
    checklists.retire_item(ChecklistItem.objects.get(code="WA-26", valid_to=None), by=by)
    values: dict[str, Any] = {"group": "interior", "input_type": "ok_ng", "options": ["ok", "damage"]}
    checklists.add_item(ItemList.WALKAROUND, by=by, name_en="Child seat", name_zh_hant="兒童座椅", **values)
    checklists.add_item(ItemList.WALKAROUND, by=by, name_en="Cable", applies="electric", **values)


def test_what_was_begun_before_a_change_is_signed_and_printed_as_it_was(
    reference: None, centre: Any, everyone: dict[str, User]
) -> None:
    advisor, manager = everyone["advisor"], Actor.of(everyone["manager"])
    before = fixtures.received(centre, advisor)
    asked = checklist.walkaround_items(before.inspection.begun_at)
    change_the_list(manager)
    assert checklist.walkaround_items(before.inspection.begun_at) == asked
    fixtures.sign(before, advisor)
    while printing.run():
        pass
    sheet = PaperOrder.objects.select_related("paper").get(kind="inspection", number=before.full_number)
    assert "冷房" not in "".join(pages_of(sheet.paper))
    codes = InspectionItem.objects.filter(inspection=before.inspection).values_list("item__code", "item__version")
    assert ("WA-29", 1) in codes
    assert "WA-43" not in dict(codes)


def test_what_is_begun_after_a_change_asks_the_new_list(
    reference: None, centre: Any, everyone: dict[str, User]
) -> None:
    advisor = everyone["advisor"]
    change_the_list(Actor.of(everyone["manager"]))
    after = fixtures.received(centre, advisor)
    by = Actor.of(advisor)
    answers = {
        item.pk: (checklist.choices_of(item)[0][0], "")
        for item in checklist.walkaround_items()
        if item.group in checklist.TABS and item.code not in (checklist.WARNING_LIGHTS, "WA-43", "WA-44")
        if checklist.choices_of(item)
    }
    reception.record_items(after, by=by, answers=answers, warning_lights=["none"])
    tabs = checklist.tabs(
        checklist.walkaround_items(),
        {row.item_id: (row.value, row.note) for row in after.inspection.items.all()},
        powertrain=after.vehicle.powertrain,
    )
    assert [question.item.code for tab in tabs for question in tab.missing] == ["WA-43"]
