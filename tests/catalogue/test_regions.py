"""The rules of a centre: a region's profile, one rule at a time, never less than the law allows, and who changed what."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from servicedesk.catalogue import regions
from servicedesk.catalogue.centre_forms import RulesForm
from servicedesk.catalogue.guarantee import terms_of
from servicedesk.catalogue.models import GuaranteeTerm, RuleChange
from servicedesk.staff.actors import Actor
from servicedesk.staff.models import ServiceCentre, User
from servicedesk.workorders.models import WorkOrder
from servicedesk.workorders.printed import Said, facts_of
from tests.fixtures.people import client_of

pytestmark = pytest.mark.django_db


def filled(centre: ServiceCentre, **changed: Any) -> dict[str, Any]:
    """What the page's own form sends, with changes."""
    form = RulesForm(centre=centre)
    sent = {name: form[name].value() for name in form.fields} | changed
    return {name: value for name, value in sent.items() if value is not None and value is not False}


def address(centre: ServiceCentre, name: str = "centre_rules") -> str:
    return reverse(f"catalogue:{name}", args=[centre.pk])


@pytest.mark.parametrize(
    ("region", "rules", "minor", "assembly"),
    [
        ("cn", ("0", "0.13", True, 2), (10, 2000), (100, 20000)),
        ("tw", ("0", "0.05", False, 0), (365, 20000), (365, 20000)),
        ("other", ("0.10", "0.05", False, 0), (365, 20000), (365, 20000)),
    ],
)
def test_a_region_presets_the_rules(
    centre: ServiceCentre, manager: User, region: str, rules: tuple[Any, ...], minor: Any, assembly: Any
) -> None:
    assert client_of(manager).act(address(centre, "centre_profile"), {"region": region}).status_code == 302
    centre.refresh_from_db()
    tolerance, tax, *others = rules
    assert (centre.consent_tolerance, centre.tax_rate) == (Decimal(tolerance), Decimal(tax))
    assert [centre.tax_inclusive, centre.minor_units, centre.region] == [*others, region]
    assert (terms_of(centre, "minor"), terms_of(centre, "assembly_repair")) == (minor, assembly)


def test_each_rule_by_itself_is_logged_with_who_and_from_what(centre: ServiceCentre, manager: User) -> None:
    desk = client_of(manager)
    sent = filled(centre, consent_tolerance="2.5", papers_wanted=["authorisation"], minor_days="730", minor_km="30,000")
    assert desk.act(address(centre), sent).status_code == 302
    centre.refresh_from_db()
    assert (centre.consent_tolerance, centre.gives("inspection"), centre.gives("bill")) == (
        Decimal("0.025"),
        False,
        True,
    )
    assert [terms_of(centre, kind) for kind in ("minor", "assembly_repair")] == [(730, 30000), (365, 20000)]
    logged = RuleChange.objects.order_by("pk").values_list("what", "before", "after", "by_user", "centre")
    assert list(logged) == [
        ("consent_tolerance", "0.0000", "0.025", manager.pk, centre.pk),
        ("papers_wanted", "['inspection', 'authorisation']", "['authorisation']", manager.pk, centre.pk),
        ("minor", "", "730 d / 30000 km", manager.pk, centre.pk),
    ]
    assert desk.act(address(centre), filled(centre)).status_code == 302
    assert RuleChange.objects.count() == 3
    assert manager.display_name in desk.get(reverse("catalogue:rules")).content.decode()


def test_a_shop_may_promise_more_but_never_less_than_the_law(centre: ServiceCentre, manager: User) -> None:
    regions.apply_profile(centre, "cn", by=Actor.of(manager))
    centre.refresh_from_db()
    desk = client_of(manager)
    assert desk.act(address(centre), filled(centre, minor_days="30", minor_km="5000")).status_code == 302
    for changed, field in (
        ({"minor_days": "9"}, "minor_days"),
        ({"assembly_repair_km": "19,999"}, "assembly_repair_days"),
        ({"assembly_repair_days": "", "assembly_repair_km": ""}, "assembly_repair_days"),  # the general term is less
        ({"guarantee_days": "9"}, "guarantee_days"),
        ({"minor_km": ""}, "minor_km"),
        ({"tax_rate": "101"}, "tax_rate"),
        ({"consent_tolerance": "ten"}, "consent_tolerance"),
        ({"papers_wanted": ["bill"]}, "papers_wanted"),
    ):
        answer = desk.act(address(centre), filled(centre, **changed))
        assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field]), changed
    with pytest.raises(regions.RulesRefused):
        regions.set_rules(centre, by=Actor.of(manager), rules={}, terms={"minor": (9, 2000)})
    assert GuaranteeTerm.objects.get(centre=centre, guarantee_class="minor").days == 30


def test_a_centre_of_others_does_not_exist(
    centre: ServiceCentre, other_centre: ServiceCentre, manager: User, advisor: User
) -> None:
    desk = client_of(manager)
    for name, data in (("centre_rules", filled(other_centre)), ("centre_profile", {"region": "cn"})):
        assert desk.act(address(other_centre, name), data).status_code == 404
    assert desk.get(address(other_centre)).status_code == 404
    assert client_of(advisor).act(address(centre, "centre_profile"), {"region": "cn"}).status_code == 403
    assert desk.act(address(centre, "centre_profile"), {"region": "moon"}).status_code == 302
    assert RuleChange.objects.count() == 0


def test_sending_twice_logs_once(centre: ServiceCentre, manager: User) -> None:
    sent = {"region": "cn", "request_key": "once-and-again"}
    for _twice in range(2):
        assert client_of(manager).post(address(centre, "centre_profile"), sent).status_code == 302
    assert RuleChange.objects.filter(what="region").count() == 1


def test_papers_say_each_class_of_work_with_its_own_term(
    reference: None, centre: ServiceCentre, everyone: dict[str, User]
) -> None:
    from tests.fixtures.workshop import authorised_walk_in

    order: WorkOrder = authorised_walk_in(centre, everyone["advisor"])
    before = Said(facts_of(order))
    regions.apply_profile(centre, "cn", by=Actor.of(everyone["manager"]))
    order = WorkOrder.objects.for_rows().get(pk=order.pk)
    after = Said(facts_of(order))
    assert (before.guarantee, before.term_for("BRK-010")) == ("1 year or 20,000 km", (365, 20000))
    assert after.facts["guarantee_of"] == {
        "BRK-010": ["minor", 10, 2000],
        "MNT-010": ["minor", 10, 2000],
    }
    assert (after.guarantee, after.term_for("BRK-010")) == ("10 days or 2,000 km", (10, 2000))
    mixed = Said(after.facts | {"guarantee_of": {"A": ["minor", 10, 2000], "B": ["assembly_repair", 100, 20000]}})
    assert mixed.guarantee == "10 days or 2,000 km (Minor repair), 100 days or 20,000 km (Assembly repair)"
    old = Said({name: value for name, value in before.facts.items() if name != "guarantee_of"})
    assert old.guarantee == "1 year or 20,000 km"


def test_the_page_takes_few_queries(centre: ServiceCentre, manager: User, django_assert_max_num_queries: Any) -> None:
    desk = client_of(manager)
    desk.get(reverse("catalogue:rules"))
    with django_assert_max_num_queries(8):
        desk.get(address(centre))
