"""Ordering papers and keeping them. Printing is the worker's (`printing.py`).

A room registers each kind of paper it makes in `AppConfig.ready`; `order` then asks for one in the transaction that
calls for it, and rings. Nobody waits: whoever opens the order before it is printed is told so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from servicedesk.clock import now
from servicedesk.documents.models import Paper, PaperOrder
from servicedesk.documents.storage import fingerprint, private
from servicedesk.messaging import doorbell
from servicedesk.staff.actors import Actor, actor_values
from servicedesk.staff.models import ServiceCentre
from servicedesk.staff.repeats import Refusal

if TYPE_CHECKING:
    from servicedesk.customers.models import Customer


PRINT_TASK = "documents.print"

Compose = Callable[[PaperOrder], tuple[str, dict[str, Any]]]


@dataclass(frozen=True)
class Kind:
    """A sort of paper. `compose(order)` gives template and context, in the active language; `given`: to the customer."""

    key: str
    title: Any
    compose: Compose
    given: bool = True


KINDS: dict[str, Kind] = {}


def register(kind: str, title: Any, compose: Compose, *, given: bool = True) -> None:
    """Say how papers of `kind` are made. `title` is a lazy translation; a kind has one home."""
    if kind in KINDS:
        raise ValueError(f"papers of kind {kind} are made twice")
    KINDS[kind] = Kind(kind, title, compose, given)


def title_of(kind: str) -> Any:
    """What papers of `kind` are called; the kind itself when nobody makes it any more."""
    return KINDS[kind].title if kind in KINDS else kind


class AlreadyIssued(Refusal):
    """This number and version was issued before; a paper is never replaced."""


class NotDuplicated(Refusal):
    """There is nothing that could be given out again."""


def order(
    kind: str,
    target_id: int,
    *,
    number: str,
    about: str,
    centre: ServiceCentre,
    customer: Customer | None,
    language: str,
    by: Actor,
    version: int = 1,
    facts: dict[str, Any] | None = None,
    duplicate_of: PaperOrder | None = None,
) -> PaperOrder:
    """Have a paper printed once the caller's transaction commits; return its order, the existing one for a repeat.

    `facts`: what it says of things that may change until it is printed. Raises ValueError for an unknown kind or
    language: that is a mistake in our code.
    """
    if kind not in KINDS:
        raise ValueError(f"there is no paper {kind!r}")
    if language not in dict(settings.LANGUAGES):
        raise ValueError(f"no papers in {language!r}")
    moment = now()
    with transaction.atomic():
        row, created = PaperOrder.objects.get_or_create(
            centre=centre,
            kind=kind,
            number=number,
            version=version,
            language=language,
            defaults={
                "target_id": target_id,
                "about": about,
                "customer": customer,
                "facts": facts or {},
                "duplicate_of": duplicate_of,
                "ordered_at": moment,
                "next_try_at": moment,
                **actor_values(by),
            },
        )
        if created:
            doorbell.ring(PRINT_TASK)
    return row


def language_of(customer: Customer | None, centre: ServiceCentre) -> str:
    """The language papers are written in: the customer's if the house speaks it, else the centre's."""
    wished = (customer.language if customer else "") or centre.language
    return wished if wished in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def next_version(kind: str, number: str, centre: ServiceCentre, language: str) -> int:
    """The version after the last one ordered. Ask it under a lock, such as the work order's."""
    rows = PaperOrder.objects.filter(kind=kind, number=number, centre=centre, language=language)
    return (rows.aggregate(last=Max("version"))["last"] or 0) + 1


def duplicate(original: PaperOrder, *, by: Actor) -> PaperOrder:
    """Order the same paper once more, marked as a duplicate. Raises NotDuplicated before the first one is printed."""
    original = original.duplicate_of or original
    with transaction.atomic():
        original = (
            PaperOrder.objects.select_for_update(of=("self",)).select_related("centre", "customer").get(pk=original.pk)
        )
        if original.state != PaperOrder.State.PRINTED:
            raise NotDuplicated(_("It is not printed yet: there is nothing to give out a second time."))
        if original.facts.get("erased"):
            raise NotDuplicated(_("The customer's data were erased: what was kept is given out as it is."))
        return order(
            original.kind,
            original.target_id,
            number=original.number,
            about=original.about,
            centre=original.centre,
            customer=original.customer,
            language=original.language,
            by=by,
            version=next_version(original.kind, original.number, original.centre, original.language),
            facts=original.facts,
            duplicate_of=original,
        )


def order_again(failed: PaperOrder) -> PaperOrder:
    """Try a paper again that could not be printed. Raises Refusal when it is printed or still waits."""
    with transaction.atomic():
        row = PaperOrder.objects.select_for_update(of=("self",)).get(pk=failed.pk)
        if row.state != PaperOrder.State.FAILED:
            raise Refusal(_("This paper does not wait for a decision: it was printed or is being printed."))
        row.state, row.attempts, row.error, row.next_try_at = PaperOrder.State.PENDING, 0, "", now()
        row.save(update_fields=["state", "attempts", "error", "next_try_at"])
        doorbell.ring(PRINT_TASK)
    return row


def keep(
    kind: str,
    number: str,
    about: str,
    centre: ServiceCentre,
    language: str,
    pdf: bytes,
    by: Actor,
    *,
    customer: Customer | None = None,
    version: int = 1,
) -> Paper:
    """Keep `pdf` as the issued paper `number` of work order `about` and return its row.

    Raises AlreadyIssued when this kind, number, version and language exists in the centre (ask `find` first when a task
    may run twice), NotKept when the disk does not take it. Takes part in the caller's transaction.
    """
    if not pdf.startswith(b"%PDF-"):
        raise ValueError("a paper is a PDF")
    if find(kind, number, centre, language, version=version):
        raise _already(number)
    name = private.keep("papers", ".pdf", pdf)
    try:
        with transaction.atomic():
            return Paper.objects.create(
                kind=kind,
                number=number,
                version=version,
                about=about,
                centre=centre,
                customer=customer,
                language=language,
                sha256=fingerprint(pdf),
                size=len(pdf),
                file=name,
                created_at=now(),
                **actor_values(by),
            )
    except IntegrityError as error:
        private.delete(name)
        raise _already(number) from error


def find(kind: str, number: str, centre: ServiceCentre, language: str, *, version: int = 1) -> Paper | None:
    """Return the paper that was issued, or None."""
    return Paper.objects.filter(kind=kind, number=number, centre=centre, language=language, version=version).first()


def _already(number: str) -> AlreadyIssued:
    return AlreadyIssued(
        _("%(number)s was issued already and stays as it is. A correction needs a new number.") % {"number": number}
    )
