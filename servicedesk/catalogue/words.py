"""Translatable words for the codes of the reference data (groups, marks, choices)."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class System(models.TextChoices):
    """The part of the car a labour operation works on; skills and readings are grouped by it."""

    MAINTENANCE = "maintenance", _("Maintenance")
    ENGINE = "engine", _("Engine")
    DRIVETRAIN = "drivetrain", _("Drivetrain")
    BRAKE = "brake", _("Brakes")
    CHASSIS = "chassis", _("Chassis")
    TYRE = "tyre", _("Tyres")
    ELECTRICAL = "electrical", _("Electrical")
    AIR_CONDITIONING = "air_conditioning", _("Air conditioning")
    BODY = "body", _("Body and paint")
    EV = "ev", _("High voltage")


class GuaranteeClass(models.TextChoices):
    """Kind of repair as the guarantee rules know it (shortest guarantee first)."""

    MINOR = "minor", _("Minor repair")
    PRIMARY_MAINTENANCE = "primary_maintenance", _("Primary maintenance")
    SECONDARY_MAINTENANCE = "secondary_maintenance", _("Secondary maintenance")
    ASSEMBLY_REPAIR = "assembly_repair", _("Assembly repair")


class ItemList(models.TextChoices):
    """Which checklist an item stands on."""

    WALKAROUND = "walkaround", _("Walk-around inspection")
    MULTIPOINT = "multipoint", _("Multi-point inspection")
    SELFCHECK = "selfcheck", _("Self-check")
    FINAL = "final", _("Final inspection")


PREFIXES = {
    ItemList.WALKAROUND: "WA-",
    ItemList.MULTIPOINT: "MP-",
    ItemList.SELFCHECK: "SC-",
    ItemList.FINAL: "FI-",
}
"""What the codes of a list begin with."""


class Condition(models.TextChoices):
    """Which cars, or which visits, a checklist item is asked of."""

    ALWAYS = "always", _("Always")
    ENGINE = "ice", _("Cars with a combustion engine")
    HIGH_VOLTAGE = "ev", _("Cars with high voltage (hybrid, plug-in, electric)")
    PLUGGED_IN = "plugged_in", _("Cars charged from outside (plug-in, electric)")
    ELECTRIC = "electric", _("Electric cars only")
    CONCERN = "has_concern", _("When the customer described a concern")
    PARTS = "has_parts", _("When parts were fitted")
    READINGS = "has_readings", _("When readings are recorded")
    WHEELS = "wheels_or_chassis", _("When brakes, chassis or tyres were worked on")
    DIAGNOSIS = "diagnosis_done", _("When a diagnosis was made")
    ROAD_TEST = "road_test", _("When a road test is made")
    WASH = "wash_requested", _("When a wash is wanted")


CAR_CONDITIONS = frozenset(
    {Condition.ALWAYS, Condition.ENGINE, Condition.HIGH_VOLTAGE, Condition.PLUGGED_IN, Condition.ELECTRIC}
)
"""Conditions on the car alone, known before anything was agreed."""


class InputType(models.TextChoices):
    """How an item of the walk-around is answered, where managers choose it."""

    STATE = "ok_ng", _("One of the choices")
    MARK = "mark", _("In order, or a kind of damage marked on the car")
    TEXT = "text", _("In words")


class ComplaintLevel(models.TextChoices):
    """How grave a complaint is: it sets the clock and who answers."""

    NORMAL = "normal", _("Normal")
    ESCALATED = "escalated", _("Serious")
    CRITICAL = "critical", _("Critical")


ITEM_GROUPS = {
    "record": _("State on arrival"),
    "exterior": _("Exterior"),
    "wheel": _("Wheels"),
    "dashboard": _("Instruments"),
    "interior": _("Interior"),
    "function": _("Functions"),
    "equipment": _("Equipment"),
    "customer": _("Customer's wishes"),
    "under_bonnet": _("Under the bonnet"),
    "electrical": _("Electrical"),
    "lights": _("Lights"),
    "wipers": _("Wipers"),
    "tyres": _("Tyres"),
    "brakes": _("Brakes"),
    "chassis": _("Chassis"),
    "cabin": _("Cabin"),
    "diagnosis": _("Diagnosis"),
    "ev": _("High voltage"),
    "work": _("Work"),
    "road_test": _("Road test"),
    "clean": _("Cleaning"),
    "documents": _("Documents"),
}

GROUPS_OF: dict[str, tuple[str, ...]] = {
    ItemList.WALKAROUND: ("exterior", "wheel", "dashboard", "interior", "function", "equipment"),
    ItemList.MULTIPOINT: (
        "under_bonnet",
        "electrical",
        "lights",
        "wipers",
        "tyres",
        "brakes",
        "chassis",
        "cabin",
        "diagnosis",
        "ev",
    ),
    ItemList.SELFCHECK: ("work", "function", "road_test"),
    ItemList.FINAL: ("work", "road_test", "clean"),
}
"""Groups that an item of a list may stand in."""

OPTIONS = {
    "yes": _("Yes"),
    "no": _("No"),
    "ok": _("OK"),
    "ng": _("Faulty"),
    "watch": _("Watch"),
    "bad": pgettext_lazy("condition of a part", "Bad"),
    "not_tested": _("Not tested"),
    "not_equipped": _("Not equipped"),
    "present": _("Present"),
    "missing": _("Missing"),
    "none": pgettext_lazy("choice", "None"),
    "removed": _("Taken away"),
    "left_recorded": _("Left in the car, recorded"),
    "scratch": _("Scratch"),
    "dent": _("Dent"),
    "crack": _("Crack"),
    "chip": _("Chip"),
    "broken": pgettext_lazy("damage", "Broken"),
    "fogged": _("Fogged"),
    "stain": _("Stain"),
    "tear": _("Tear"),
    "damage": _("Damage"),
    "engine": _("Engine"),
    "abs": _("ABS"),
    "airbag": _("Airbag"),
    "brake": _("Brakes"),
    "oil": _("Oil pressure"),
    "battery": _("12 V battery"),
    "coolant": _("Coolant"),
    "tyre_pressure": _("Tyre pressure"),
    "hv_system": _("High-voltage system"),
    "other": _("Other"),
}

STATES = tuple(OPTIONS)[: list(OPTIONS).index("engine")]
"""The choices that describe a state; the others are warning lights."""

OLD_PARTS = {
    "return_or_scrap": _("Customer takes it, or scrap"),
    "core_return": _("Back to the supplier (core)"),
    "waste_oil": _("Waste oil"),
    "hazardous": _("Hazardous waste"),
    "recycle": _("Recycled"),
    "recover": _("Recovered"),
    "scrap": _("Scrap"),
    "none": pgettext_lazy("old part", "No old part"),
}


def option_label(value: str) -> str:
    """Return the words for a choice of a checklist item; measures such as "3/8" stand for themselves."""
    return str(OPTIONS.get(value, value))


TONES = {
    "yes": "green",
    "no": "red",
    "ok": "green",
    "present": "green",
    "watch": "amber",
    "stain": "amber",
    "scratch": "amber",
    "dent": "amber",
    "chip": "amber",
    "fogged": "amber",
    "tear": "amber",
    "missing": "red",
    "bad": "red",
    "ng": "red",
    "damage": "red",
    "crack": "red",
    "broken": "red",
    "not_tested": "na",
    "not_equipped": "na",
    "none": "na",
}
"""What an answer means: its colour on the tablet."""


def tone_of(value: str) -> str:
    """green, amber, red or na: what an answer means."""
    return TONES.get(value, "na")
