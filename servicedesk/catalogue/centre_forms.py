"""The form of a centre's rules. Percentages are typed as people say them and kept as shares."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from servicedesk.catalogue.guarantee import Term, terms_by_class
from servicedesk.catalogue.regions import GENERAL, too_little
from servicedesk.catalogue.words import GuaranteeClass
from servicedesk.staff.fields import NumberField
from servicedesk.staff.models import ServiceCentre
from servicedesk.staff.models.centres import RECEPTION_PAPERS, Region

HUNDRED = Decimal(100)
CLASSES = GuaranteeClass.values[::-1]
"""The longest guarantee first."""


class RulesForm(forms.Form):
    """The rules of `centre`. `rules()` and `terms()` fit `regions.set_rules`."""

    consent_tolerance = NumberField(
        label=gettext_lazy("May cost more than agreed without asking again (%)"),
        min_value=0,
        max_value=100,
        decimal_places=2,
        help_text=gettext_lazy("Above this share of the estimate the customer is asked again. 0: always."),
    )
    tax_rate = NumberField(label=gettext_lazy("Tax rate (%)"), min_value=0, max_value=100, decimal_places=2)
    minor_units = forms.TypedChoiceField(
        label=gettext_lazy("Decimals of the currency"), choices=[("0", "0"), ("2", "2")], coerce=int
    )
    tax_inclusive = forms.BooleanField(label=gettext_lazy("Prices contain the tax"), required=False)
    papers_wanted = forms.MultipleChoiceField(
        label=gettext_lazy("Papers of reception given to the customer"),
        choices=list(RECEPTION_PAPERS.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Records are kept of both in any case."),
    )
    guarantee_days = NumberField(
        label=gettext_lazy("Repair guarantee (days)"),
        min_value=0,
        max_value=36500,
        decimal_places=0,
        help_text=gettext_lazy("For all work that has no term of its own below."),
    )
    guarantee_km = NumberField(
        label=gettext_lazy("Repair guarantee (km)"), min_value=0, max_value=9_999_999, decimal_places=0, grouped=True
    )

    def __init__(self, data: Any = None, *, centre: ServiceCentre) -> None:
        self.centre = centre
        known = terms_by_class(centre)
        initial = {name: getattr(centre, name) for name in self.base_fields}
        initial |= {name: _percent(getattr(centre, name)) for name in ("consent_tolerance", "tax_rate")}
        for kind in CLASSES:
            initial[f"{kind}_days"], initial[f"{kind}_km"] = known.get(kind, (None, None))
        super().__init__(data, initial=initial)
        for kind in CLASSES:
            label = GuaranteeClass(kind).label
            self.fields[f"{kind}_days"] = NumberField(
                label=_("%(kind)s: days") % {"kind": label},
                required=False,
                min_value=0,
                max_value=36500,
                decimal_places=0,
            )
            self.fields[f"{kind}_km"] = NumberField(
                label=_("%(kind)s: km") % {"kind": label},
                required=False,
                min_value=0,
                max_value=9_999_999,
                decimal_places=0,
                grouped=True,
            )
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.layout = Layout(
            "consent_tolerance",
            Div("tax_rate", "minor_units", css_class="sd-g2"),
            "tax_inclusive",
            "papers_wanted",
            Div("guarantee_days", "guarantee_km", css_class="sd-g2"),
            *(Div(f"{kind}_days", f"{kind}_km", css_class="sd-g2") for kind in CLASSES),
        )

    def clean(self) -> dict[str, Any]:
        """Days and km come together, and are not less than the region's law asks."""
        given = super().clean() or {}
        general = (given.get("guarantee_days"), given.get("guarantee_km"))
        if None not in general:
            self._not_too_little("guarantee_days", GENERAL, (int(general[0] or 0), int(general[1] or 0)))
        for kind in CLASSES:
            days, km = given.get(f"{kind}_days"), given.get(f"{kind}_km")
            if (days is None) != (km is None) and not {f"{kind}_days", f"{kind}_km"} & self.errors.keys():
                missing = "days" if days is None else "km"
                self.add_error(f"{kind}_{missing}", _("Give days and km, or leave both empty."))
            elif days is not None and km is not None:
                self._not_too_little(f"{kind}_days", kind, (int(days), int(km)))
            elif None not in general:
                self._not_too_little(f"{kind}_days", kind, (int(general[0] or 0), int(general[1] or 0)))
        return given

    def _not_too_little(self, name: str, kind: str, term: Term) -> None:
        if (fault := too_little(self.centre.region, kind, term)) and name not in self.errors:
            self.add_error(name, fault)

    def rules(self) -> dict[str, Any]:
        """Columns of the centre."""
        given = self.cleaned_data
        return {
            "consent_tolerance": given["consent_tolerance"] / HUNDRED,
            "tax_rate": given["tax_rate"] / HUNDRED,
            "tax_inclusive": given["tax_inclusive"],
            "minor_units": given["minor_units"],
            "papers_wanted": given["papers_wanted"],
            "guarantee_days": int(given["guarantee_days"]),
            "guarantee_km": int(given["guarantee_km"]),
        }

    def terms(self) -> dict[str, Term | None]:
        """Guarantee by class of work; None where the general term holds."""
        given = self.cleaned_data
        return {
            kind: None if given[f"{kind}_days"] is None else (int(given[f"{kind}_days"]), int(given[f"{kind}_km"]))
            for kind in CLASSES
        }


class ProfileForm(forms.Form):
    """Which region's rules to take over."""

    region = forms.ChoiceField(choices=Region.choices)


def _percent(share: Decimal) -> str:
    return f"{(share * HUNDRED).normalize():f}"
