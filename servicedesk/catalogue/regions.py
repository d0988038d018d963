"""What each region asks of a service centre, and the verbs that set a centre's rules. Every change is logged.

The figures are defaults, not legal advice: docs/operating.md says to check the law before going live.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from servicedesk.catalogue.guarantee import Term, terms_by_class
from servicedesk.catalogue.models import GuaranteeTerm, RuleChange
from servicedesk.catalogue.words import GuaranteeClass
from servicedesk.clock import now
from servicedesk.staff.actors import Actor, actor_values
from servicedesk.staff.formats import format_number
from servicedesk.staff.models import ServiceCentre
from servicedesk.staff.models.centres import RECEPTION_PAPERS, Region
from servicedesk.staff.repeats import Refusal

SHORT, MIDDLE, LONG = (10, 2_000), (30, 5_000), (100, 20_000)
GENERAL = "general"
"""Stands for the centre's general term among the classes of work."""
RULES = (
    "region",
    "consent_tolerance",
    "tax_rate",
    "tax_inclusive",
    "minor_units",
    "guarantee_days",
    "guarantee_km",
    "papers_wanted",
)
"""Columns of a centre that its managers set on the page of its rules."""


@dataclass(frozen=True)
class Profile:
    """What a region presets, and the least that its law lets a shop promise by class of work."""

    preset: dict[str, Any]
    terms: dict[str, Term] = field(default_factory=dict)
    least: dict[str, Term] = field(default_factory=dict)


MAINLAND: dict[str, Term] = {
    GuaranteeClass.MINOR: SHORT,
    GuaranteeClass.PRIMARY_MAINTENANCE: SHORT,
    GuaranteeClass.SECONDARY_MAINTENANCE: MIDDLE,
    GuaranteeClass.ASSEMBLY_REPAIR: LONG,
}
YEAR: Term = (365, 20_000)
PAPERS = {"papers_wanted": list(RECEPTION_PAPERS)}
PROFILES: dict[str, Profile] = {
    Region.PRC: Profile(
        {
            "consent_tolerance": Decimal(0),
            "tax_rate": Decimal("0.13"),
            "tax_inclusive": True,
            "minor_units": 2,
            "guarantee_days": SHORT[0],
            "guarantee_km": SHORT[1],
            **PAPERS,
        },
        terms=MAINLAND,
        least={**MAINLAND, GENERAL: SHORT},
    ),
    Region.TAIWAN: Profile(
        {
            "consent_tolerance": Decimal(0),
            "tax_rate": Decimal("0.05"),
            "tax_inclusive": False,
            "minor_units": 0,
            "guarantee_days": YEAR[0],
            "guarantee_km": YEAR[1],
            **PAPERS,
        },
        terms={kind.value: YEAR for kind in GuaranteeClass},
    ),
    Region.OTHER: Profile({"consent_tolerance": Decimal("0.1"), **PAPERS}),
}
"""Region → profile; where it leaves a rule to the shop ("other": tax, decimals, guarantee), the preset leaves it as it is."""


class RulesRefused(Refusal):
    """The rules cannot be set like this; the reasons say what the region asks."""


def too_little(region: str, kind: str, term: Term) -> str:
    """Why `term` is less than the region allows for a class of work (or GENERAL); empty when it is not."""
    least = PROFILES[region].least.get(kind)
    if least is None or (term[0] >= least[0] and term[1] >= least[1]):
        return ""
    words = ngettext(
        "Here the law asks for at least %(days)s day and %(km)s km. Promise as much or more.",
        "Here the law asks for at least %(days)s days and %(km)s km. Promise as much or more.",
        least[0],
    )
    return words % {"days": least[0], "km": format_number(least[1])}


@transaction.atomic
def set_rules(
    centre: ServiceCentre, *, by: Actor, rules: dict[str, Any], terms: Mapping[str, Term | None]
) -> list[RuleChange]:
    """Set columns of `RULES` and the guarantee by class (None: the general term holds); returns what was logged.

    What stays the same is not logged. Refused where a guarantee is less than the region's law allows.
    """
    if unknown := rules.keys() - set(RULES):
        raise TypeError(f"not rules of a centre: {sorted(unknown)}")
    locked = ServiceCentre.objects.select_for_update().get(pk=centre.pk)
    before = {name: getattr(locked, name) for name in RULES}
    for name, value in rules.items():
        setattr(locked, name, value)
    known = terms_by_class(locked)
    wished = {kind: terms.get(kind, known.get(kind)) for kind in GuaranteeClass.values}
    general = (locked.guarantee_days, locked.guarantee_km)
    faults = [too_little(locked.region, GENERAL, general)]
    faults += [
        f"{GuaranteeClass(kind).label}: {fault}"
        for kind, term in wished.items()
        if (fault := too_little(locked.region, kind, term or general))
    ]
    if any(faults):
        raise RulesRefused(*filter(None, faults))
    locked.save(update_fields=list(RULES))
    changes = [
        (name, str(before[name]), str(getattr(locked, name))) for name in RULES if _differs(locked, name, before)
    ]
    for kind, term in wished.items():
        if term == known.get(kind):
            continue
        if term is None:
            GuaranteeTerm.objects.filter(centre=locked, guarantee_class=kind).delete()
        else:
            GuaranteeTerm.objects.update_or_create(
                centre=locked, guarantee_class=kind, defaults={"days": term[0], "km": term[1]}
            )
        changes.append((kind, _said(known.get(kind)), _said(term)))
    logged = [
        RuleChange(centre=locked, what=what, before=old[:200], after=new[:200], at=now(), **actor_values(by))
        for what, old, new in changes
    ]
    return RuleChange.objects.bulk_create(logged)


def apply_profile(centre: ServiceCentre, region: str, *, by: Actor) -> list[RuleChange]:
    """Preset the rules of `region`; what it leaves to the shop stays as it is."""
    if region not in PROFILES:
        raise RulesRefused(_("There is no such region."))
    profile = PROFILES[region]
    return set_rules(centre, by=by, rules={"region": region, **profile.preset}, terms=profile.terms)


def _differs(centre: ServiceCentre, name: str, before: dict[str, Any]) -> bool:
    return bool(before[name] != getattr(centre, name))


def _said(term: Term | None) -> str:
    return f"{term[0]} d / {term[1]} km" if term else ""
