"""What must reconcile: every row's file is there and unchanged, and no file is without a row."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator

from servicedesk.clock import now
from servicedesk.documents.models import Paper, PaperOrder, Photo, Signature
from servicedesk.documents.papers import KINDS
from servicedesk.documents.printing import LEASE
from servicedesk.documents.signatures import seal
from servicedesk.documents.storage import ORPHAN_AGE, fingerprint_of, orphans, private

RECENT = 5000
_next_sweep = [dt.datetime.min.replace(tzinfo=dt.UTC)]  # of this process


def problems() -> list[str]:
    """Return one sentence per private file or signature that does not add up.

    The newest 5,000 papers and photos are read and compared with their fingerprints. Of older ones, and of thumbnails,
    only the presence is checked.
    """
    return [*_files(), *_signatures(), *(f"private file {name} belongs to no row" for name in orphans(known))]


def _files() -> Iterator[str]:
    for position, paper in enumerate(Paper.objects.order_by("-pk").iterator(1000)):
        yield from _file(f"paper {paper.pk}", paper.file.name or "", paper.sha256 if position < RECENT else None)
    for position, photo in enumerate(Photo.objects.order_by("-pk").iterator(1000)):
        yield from _file(f"photo {photo.pk}", photo.file.name or "", photo.sha256 if position < RECENT else None)
        yield from _file(f"photo {photo.pk}", photo.thumbnail.name or "", None)


def _file(label: str, name: str, sha256: str | None) -> Iterator[str]:
    if not private.exists(name):
        yield f"{label}: file {name} is missing"
    elif sha256 is not None:
        with private.open(name, "rb") as file:
            if fingerprint_of(file) != sha256:
                yield f"{label}: file {name} was changed"


def _signatures() -> Iterator[str]:
    for row in Signature.objects.order_by("-pk")[:RECENT]:
        if seal(bytes(row.drawing), row.name, row.signed_at) != row.sha256:
            yield f"signature {row.pk} was changed"


def orders() -> list[str]:
    """One sentence per order that does not add up. That a printed one has its paper is the database's own rule."""
    rows = PaperOrder.objects.all()
    problems = [
        f"paper order {order.pk} is kept as {order.paper.kind} {order.paper.number}"
        for order in rows.exclude(paper=None).select_related("paper").iterator(1000)
        if order.paper is not None and same(order) != same(order.paper)
    ]
    problems += [
        f"paper order {pk} is leased for longer than a lease lasts"
        for pk in rows.filter(state="pending", next_try_at__gt=now() + LEASE * 6).values_list("pk", flat=True)
    ]
    problems += [
        f"paper order {pk} is of a kind that nobody makes"
        for pk in rows.filter(state="pending").exclude(kind__in=KINDS).values_list("pk", flat=True)
    ]
    return problems


def same(row: Paper | PaperOrder) -> tuple[object, ...]:
    """What an order and its paper have in common."""
    return (row.centre_id, row.kind, row.number, row.version, row.language, row.about, row.customer_id)


def known(names: list[str]) -> set[str]:
    """Return those of `names` that a row names."""
    return {
        *Paper.objects.filter(file__in=names).values_list("file", flat=True),
        *Photo.objects.filter(file__in=names).values_list("file", flat=True),
        *Photo.objects.filter(thumbnail__in=names).values_list("thumbnail", flat=True),
    }


def sweep_orphans() -> int:
    """Remove files that a rolled back transaction or a killed process left behind a day ago; return how many.

    Looks only into day folders that changed within the last three days, once an hour in each worker.
    """
    if now() < _next_sweep[0]:
        return 0
    _next_sweep[0] = now() + dt.timedelta(hours=1)
    names = orphans(known, since=time.time() - 3 * ORPHAN_AGE)
    for name in names:
        private.delete(name)
    return len(names)
