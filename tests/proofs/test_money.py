"""M1: the total is the sum of the lines and their tax, half up, whatever is charged; the paper says what the rows say."""

from __future__ import annotations

import random
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from delivery.models import Bill
from delivery.paper import compose
from servicedesk import registry
from servicedesk.documents import pdf
from servicedesk.staff.models import ServiceCentre, User
from servicedesk.workorders.money import line_amount, totals
from tests.documents.reading import text_of
from tests.proofs import bills
from tests.proofs.scene import at_tuesday_ten, play
from tests.proofs.stack import Service

QUANTITIES = st.decimals(0, 9_999, places=2, allow_nan=False)
PRICES = st.decimals(0, 999_999, places=2, allow_nan=False)
RATES = st.one_of(st.sampled_from([Decimal("0.05"), Decimal("0.13"), Decimal(0)]), st.decimals(0, "0.9999", places=4))


@pytest.mark.proof("M1")
@settings(max_examples=300, derandomize=True, deadline=None, database=None)
@given(st.lists(st.tuples(QUANTITIES, PRICES), max_size=40), RATES, st.sampled_from([0, 2]), st.booleans())
def test_a_total_is_the_sum_of_its_lines_half_up(
    lines: list[tuple[Decimal, Decimal]], rate: Decimal, places: int, inclusive: bool
) -> None:
    centre = ServiceCentre(minor_units=places, tax_rate=rate, tax_inclusive=inclusive)
    amounts = [line_amount(quantity, price, centre) for quantity, price in lines]
    assert [Fraction(a) for a in amounts] == [bills.half_up(Fraction(q) * Fraction(p), places) for q, p in lines]
    said, due = totals(amounts, centre), bills.Sums.of(amounts, rate, places, inclusive=inclusive)
    assert (Fraction(said.net), Fraction(said.tax), Fraction(said.total)) == (due.net, due.tax, due.total)
    back = totals([-amount for amount in amounts], centre)  # a credit note gives back exactly this
    assert (-back.net, -back.tax, -back.total) == (said.net, said.tax, said.total)


def test_a_half_goes_up_not_to_the_even() -> None:
    centre = ServiceCentre(minor_units=0, tax_rate=Decimal("0.05"), tax_inclusive=False)
    assert [line_amount(Decimal(n), Decimal("0.5"), centre) for n in (1, 3, 5)] == [1, 2, 3]
    assert [totals([Decimal(n)], centre).tax for n in (10, 30, 50)] == [1, 2, 3]


@pytest.mark.proof("M1")
def test_bills_of_random_work_say_the_same_in_rows_and_on_paper(
    reference: None, centre: ServiceCentre, everyone: dict[str, User]
) -> None:
    made = bills.some(centre, everyone, seed=20261124, number=2)
    for bill in Bill.objects.select_related("centre", "paper_order").filter(pk__in=[one.pk for one in made]):
        bill.centre.minor_units = 0 if bill.currency == "TWD" else 2  # as it was when the bill was issued
        assert bills.wrong_figures(bill) == []
        assert bills.wrong_words(bill, text_of(pdf.render(*compose(bill.paper_order), language="en"))) == []
    assert [problem for check in registry.checks for problem in check.problems()] == []


PAPERS = """
    SELECT b.id, p.file FROM delivery_bill b JOIN documents_paperorder o ON o.id = b.paper_order_id
    LEFT JOIN documents_paper p ON p.id = o.paper_id WHERE b.state = 'issued' ORDER BY b.id
"""


@pytest.mark.prove
@pytest.mark.proof("M1")
def test_m1_many_bills_and_their_papers(service: Service) -> None:
    """Bills by the dozen; the worker prints each; every figure is read back from the file and compared with its row."""
    at_tuesday_ten(service)
    batches, size = 6, 5
    for seed in random.Random(1).sample(range(10_000), batches):
        play(service, "random_bills", seed=seed, number=size)
    service.wait(
        "all papers are printed",
        lambda: service.one("SELECT count(*) FROM documents_paperorder WHERE state = 'pending'") == 0,
        300,
    )
    papers: list[tuple[Any, ...]] = service.rows(PAPERS)
    assert len(papers) == batches * size
    media = Path(service.environment()["MEDIA_ROOT"]) / "private"
    texts = {pk: text_of((media / file).read_bytes()) for pk, file in papers}
    wrong = play(service, "wrong_bills", texts=texts)
    print(f"M1: {len(papers)} bills of random work, prices, discounts and tax: rows and papers agree")
    assert wrong == []
