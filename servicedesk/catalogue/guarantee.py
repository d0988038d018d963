"""How long work is guaranteed at a centre: the one place that knows."""

from __future__ import annotations

from servicedesk.catalogue.models import GuaranteeTerm
from servicedesk.staff.models import ServiceCentre

Term = tuple[int, int]
"""Days and km, whichever comes first."""


def terms_by_class(centre: ServiceCentre) -> dict[str, Term]:
    """The terms that a centre set by class of work. One query."""
    rows = GuaranteeTerm.objects.filter(centre=centre)
    return {kind: (days, km) for kind, days, km in rows.values_list("guarantee_class", "days", "km")}


def terms_of(centre: ServiceCentre, guarantee_class: str, *, known: dict[str, Term] | None = None) -> Term:
    """(days, km) promised for a class of work; the centre's general term where it set none. One query, none with `known`."""
    by_class = terms_by_class(centre) if known is None else known
    return by_class.get(guarantee_class, (centre.guarantee_days, centre.guarantee_km))
