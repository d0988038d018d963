"""The reference data loads whole, again and again, and says the same."""

from decimal import Decimal

import pytest
from django.core.management import call_command
from django.utils.translation import override

from servicedesk.catalogue.loaders import load_reference, rows_of
from servicedesk.catalogue.models import (
    KPI,
    ChecklistItem,
    ComplaintCategory,
    KitPart,
    LabourOperation,
    Part,
    ReadingSpec,
    SurveyQuestion,
    VehicleModel,
)
from servicedesk.catalogue.words import ItemList, System
from servicedesk.staff.roles import Role

pytestmark = pytest.mark.django_db

COUNTS = {
    "labour_operations": 55,
    "parts": 47,
    "kits": 56,
    "readings": 27,
    "vehicle_models": 36,
    "skill_levels": 5,
    "followup_rules": 16,
    "survey_questions": 14,
    "complaint_categories": 22,
    "kpis": 23,
    "walkaround_items": 42,
    "multipoint_items": 40,
    "selfcheck_items": 9,
    "final_inspection_items": 28,
}


def test_every_row_of_every_file_is_loaded():
    assert load_reference() == COUNTS
    assert {item_list: ChecklistItem.objects.of(item_list).count() for item_list in ItemList.values} == {
        "walkaround": 42,
        "multipoint": 40,
        "selfcheck": 9,
        "final": 28,
    }


def test_loading_again_changes_nothing():
    load_reference()
    before = [list(model.objects.order_by("pk").values()) for model in (LabourOperation, KitPart, ChecklistItem, KPI)]
    load_reference()
    after = [list(model.objects.order_by("pk").values()) for model in (LabourOperation, KitPart, ChecklistItem, KPI)]
    assert after == before


def test_a_row_that_left_the_files_is_retired_and_not_deleted():
    old = LabourOperation.objects.create(code="OLD-1", group="engine", name_en="Decoke", std_hours=3)
    load_reference()
    old.refresh_from_db()
    assert old.active is False
    assert LabourOperation.objects.offered().filter(code="OLD-1").exists() is False


def test_the_command_says_what_it_loaded(capsys):
    call_command("load_reference")
    assert capsys.readouterr().out.splitlines() == [f"{name}: {count}" for name, count in COUNTS.items()]


def test_loading_takes_few_queries(django_assert_max_num_queries):
    with django_assert_max_num_queries(45):
        load_reference()


def test_an_operation_reads_as_its_file_says():
    load_reference()
    job = LabourOperation.objects.get(code="BRK-010")
    assert (job.std_hours, job.skill_level, job.road_test, job.safety_critical, job.system, job.guarantee_class) == (
        Decimal("1.0"),
        2,
        True,
        True,
        "brake",
        "minor",
    )
    assert job.certificates_accepted == frozenset()
    assert LabourOperation.objects.get(code="EV-010").certificates_accepted == frozenset({"hv"})
    assert LabourOperation.objects.get(code="EV-020").certificates_accepted == frozenset({"hv_aware", "hv"})


def test_names_follow_the_language():
    load_reference()
    job = LabourOperation.objects.get(code="BRK-010")
    names = []
    for language in ("en", "zh-hant", "zh-hans"):
        with override(language):
            names.append(job.name)
    assert names == ["Front brake pad replacement", "更換前煞車來令片", "更换前制动片"]
    assert job.name_in("zh-hans") == "更换前制动片"
    assert job.name_in("fr") == "Front brake pad replacement"


def test_a_missing_translation_reads_english():
    assert LabourOperation(name_en="Decoke").name_in("zh-hant") == "Decoke"


def test_role_names_become_role_keys():
    load_reference()
    owners = dict(ComplaintCategory.objects.order_by("code").values_list("code", "owner_role"))
    assert set(owners.values()) <= set(Role.values)
    assert list(
        ComplaintCategory.objects.filter(owner_final_say=True).order_by("code").values_list("code", "owner_role")
    ) == [(code, "manager") for code in ("CP-01", "CP-02", "CP-03", "CP-21", "CP-22")]
    assert owners["CP-08"] == "manager"
    assert owners["CP-10"] == "advisor"


