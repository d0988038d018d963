"""The right form at the wrong moment: a clause's form sent to rows that stand at another point of the process."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from django.db import models
from django.urls import resolve, reverse

from appointments.models import Appointment
from complaints.models import Complaint
from delivery.models import Bill, Opinion, Payment
from followup.models import FollowUp, Problem
from reception.models import CourtesyCar, CourtesyLoan
from servicedesk.messaging.models import Message
from servicedesk.staff.models import HandledRequest
from servicedesk.workorders.models import WorkOrder
from tests.proofs.pages import Reader
from tests.proofs.place import Sent
from tests.proofs.walk import touched, undone
from workshop.models import Finding, Job

ROWS: dict[str, type[models.Model]] = {
    r"appointments:": Appointment,
    r"complaints:": Complaint,
    r"delivery:bill": Bill,
    r"delivery:opinion_answer": Opinion,
    r"delivery:payment": Payment,
    r"followup:(call|record)": FollowUp,
    r"followup:.*(problem|solve)": Problem,
    r"messaging:": Message,
    r"reception:courtesy_back": CourtesyLoan,
    r"reception:courtesy_retire": CourtesyCar,
    r"workshop:(finding|settle)$": Finding,
    r"workshop:(job|start|pause|readings|finish|report)$": Job,
    r"": WorkOrder,
}
"""Which rows the number in a view's address names: the first that fits."""
POINTS = ("stage", "state", "status", "outcome")
"""The field by which rows of a model stand at different points."""


@dataclass
class Tries:
    """What came of a view's form at other moments."""

    refused: int = 0
    offered: int = 0
    wrong: list[str] = field(default_factory=list)


def elsewhen(sent: Sent) -> Iterator[tuple[int, Sent]]:
    """`sent` as it would go to another row: one for each other point at which rows of its kind stand."""
    match = resolve(urlsplit(sent.form.url).path)
    if "pk" not in match.kwargs:
        return
    model: Any = next(kind for pattern, kind in ROWS.items() if re.match(pattern, match.view_name))
    point = next((name for name in POINTS if name in {f.name for f in model._meta.concrete_fields}), None)
    seen = set()
    for row in model.objects.exclude(pk=match.kwargs["pk"]).order_by("pk"):
        at = getattr(row, point) if point else row.pk
        if at not in seen and len(seen) < 12:
            seen.add(at)
            there = reverse(match.view_name, kwargs=match.kwargs | {"pk": row.pk})
            yield row.pk, replace(sent, form=replace(sent.form, action=there))


def moved(page: str, pk: int) -> str:
    """The page on which the form would stand for that row."""
    match = resolve(urlsplit(page).path)
    return reverse(match.view_name, kwargs=match.kwargs | {"pk": pk}) if "pk" in match.kwargs else page


def offers(sent: Sent, pk: int, pages: set[str]) -> bool:
    """Whether a page on which such forms stand has this one for row `pk`, for this person, just now."""
    for page in sorted({moved(page, pk) for page in pages}):
        answer = sent.walk.browser.get(page)
        if answer.status_code == 200 and any(
            form.url == sent.form.url for form in Reader(page, answer.content.decode()).forms
        ):
            return True
    return False


def at_other_moments(sent: Sent, pages: set[str], before: dict[str, str]) -> Tries:
    """Send it to each: it is refused and changes nothing, unless one of `pages` offers it for that row too."""
    tries = Tries()
    for pk, other in elsewhen(sent):
        key = str(uuid.uuid4())
        with undone():
            status = other.post(key).status_code
            done = HandledRequest.objects.filter(key=key).exists()
            changed = touched(before)
        said = f"{other.form.url} as {other.walk.who}: {status}"
        if status >= 500 or (changed and not done):
            tries.wrong.append(f"{said}, changed {changed}")
        elif not done:
            tries.refused += 1
        elif offers(other, pk, pages):
            tries.offered += 1
        else:
            tries.wrong.append(f"{said}: done, though no page offers it")
    return tries
