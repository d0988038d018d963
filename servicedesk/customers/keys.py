"""What a customer is found by: every ending of his name, number, plates and VINs as a row of its own.

A needle that stands anywhere in a value is the beginning of one of its endings, so each search is one walk down a B-tree
that ends after as many rows as are shown. A trigram index must first collect all who fit: with 100,000 that share a
needle that is their number of rows, here it is the page's. The centre leads the key: strangers are not even met.

The database writes the rows itself (migration 0002): the view `customers_wanted_key` says which there should be, and
triggers on customers, their centres and their cars keep to it. A column that the view reads can only change its type in a
migration that drops the view first and makes it again.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Self

from django.db import connection, models

from servicedesk.customers.matching import digits_of, phone_key, plate_key, vin_key

if TYPE_CHECKING:
    from servicedesk.staff.models import ServiceCentre

NAME, PHONE, EMAIL, PLATE, VIN = "ntmpv"
SHORTEST = {NAME: 1, PHONE: 4, EMAIL: 3, PLATE: 2, VIN: 4}
"""How many characters a needle of a kind has at least. The view keeps no shorter endings."""
LISTED = "c*"
"""The key that every customer has at each of his centres, until he is erased: so they are listed without being searched."""
CALLABLE = re.compile(r"[\d\s+()./-]+")
"""What a telephone number is written with."""


def needles(text: str, centre: ServiceCentre | None = None, kinds: Iterable[str] = SHORTEST) -> list[str]:
    """Return what `text` may be, as keys begin: its kind's letter and the text as that kind is compared.

    A telephone number in the notation of `centre`, or in any with +code, counts whole; other digits are a part of one,
    without the zero that only national notation has.
    """
    text = unicodedata.normalize("NFKC", text).strip()
    means = dict.fromkeys(SHORTEST, "") | {NAME: text.lower(), PLATE: plate_key(text), VIN: vin_key(text)}
    if CALLABLE.fullmatch(text):
        digits = digits_of(text)
        means[PHONE] = phone_key(text, centre).lstrip("+") or digits.lstrip("0") or digits
    if "@" in text:
        means[EMAIL] = text.lower()
    return [kind + means[kind] for kind in kinds if len(means[kind]) >= SHORTEST[kind]]


BEST = """
SELECT customer_id, key, start FROM unnest(%s::text[]) AS needle, LATERAL (
    SELECT found.* FROM unnest(%s::bigint[]) AS centre, LATERAL (
        SELECT customer_id, key, start FROM customers_searchkey
        WHERE centre_id = centre AND key >= needle AND key < needle || chr(1114111)
        ORDER BY key, start, customer_id DESC LIMIT %s
    ) AS found
    ORDER BY key, start, customer_id DESC OFFSET %s LIMIT %s
) AS best
"""
"""One walk down the index for each needle and centre, of all centres the best. 1114111 is the last character there is."""


class SearchKeys(models.QuerySet):
    """Selections of keys."""

    def best(self, needles: list[str], centre_ids: list[int], most: int) -> list[tuple[int, str, int]]:
        """(customer, key, start) of keys that begin with a needle: of each needle the `most` best of these centres. One query.

        Whole values first, then ends, then the rest, each with the newest customer first. So whoever fits best is there
        however many fit; and where no more than `most` do, they are all there, whoever else fits in other centres.
        """
        return self._ask(needles, centre_ids, 0, most)

    def customers(self, needles: list[str], centre_ids: list[int], most: int) -> list[int]:
        """The customers of `best`, each once. One query: as values, not as a part of the next statement, since the
        database would guess their number wrong and walk through everybody."""
        return sorted({customer for customer, _key, _start in self.best(needles, centre_ids, most)})

    def are_more(self, needles: list[str], centre_ids: list[int], most: int) -> bool:
        """Say whether `best` leaves keys out. One query."""
        return bool(self._ask(needles, centre_ids, most, 1))

    def of_centre(self, centre_id: int) -> Self:
        """One key for each customer of the centre; in the order of -customer_id they are read from the index alone."""
        return self.filter(centre_id=centre_id, key=LISTED, start=0)

    def complete(self) -> None:
        """Write what is missing: after a load that left out the triggers."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT customers_write_all_keys()")

    def _ask(self, needles: list[str], centre_ids: list[int], skip: int, most: int) -> list[Any]:
        """Ask BEST, unless nothing can be found."""
        if not needles or not centre_ids:
            return []
        with connection.cursor() as cursor:
            cursor.execute(BEST, [needles, centre_ids, skip + most, skip, most])
            return cursor.fetchall()  # type: ignore[no-any-return]


class SearchKey(models.Model):
    """One ending of one value of a customer: the kind's letter, then the text from `start` on. 0 is the whole value."""

    pk = models.CompositePrimaryKey("customer_id", "centre_id", "key", "start")
    customer_id = models.BigIntegerField()
    centre_id = models.BigIntegerField()
    key = models.TextField(db_collation="C")
    start = models.SmallIntegerField()

    objects = SearchKeys.as_manager()

    class Meta:
        indexes = [models.Index(fields=["centre_id", "key", "start", "-customer_id"], name="customer_search")]

    def __str__(self) -> str:
        return self.key
