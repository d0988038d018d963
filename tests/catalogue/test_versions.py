"""Items by version: what was asked stays as it was asked, whatever a manager or a new supply of data changes."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from servicedesk.catalogue import checklists, loaders
from servicedesk.catalogue.models import ChecklistItem, RuleChange
from servicedesk.catalogue.models.checklists import BEGINNING
from servicedesk.catalogue.thresholds import STEP, Limits, limits_of, range_of
from servicedesk.catalogue.words import ItemList
from servicedesk.clock import now
from servicedesk.staff.actors import Actor
from servicedesk.staff.models import User


@pytest.fixture
def by(everyone: dict[str, User]) -> Actor:
    return Actor.of(everyone["manager"])


def item(code: str) -> ChecklistItem:
    return ChecklistItem.objects.get(code=code, valid_to=None)


@pytest.mark.django_db
def test_a_revised_item_is_a_new_version_and_the_old_one_is_asked_of_what_was_begun(reference: None, by: Actor) -> None:
    begun, old = now(), item("MP-17")
    new = checklists.revise_item(old, by=by, green_en="over 4.0", green_from=Decimal("4.01"), amber_to=Decimal("4.00"))
    old.refresh_from_db()
    assert (old.version, old.green_en, old.active, old.valid_to) == (1, "over 3.0", False, new.valid_from)
    assert (new.version, new.green_en, new.own, new.position) == (2, "over 4.0", True, old.position)
    assert old in ChecklistItem.objects.of(ItemList.MULTIPOINT, at=begun)
    assert new not in ChecklistItem.objects.of(ItemList.MULTIPOINT, at=begun)
    for later in (None, new.valid_from, now() + dt.timedelta(days=1)):
        codes = {row.pk for row in ChecklistItem.objects.of(ItemList.MULTIPOINT, at=later)}
        assert (new.pk in codes, old.pk in codes, len(codes)) == (True, False, 40)
    change = RuleChange.objects.get()
    assert (change.item, change.what, change.by_user_id) == (new, "revised", by.user_id)
    with pytest.raises(checklists.ItemRefused):
        checklists.revise_item(old, by=by, green_en="over 5.0")


@pytest.mark.django_db
def test_saving_the_same_words_makes_no_version(reference: None, by: Actor) -> None:
    old = item("MP-17")
    assert checklists.revise_item(old, by=by, name_en=old.name_en) == old
    assert (item("MP-17").version, RuleChange.objects.count()) == (1, 0)


@pytest.mark.django_db
def test_retired_is_asked_no_more_and_can_come_back(reference: None, by: Actor) -> None:
    begun, old = now(), item("SC-07")
    checklists.retire_item(old, by=by)
    assert not ChecklistItem.objects.of(ItemList.SELFCHECK).filter(code="SC-07").exists()
    assert old in ChecklistItem.objects.of(ItemList.SELFCHECK, at=begun)
    loaders.load_reference()
    assert not ChecklistItem.objects.of(ItemList.SELFCHECK).filter(code="SC-07").exists()
    with pytest.raises(checklists.ItemRefused):
        checklists.retire_item(old, by=by)
    again = checklists.restore_item(old, by=by)
    assert (again.version, again.name_en, again.position) == (2, old.name_en, old.position)
    with pytest.raises(checklists.ItemRefused):
        checklists.restore_item(old, by=by)


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["WA-01", "WA-23", "FI-09", "WA-36"])
def test_what_the_house_works_with_keeps_its_place_and_its_kind(reference: None, by: Actor, code: str) -> None:
    with pytest.raises(checklists.ItemRefused):
        checklists.retire_item(item(code), by=by)
    with pytest.raises(checklists.ItemRefused):
        checklists.revise_item(item(code), by=by, applies="ice")
    assert checklists.revise_item(item(code), by=by, name_en="Ours").name_en == "Ours"


@pytest.mark.django_db
def test_items_and_groups_change_places(reference: None, by: Actor) -> None:
    codes = lambda: [row.code for row in ChecklistItem.objects.of(ItemList.MULTIPOINT)]  # noqa: E731
    before = codes()
    checklists.move_item(item("MP-02"), direction="up", by=by)
    checklists.move_item(item("MP-02"), direction="up", by=by)  # first already
    checklists.move_item(item("MP-10"), direction="up", by=by)  # first of its group
    assert codes() == ["MP-02", "MP-01", *before[2:]]
    checklists.move_group(ItemList.MULTIPOINT, "electrical", direction="up", by=by)
    assert codes()[:4] == ["MP-10", "MP-11", "MP-12", "MP-02"]
    loaders.load_reference()
    assert codes()[:4] == ["MP-10", "MP-11", "MP-12", "MP-02"]
    assert {row.version for row in ChecklistItem.objects.all()} == {1}


@pytest.mark.django_db
def test_an_added_item_gets_the_next_code_at_the_end_of_its_group(reference: None, by: Actor) -> None:
    added = checklists.add_item(ItemList.MULTIPOINT, by=by, group="tyres", name_en="Wheel nuts", input_type="lights")
    order = [row.code for row in ChecklistItem.objects.of(ItemList.MULTIPOINT)]
    assert (added.code, order.index("MP-41")) == ("MP-41", order.index("MP-22") + 1)
    loaders.load_reference()
    assert item("MP-41").active


CHANGES = {
    "name_en": "x",
    "options": ["x"],
    "green_from": Decimal(1),
    "required": False,
    "valid_from": BEGINNING + dt.timedelta(days=1),
    "version": 9,
    "code": "X-1",
}


@pytest.mark.django_db
def test_the_database_keeps_the_words_of_a_version(reference: None) -> None:
    rows = ChecklistItem.objects.filter(code="MP-17")
    for column, value in CHANGES.items():
        with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
            rows.update(**{column: value})
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM catalogue_checklistitem WHERE code = 'MP-17'")
    rows.update(position=99)
    assert rows.get().position == 99


@pytest.mark.django_db
def test_changed_supplied_data_is_a_new_version_but_not_of_what_is_kept_by_hand(
    reference: None, by: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    checklists.revise_item(item("SC-02"), by=by, name_en="Ours")
    whole = {name: list(loaders.rows_of(name)) for name in ("selfcheck_items",)}["selfcheck_items"]
    changed = [row | {"en": f"New {row['en']}"} if row["code"] in ("SC-01", "SC-02") else row for row in whole]
    changed = [row for row in changed if row["code"] != "SC-09"]
    for _twice in range(2):
        loaders.load_items(ItemList.SELFCHECK, changed)
    assert [(row.code, row.version, row.name_en) for row in ChecklistItem.objects.of(ItemList.SELFCHECK)][:2] == [
        ("SC-01", 2, "New Every item of the job is done"),
        ("SC-02", 2, "Ours"),
    ]
    assert not ChecklistItem.objects.of(ItemList.SELFCHECK).filter(code="SC-09").exists()
    loaders.load_items(ItemList.SELFCHECK, whole)
    assert (item("SC-01").version, item("SC-09").version, item("SC-03").version) == (3, 2, 1)


WORDS = [
    ("over 3.0", "1.6 to 3.0", "1.6 or less", "mm", {"1.60": "red", "1.61": "amber", "3.00": "amber", "3.01": "green"}),
    ("under 2", "2 to 3", "over 3", "%", {"1.99": "green", "2": "amber", "3": "amber", "3.01": "red"}),
    ("80 or more", "60 to 79", "under 60", "%", {"80": "green", "79.5": "amber", "60": "amber", "59.99": "red"}),
    ("10 or less", "11 to 15", "over 15", "°C", {"10": "green", "10.5": "amber", "15": "amber", "15.01": "red"}),
    (
        "13.5 to 14.8",
        "13.0 to 13.4",
        "under 13.0 or over 14.8",
        "V",
        {"12.99": "red", "13": "amber", "13.45": "amber", "13.5": "green", "14.8": "green", "14.81": "red"},
    ),
]


@pytest.mark.parametrize(("green", "yellow", "red", "unit", "values"), WORDS)
def test_words_become_limits(green: str, yellow: str, red: str, unit: str, values: dict[str, str]) -> None:
    limits = limits_of(green, yellow, red)
    assert {value: limits.verdict_of(Decimal(value)) for value in values} == values
    assert limits.faults() == []


def test_words_that_are_no_ranges_measure_nothing() -> None:
    assert range_of("under 5 years, sound") is None
    assert not limits_of("within 10 of placard", "10 to 30 off", "over 30 off").measured
    assert not limits_of("clean", "dusty", "blocked").measured


@pytest.mark.django_db
def test_the_supplied_list_measures_these(reference: None) -> None:
    measured = [row.code for row in ChecklistItem.objects.of(ItemList.MULTIPOINT) if row.is_measured]
    numbers = [3, 10, 11, 17, 18, 19, 20, 23, 24, 34, 37]
    assert measured == [f"MP-{number:02}" for number in numbers]
    assert not [row.code for row in ChecklistItem.objects.of(ItemList.MULTIPOINT) if row.limits.faults()]
    words = [getattr(item("MP-17"), f"yellow_{end}") for end in ("en", "zh_hant", "zh_hans")]
    assert words == ["1.6 to 3.0", "1.6 至 3.0", "1.6 至 3.0"]


@pytest.mark.parametrize(
    ("limits", "faults"),
    [
        ((None, None, None, None), 0),
        (("3", None, "2", "3"), 0),  # a shared end is green
        (("3", None, None, "2.99"), 0),
        (("3", None, None, None), 0),  # green or red
        ((None, "10", "10.01", "15"), 0),
        (("3", None, "2", "2.98"), 1),  # a gap
        (("3", None, "2", "3.01"), 1),  # an overlap
        (("3", "2", None, None), 1),
        ((None, None, "2", "3"), 1),
        (("3", "5", "6", "4"), 1),
        ((None, "10", "12", None), 1),
    ],
)
def test_limits_neither_overlap_nor_leave_gaps(limits: tuple[Any, ...], faults: int) -> None:
    assert len(Limits(*(end and Decimal(end) for end in limits)).faults()) == faults


RANK = {"red": 0, "amber": 1, "green": 2}


@given(st.decimals(0, 200, places=3), st.sampled_from(WORDS[:4]))
def test_no_value_falls_between_two_colours(value: Decimal, words: tuple[Any, ...]) -> None:
    """The more (or the less), the better, without a step back: nowhere is red between amber and green."""
    limits = limits_of(*words[:3])
    ranks = [RANK[limits.verdict_of(each)] for each in (value, value + STEP)]
    assert ranks == sorted(ranks, reverse=limits.green_from is None)


@pytest.mark.parametrize(
    ("applies", "asked"),
    [
        ("always", {"petrol", "diesel", "hybrid", "phev", "ev"}),
        ("ice", {"petrol", "diesel", "hybrid", "phev"}),
        ("ev", {"hybrid", "phev", "ev"}),
        ("plugged_in", {"phev", "ev"}),
        ("electric", {"ev"}),
        ("has_parts", {"petrol", "diesel", "hybrid", "phev", "ev"}),
    ],
)
def test_of_which_cars_an_item_is_asked(applies: str, asked: set[str]) -> None:
    cars = {"petrol", "diesel", "hybrid", "phev", "ev"}
    assert {car for car in cars if ChecklistItem(applies=applies).applies_to(car)} == asked
