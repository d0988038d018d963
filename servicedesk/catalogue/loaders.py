"""Loads the reference data in `data/` by bulk upsert: again gives the same rows; what left the files is retired.

It runs at every start. Rows that people changed or added (`own`), and prices of a centre (`PartPrice`), are not touched.
Checklist items are never rewritten: what changed becomes their next version.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Greatest

from servicedesk.catalogue.checklists import renumber
from servicedesk.catalogue.models import (
    KPI,
    ChecklistItem,
    ComplaintCategory,
    FollowUpRule,
    KitPart,
    LabourOperation,
    Part,
    ReadingSpec,
    SkillLevel,
    SurveyQuestion,
    VehicleModel,
)
from servicedesk.catalogue.models.checklists import BEGINNING, VERSIONED
from servicedesk.catalogue.names import Named
from servicedesk.catalogue.thresholds import limits_of
from servicedesk.catalogue.words import Condition, ItemList
from servicedesk.clock import now
from servicedesk.staff.roles import Role

DATA = Path(__file__).parent / "data"
Values = dict[str, Any]

ROLES: dict[str, tuple[Role, bool]] = {
    "service_advisor": (Role.ADVISOR, False),
    "workshop_supervisor": (Role.SUPERVISOR, False),
    "technician": (Role.TECHNICIAN, False),
    "quality_inspector": (Role.INSPECTOR, False),
    "detailer": (Role.DETAILER, False),
    "cashier": (Role.CASHIER, False),
    "crm_agent": (Role.AGENT, False),
    "parts_staff": (Role.PARTS, False),
    "service_manager": (Role.MANAGER, False),
    "general_manager": (Role.MANAGER, True),
    "administrator": (Role.ADMIN, False),
}
"""Role names of the files → (role key, with final say)."""
COLOURS = ("green", "yellow", "red")
POWERTRAINS = {"bev": "ev", "erev": "phev"}
"""Powertrains of the files that `customers.Vehicle` calls otherwise."""


def rows_of(name: str) -> Iterator[dict[str, str]]:
    """Yield the rows of `data/<name>.csv` as text."""
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def named(row: dict[str, str], position: int) -> Values:
    """Return the columns every `Named` model has."""
    return {
        "name_en": row["en"],
        "name_zh_hant": row["zh_hant"],
        "name_zh_hans": row["zh_hans"],
        "position": position,
        "active": True,
        "basis": row.get("basis", ""),
    }


def same(row: dict[str, str], *columns: str) -> Values:
    """Return `columns` as they stand, an empty cell being an empty text."""
    return {column: row[column] for column in columns}


def number(cell: str) -> str | None:
    """Return a number's text for the field to convert, None for an empty cell."""
    return cell or None


def yes(cell: str) -> bool:
    """Read Y or N; anything else in the column is a condition, not a yes."""
    return cell == "Y"


def operation(row: dict[str, str]) -> Values:
    """A row of labour_operations.csv."""
    return same(row, "code", "group", "std_hours", "skill_level", "bay", "guarantee_class", "source_note") | {
        "cert_required": row["cert_required"].lower(),
        "road_test": yes(row["road_test"]),
        "safety_critical": yes(row["safety_critical"]),
    }


def part(row: dict[str, str]) -> Values:
    """A row of parts.csv."""
    return same(row, "part_no", "category", "unit_en", "unit_zh_hant", "unit_zh_hans", "typical_qty", "old_part") | {
        "demo_price": number(row["demo_price_twd"])
    }


def reading(row: dict[str, str]) -> Values:
    """A row of readings.csv."""
    return same(row, "scope", "key", "unit") | {
        "lower": number(row["lower"]),
        "upper": number(row["upper"]),
        "mandatory": yes(row["mandatory"]),
    }


def vehicle_model(row: dict[str, str]) -> Values:
    """A row of vehicle_models.csv, where en, zh_hant and zh_hans are the model's columns."""
    return same(
        row, "code", "make_zh_hant", "make_zh_hans", "body", "service_interval_km", "service_interval_months"
    ) | {
        "make_en": row["make"],
        "powertrain": POWERTRAINS.get(row["powertrain"], row["powertrain"]),
        "markets": row["markets"].split(";"),
    }


