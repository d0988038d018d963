"""One effect per form: a double click, a reload or a step back gets the first answer again.

`perform` is the only way a view changes anything. It claims (actor, request key) in the service's own transaction, so
the claim and the effect commit or vanish together, and a simultaneous repeat waits for the first to finish.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db import connection, transaction
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import resolve_url
from django.utils.translation import gettext as _

from servicedesk.clock import now
from servicedesk.staff.actors import Actor
from servicedesk.staff.models import HandledRequest

REFUSAL_SESSION_KEY = "refusal"
LONGEST_KEY = 64
KEPT_FOR = dt.timedelta(days=30)
TAKE_UP = """
INSERT INTO staff_handledrequest (actor, key, path, answer, handled_at)
VALUES (%(actor)s, %(key)s, %(path)s, '{}', %(handled_at)s) ON CONFLICT (actor, key) DO NOTHING RETURNING id
"""


@dataclass(frozen=True)
class Reason:
    """Why something is refused: a sentence, where to mend it, and the manual's clause."""

    text: Any
    url: str = ""
    clause: str = ""


class Refusal(Exception):
    """A service says no and tells people why: `reasons` is the whole list, never just the first."""

    def __init__(self, *reasons: Reason | str | Any) -> None:
        self.reasons = [reason if isinstance(reason, Reason) else Reason(reason) for reason in reasons]
        super().__init__("; ".join(str(reason.text) for reason in self.reasons))


def perform(
    request: HttpRequest,
    act: Callable[[], Any],
    *,
    by: Actor,
    success: str | Callable[[Any], str] = "",
    redirect: Any,
    on_refusal: Any = None,
) -> HttpResponse:
    """Run the service call `act` once for this form and redirect (POST-redirect-GET).

    `redirect` is a URL, an object with `get_absolute_url`, or a callable given the result; `success` the sentence
    shown there. A `Refusal` rolls everything back and is shown, with all its reasons, at `on_refusal` (default:
    `redirect` when it is not a callable, else the form's own page); a callable `on_refusal` is given the refusal and
    answers itself, so that a long form comes back filled in. Raises `BadRequest` without a usable key.
    """
    key = key_of(request)
    try:
        with transaction.atomic():
            handled, first = take_up(by.key, key, request.path[:300])
            if first:
                result = act()
                url = resolve_url(redirect(result) if callable(redirect) else redirect)
                sentence = success(result) if callable(success) else success
                handled.answer = {"url": url, "message": str(sentence)}
                handled.save(update_fields=["answer"])
    except Refusal as refusal:
        if callable(on_refusal):
            answer: HttpResponse = on_refusal(refusal)
            return answer
        back = on_refusal if on_refusal is not None else (request.path if callable(redirect) else redirect)
        return refuse(request, refusal.reasons, resolve_url(back))
    return tell(request, handled)


def perform_json(
    request: HttpRequest, act: Callable[[], dict[str, Any]], *, by: Actor, refused: int = 409
) -> JsonResponse:
    """The same for what a script sends: `act` gives the answer, which a repeat gets again.

    A `Refusal` rolls everything back and is told as {"reasons": [{text, url, clause}, …]} with the status `refused`.
    """
    try:
        with transaction.atomic():
            handled, first = take_up(by.key, key_of(request), request.path[:300])
            if first:
                handled.answer = {"json": act()}
                handled.save(update_fields=["answer"])
    except Refusal as refusal:
        return JsonResponse({"reasons": as_texts(refusal.reasons)}, status=refused)
    return JsonResponse(handled.answer["json"])


def key_of(request: HttpRequest) -> str:
    """The key of the form that was sent. Raises `BadRequest` without a usable one."""
    key = request.POST.get("request_key", "")
    if not (8 <= len(key) <= LONGEST_KEY) or not key.replace("-", "").isalnum():
        raise BadRequest(_("This form is incomplete. Reload the page and send it again."))
    return key


def as_texts(reasons: Iterable[Reason]) -> list[dict[str, str]]:
    """Reasons as they are kept and sent: every part a text."""
    return [{key: str(value) for key, value in asdict(reason).items()} for reason in reasons]


def take_up(actor: str, key: str, path: str) -> tuple[HandledRequest, bool]:
    """The row of this form, and whether it is new. Waits while another request handles the same form. One statement."""
    values: dict[str, Any] = {"actor": actor, "key": key, "path": path, "handled_at": now()}
    with connection.cursor() as cursor:
        cursor.execute(TAKE_UP, values)
        row = cursor.fetchone()
    if row is None:
        return HandledRequest.objects.get(actor=actor, key=key), False
    return HandledRequest(pk=row[0], answer={}, **values), True


def answered_before(request: HttpRequest, by: Actor) -> HttpResponse | None:
    """The answer this form got the first time, or None when it is new.

    The guards of access ask before the view does: what the form was about may be gone, or done, by its own first effect.
    """
    key = request.POST.get("request_key", "") if request.method == "POST" else ""
    if not key or len(key) > LONGEST_KEY or "\x00" in key:
        return None
    handled = HandledRequest.objects.filter(actor=by.key, key=key, path=request.path[:300]).first()
    return tell(request, handled) if handled else None


def tell(request: HttpRequest, handled: HandledRequest) -> HttpResponse:
    """Give the kept answer: its sentence, and where it leads."""
    if "json" in handled.answer:
        return JsonResponse(handled.answer["json"])
    if handled.answer["message"]:
        messages.success(request, handled.answer["message"])
    return go(request, handled.answer["url"])


def reasons_of(form: BaseForm) -> list[Reason]:
    """The errors of a form as reasons of a refusal: for forms too small for a page of their own."""
    return [Reason(error) for errors in form.errors.values() for error in errors]


def refuse(request: HttpRequest, reasons: Iterable[Reason], url: str) -> HttpResponse:
    """Keep `reasons` for the next page (the shell shows them as a list) and go there."""
    request.session[REFUSAL_SESSION_KEY] = as_texts(reasons)
    return go(request, url)


def go(request: HttpRequest, url: str) -> HttpResponse:
    """Redirect; an htmx request is told to load the whole page."""
    if getattr(request, "htmx", False):
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)


def forget_old() -> int:
    """Delete keys of forms that nobody can still have open; returns how many."""
    deleted, _rows = HandledRequest.objects.filter(handled_at__lt=now() - KEPT_FOR).delete()
    return deleted
