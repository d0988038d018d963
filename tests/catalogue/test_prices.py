"""What parts and hours cost at a centre."""

from decimal import Decimal

import pytest

from servicedesk.catalogue.models import LabourOperation, Part, PartPrice
from servicedesk.catalogue.prices import NoPrice, labour_price, price_of, prices_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def pads(db):
    return Part.objects.create(part_no="P-PAD-F", name_en="Front brake pad set", demo_price=Decimal(2400))


def test_the_centres_own_price_goes_first(centre, other_centre, pads):
    PartPrice.objects.create(part=pads, centre=centre, price=Decimal("2500"))
    assert (price_of(pads, centre), price_of(pads, other_centre)) == (Decimal(2500), Decimal(2400))


def test_an_invented_price_in_twd_is_no_price_elsewhere(centre, pads):
    centre.currency = "CNY"
    with pytest.raises(NoPrice) as refused:
        price_of(pads, centre)
    assert [reason.text for reason in refused.value.reasons] == [
        "Front brake pad set has no price at this centre yet: a manager sets it."
    ]


def test_many_prices_cost_one_query(centre, pads, django_assert_num_queries):
    parts = [pads] + [Part.objects.create(part_no=f"P-{n}", name_en=str(n), demo_price=n) for n in range(30)]
    free = Part.objects.create(part_no="P-NONE", name_en="unpriced")
    with django_assert_num_queries(1):
        prices = prices_of([*parts, free], centre)
    assert prices == {part.pk: Decimal(part.demo_price) for part in parts}


def test_labour_is_hours_by_rate(centre):
    centre.labour_rate = Decimal("1200")
    assert labour_price(LabourOperation(std_hours=Decimal("2.7")), centre) == Decimal("3240.00")