def followup_rule(row: dict[str, str]) -> Values:
    """A row of followup_rules.csv."""
    words = same(row, "code", "work_class", "channel", "focus_en", "focus_zh_hant", "focus_zh_hans", "answers")
    days = ("first_day_from", "first_day_to", "second_day", "third_day", "priority")
    return words | {column: number(row[column]) for column in days}


def question(row: dict[str, str]) -> Values:
    """A row of survey_questions.csv."""
    return same(row, "code", "dimension", "scale", "alert_when") | {"required": yes(row["required"])}


def category(row: dict[str, str]) -> Values:
    """A row of complaint_categories.csv."""
    role, final_say = ROLES[row["owner_role"]]
    texts = ("code", "group", "default_level", "typical_root_cause", "escalate_when")
    hours = ("respond_hours", "plan_hours", "close_working_days")
    return same(row, *texts, *hours) | {"owner_role": role.value, "owner_final_say": final_say}


def item(item_list: ItemList) -> Callable[[dict[str, str]], Values]:
    """Return the reader for a row of `item_list`'s file; columns that the file lacks stay at their defaults."""

    def read(row: dict[str, str]) -> Values:
        required = row.get("required") or row.get("mandatory", "Y")
        applies = row.get("applies_when") or row.get("applies_to") or row.get("applies")
        if required == "EV":  # asked, and required, of cars that are charged from outside
            required, applies = "Y", Condition.PLUGGED_IN.value
        words = [row.get(colour, "") for colour in COLOURS]
        return {
            "list": item_list.value,
            "code": row["code"],
            "group": row.get("group") or row.get("stage", ""),
            "stage": row.get("stage", ""),
            "input_type": row.get("input_type") or ("lights" if item_list == ItemList.MULTIPOINT else "ok_ng"),
            "options": [option for option in row.get("options", "").split(";") if option],
            "applies": "always" if applies in (None, "all") else applies,
            "required": yes(required),
            "mandatory": yes(row.get("mandatory", "Y")),
            "photo": yes(row.get("photo", "N")),
            "unit": row.get("unit", ""),
            **{f"{colour}_en": word for colour, word in zip(COLOURS, words, strict=True)},
            **{
                f"{colour}_{end}": row.get(f"{colour}_{end}", "")
                for colour in COLOURS
                for end in ("zh_hant", "zh_hans")
            },
            **asdict(limits_of(*words)),
        }

    return read


def load_items(item_list: ItemList, rows: Iterable[dict[str, str]]) -> int:
    """Bring `item_list` in line with `rows` of its file; return how many the file has. Two to five queries.

    The same again changes nothing; what the file changed becomes a new version, what left it is retired. Items kept by
    hand stay as they are, and every item its place, which is the managers' to choose.
    """
    read = item(item_list)
    supplied = [ChecklistItem(**named(row, position), **read(row)) for position, row in enumerate(rows, start=1)]
    latest = {row.code: row for row in ChecklistItem.objects.latest_versions(item_list)}
    moment = now() if latest else BEGINNING
    fresh: list[ChecklistItem] = []
    ended: list[int] = []
    for row in supplied:
        last = latest.pop(row.code, None)
        row.valid_from = moment
        if last is not None:
            if last.own or (last.valid_to is None and all(getattr(last, n) == getattr(row, n) for n in VERSIONED)):
                continue
            row.version, row.position = last.version + 1, last.position
            row.valid_from = max(moment, last.valid_from)
            ended.append(last.pk)
        fresh.append(row)
    ended += [row.pk for row in latest.values() if not row.own]
    if ended:
        running = ChecklistItem.objects.filter(pk__in=ended, valid_to=None)
        running.update(valid_to=Greatest("valid_from", Value(moment)), active=False)
    if fresh:
        ChecklistItem.objects.bulk_create(fresh)
        if moment != BEGINNING:
            renumber(item_list)  # a new item stands in its group, wherever managers have put that
    return len(supplied)