def test_items_asked_of_electric_cars_only():
    load_reference()
    assert list(
        ChecklistItem.objects.of("walkaround").filter(applies="plugged_in").values_list("code", "required")
    ) == [
        ("WA-03", True),
        ("WA-40", True),
    ]


def test_the_final_list_by_stage():
    load_reference()
    asked = ChecklistItem.objects.of("final", stages=["work", "road_test"])
    assert [item.code for item in asked] == [f"FI-{n:02}" for n in range(1, 22)]
    assert [item.code for item in ChecklistItem.objects.of("final", stages=["clean"])] == [
        f"FI-{n:02}" for n in range(22, 27)
    ]
    assert [item.code for item in ChecklistItem.objects.of("final", stages=["documents"])] == ["FI-27", "FI-28"]


def test_choices_have_words():
    load_reference()
    item = ChecklistItem.objects.get(code="WA-22")
    assert item.option_labels == [("present", "Present"), ("missing", "Missing"), ("not_equipped", "Not equipped")]
    unknown = {
        option
        for item in ChecklistItem.objects.exclude(input_type="scale")
        for option, label in item.option_labels
        if option == label
    }
    assert unknown == set()


def test_readings_of_an_operation_are_its_own_and_its_systems():
    load_reference()
    keys = [spec.key for spec in ReadingSpec.objects.for_operation(LabourOperation.objects.get(code="BRK-010"))]
    assert keys == ["pad_thickness_left", "pad_thickness_right", "wheel_torque"]
    keys = [spec.key for spec in ReadingSpec.objects.for_operation(LabourOperation.objects.get(code="CHS-030"))]
    assert keys == ["wheel_torque", "toe_front"]


def test_every_reading_belongs_to_something():
    load_reference()
    known = set(LabourOperation.objects.values_list("code", flat=True)) | set(System.values)
    assert {row["scope"] for row in rows_of("readings")} - known == set()


@pytest.mark.parametrize(
    ("lower", "upper", "value", "within", "text"),
    [
        ("3", None, "2.9", False, "≥ 3 mm"),
        ("3", None, "3", True, "≥ 3 mm"),
        (None, "11", "11.1", False, "≤ 11 mm"),
        ("13.5", "14.8", "14.8", True, "13.5–14.8 mm"),
        ("100", "140", "99", False, "100–140 mm"),
        ("-60", "-15", "-37.5", True, "−60 … −15 mm"),
        (None, None, "5", True, ""),
    ],
)
def test_limits(lower, upper, value, within, text):
    spec = ReadingSpec(unit="mm", lower=lower and Decimal(lower), upper=upper and Decimal(upper))
    assert (spec.is_within(Decimal(value)), spec.limit_text) == (within, text)


def test_powertrains_are_those_of_customers_cars():
    load_reference()
    assert set(VehicleModel.objects.values_list("powertrain", flat=True)) == {"petrol", "hybrid", "phev", "ev"}
    model = VehicleModel.objects.get(code="AUD-A4")
    assert (model.full_name_in("zh-hant"), model.full_name_in("zh-hans")) == ("奧迪 A4", "奥迪 A4L")


@pytest.mark.parametrize(
    ("code", "answer", "alarming"),
    [
        ("SV-00", "2", True),
        ("SV-00", "3", False),
        ("SV-06", "no", True),
        ("SV-06", "yes", False),
        ("SV-12", "6", True),
        ("SV-12", "7", False),
        ("SV-13", "all bad", False),
        ("SV-00", "", False),
        ("SV-00", "99", False),
    ],
)
def test_answers_that_call_for_a_person(code, answer, alarming):
    load_reference()
    assert SurveyQuestion.objects.get(code=code).is_alarming(answer) is alarming


def test_parts_have_units_and_kits():
    load_reference()
    part = Part.objects.get(part_no="P-OIL-5W30")
    assert (part.unit_in("en"), part.unit_in("zh-hant"), part.demo_price) == ("L", "公升", Decimal("320"))
    kit = LabourOperation.objects.get(code="BRK-030").kit.order_by("part__position").values_list("part__part_no", "qty")
    assert list(kit) == [("P-PAD-F", Decimal(1)), ("P-DSC-F", Decimal(2)), ("M-CON-CLN", Decimal(1))]
