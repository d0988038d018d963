"""What a superuser changes or adds in the admin survives the next start, which loads the supplied data again."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from servicedesk.catalogue.loaders import load_reference
from servicedesk.catalogue.models import FollowUpRule, KitPart, LabourOperation, Part, PartPrice
from servicedesk.staff.models import User
from tests.fixtures.people import Person, client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def root(reference: None) -> Person:
    return client_of(User.objects.create(username="root", is_superuser=True, is_staff=True))


def page(row: Any, name: str = "change") -> str:
    args = [row.pk] if name == "change" else []
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{name}", args=args)


def shown(root: Person, url: str) -> dict[str, Any]:
    """The fields of an admin page and of its inline rows, as a browser would send them back."""
    context = root.get(url).context
    data: dict[str, Any] = {}
    forms = [context["adminform"].form]
    for inline in context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    for form in forms:
        for field in form:
            value = field.value()
            if value is not None and value is not False:
                data[field.html_name] = value
    return data


def test_a_changed_row_is_kept_until_it_is_given_back(root: Person) -> None:
    job = LabourOperation.objects.get(code="BRK-010")
    url = page(job)
    assert root.post(url, shown(root, url) | {"std_hours": "1.4"}).status_code == 302
    load_reference()
    job.refresh_from_db()
    assert (job.std_hours, job.own) == (Decimal("1.4"), True)
    given_back = {name: value for name, value in shown(root, url).items() if name != "own"}
    assert root.post(url, given_back).status_code == 302
    load_reference()
    job.refresh_from_db()
    assert (job.std_hours, job.own) == (Decimal("1.0"), False)


def test_looking_and_saving_unchanged_keeps_nothing(root: Person) -> None:
    rule = FollowUpRule.objects.first()
    assert rule
    url = page(rule)
    assert root.post(url, shown(root, url)).status_code == 302
    rule.refresh_from_db()
    assert rule.own is False


def test_a_row_of_ones_own_is_not_retired(root: Person) -> None:
    added = {"code": "OWN-1", "name_en": "Ozone treatment", "group": "air_conditioning", "std_hours": "0.5"}
    kit = {"kit-TOTAL_FORMS": 0, "kit-INITIAL_FORMS": 0, "position": 900, "active": "on", "skill_level": 1}
    url = page(LabourOperation(), "add")
    assert root.post(url, added | kit | {"guarantee_class": "minor"}).status_code == 302
    load_reference()
    assert LabourOperation.objects.offered().filter(code="OWN-1", own=True).exists()


def test_a_changed_kit_is_kept_with_its_operation(root: Person) -> None:
    row = KitPart.objects.select_related("operation").order_by("pk").first()
    assert row
    url = page(row.operation)
    data = shown(root, url)
    field = next(name for name, value in data.items() if name.endswith("-id") and str(value) == str(row.pk))
    assert root.post(url, data | {field.replace("-id", "-qty"): "7"}).status_code == 302
    load_reference()
    row.refresh_from_db()
    assert row.qty == 7


def test_a_price_of_a_centre_leaves_the_part_supplied(root: Person, centre: Any) -> None:
    part = Part.objects.get(part_no="P-BLT-ACC")
    url = page(part)
    price = {"prices-TOTAL_FORMS": 1, "prices-0-centre": centre.pk, "prices-0-price": "880"}
    assert root.post(url, shown(root, url) | price).status_code == 302
    load_reference()
    part.refresh_from_db()
    assert (part.own, PartPrice.objects.get().price) == (False, Decimal(880))


def test_supplied_rows_cannot_be_deleted(root: Person) -> None:
    job = LabourOperation.objects.get(code="BRK-010")
    url = reverse("admin:catalogue_labouroperation_delete", args=[job.pk])
    assert root.post(url, {"post": "yes"}).status_code == 403
    LabourOperation.objects.filter(pk=job.pk).update(own=True)
    KitPart.objects.filter(operation=job).delete()
    assert root.get(url).status_code == 200