def upsert(
    model: type[Named],
    rows: Iterable[dict[str, str]],
    read: Callable[[dict[str, str]], Values],
    *,
    key: tuple[str, ...],
    **scope: Any,
) -> int:
    """Bring the rows of `model` (within `scope`) in line with `rows` of a file; return how many the file has.

    Two or three queries: what is there, one upsert over `key`, then those no longer in the file are retired. Rows kept
    by hand stay as they are.
    """
    values = [named(row, position) | read(row) for position, row in enumerate(rows, start=1)]
    there = list(model._default_manager.filter(**scope).values_list("pk", "own", "active", *key))
    own = {tuple(map(str, found)) for _pk, is_own, _active, *found in there if is_own}
    supplied = {tuple(str(value[column]) for column in key): value for value in values}
    model._default_manager.bulk_create(
        [model(**value) for found, value in supplied.items() if found not in own],
        update_conflicts=True,
        unique_fields=list(key),
        update_fields=[column for column in values[0] if column not in key],
    )
    gone = [
        pk for pk, is_own, active, *found in there if active and not is_own and tuple(map(str, found)) not in supplied
    ]
    if gone:
        model._default_manager.filter(pk__in=gone).update(active=False)
    return len(values)


def vehicle_words(row: dict[str, str]) -> dict[str, str]:
    """Return `row` of vehicle_models.csv with the model's name under the columns all other files use."""
    return row | {"en": row["model"], "zh_hant": row["model_zh_hant"], "zh_hans": row["model_zh_hans"]}


def load_kits() -> int:
    """Bring the parts kits in line with kits.csv, but those of operations kept by hand. Operations and parts go before."""
    operations = dict(LabourOperation.objects.filter(own=False).values_list("code", "pk"))
    parts = dict(Part.objects.values_list("part_no", "pk"))
    rows = list(rows_of("kits"))
    kits = [
        KitPart(operation_id=operations[row["operation_code"]], part_id=parts[row["part_no"]], qty=row["qty"])
        for row in rows
        if row["operation_code"] in operations
    ]
    KitPart.objects.bulk_create(kits, update_conflicts=True, unique_fields=["operation", "part"], update_fields=["qty"])
    return len(rows)


@transaction.atomic
def load_reference() -> dict[str, int]:
    """Load all reference data, all or nothing; return the number of rows by file."""
    code = ("code",)
    counts = {
        "labour_operations": upsert(LabourOperation, rows_of("labour_operations"), operation, key=code),
        "parts": upsert(Part, rows_of("parts"), part, key=("part_no",)),
        "kits": load_kits(),
        "readings": upsert(ReadingSpec, rows_of("readings"), reading, key=("scope", "key")),
        "vehicle_models": upsert(VehicleModel, map(vehicle_words, rows_of("vehicle_models")), vehicle_model, key=code),
        "skill_levels": upsert(
            SkillLevel,
            rows_of("skill_levels"),
            lambda row: same(row, "level", "code", "prc_equivalent", "taiwan_equivalent", "may_do"),
            key=("level",),
        ),
        "followup_rules": upsert(FollowUpRule, rows_of("followup_rules"), followup_rule, key=code),
        "survey_questions": upsert(SurveyQuestion, rows_of("survey_questions"), question, key=code),
        "complaint_categories": upsert(ComplaintCategory, rows_of("complaint_categories"), category, key=code),
        "kpis": upsert(KPI, rows_of("kpis"), lambda row: same(row, "key", "formula", "target"), key=("key",)),
    }
    for item_list, name in (
        (ItemList.WALKAROUND, "walkaround_items"),
        (ItemList.MULTIPOINT, "multipoint_items"),
        (ItemList.SELFCHECK, "selfcheck_items"),
        (ItemList.FINAL, "final_inspection_items"),
    ):
        counts[name] = load_items(item_list, rows_of(name))
    return counts
