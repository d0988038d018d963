"""Keeping issued papers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from servicedesk.clock import now
from servicedesk.documents.models import Paper
from servicedesk.documents.storage import fingerprint, private
from servicedesk.staff.actors import Actor, actor_values
from servicedesk.staff.models import ServiceCentre
from servicedesk.staff.repeats import Refusal

if TYPE_CHECKING:
    from servicedesk.customers.models import Customer


class AlreadyIssued(Refusal):
    """This number and version was issued before; a paper is never replaced."""


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
