"""The customer's decision on an estimate: on the tablet, by telephone, or from his link.

Long, because the three ways share one form, one set of rows and one sum: apart they could come to differ.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from reception import services
from reception.forms import DecisionForm, TelephoneForm
from reception.services.estimates import PURPOSE, counted_amounts, open_rows, photos_of
from reception.views import DESK, order_of
from servicedesk.clock import now
from servicedesk.documents.models import Photo
from servicedesk.documents.responses import photo_response
from servicedesk.messaging.link_views import address_of
from servicedesk.messaging.links import customer_link
from servicedesk.staff.access import allow
from servicedesk.staff.repeats import perform
from servicedesk.workorders.alternatives import not_counted
from servicedesk.workorders.consents import signed_by_other
from servicedesk.workorders.models import ConsentAnswer, Estimate, LineState, WorkOrder
from servicedesk.workorders.money import totals
from servicedesk.workorders.stages import Stage


def newest_open(order: WorkOrder) -> Estimate | None:
    """The version that waits for a decision."""
    row = order.estimates.order_by("-version").first()
    return row if row and not row.consents.exists() else None


@allow(*DESK)
@require_http_methods(["GET", "POST"])
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """The customer decides each line on the tablet and signs."""
    return staff_decision(request, pk, DecisionForm, "reception/decide.html")


@allow(*DESK)
@require_http_methods(["GET", "POST"])
def telephone(request: HttpRequest, pk: int) -> HttpResponse:
    """The decision taken by telephone, read back."""
    return staff_decision(request, pk, TelephoneForm, "reception/telephone.html")


def staff_decision(request: HttpRequest, pk: int, form_class: type[DecisionForm], template: str) -> HttpResponse:
    """One decision page for both ways; which service is called follows the form."""
    order = order_of(request, pk)
    version = newest_open(order)
    if version is None:
        return redirect("reception:estimate", pk=pk)
    rows = cards(version, order)
    more: dict[str, Any] = {"centre": order.centre} if issubclass(form_class, TelephoneForm) else {}
    form = form_class(
        request.POST or None,
        lines=[row["line"] for row in rows],
        groups=groups_of(rows),
        today=order.centre.today(),
        initial={
            "signature_name": order.customer.name,
            "phone": order.customer.phone_text,
            "at": order.centre.local(now()),
        },
        **more,
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        by = request.actor  # type: ignore[attr-defined]

        def act() -> Any:
            if isinstance(form, TelephoneForm):
                return services.decide_by_phone(
                    version,
                    form.answers(),
                    by=by,
                    person=data["signature_name"],
                    phone=data["phone"],
                    read_back=data["read_back"],
                    at=data["at"],
                )
            return services.decide_signed(
                version, form.answers(), by=by, person=data["signature_name"], drawing=data["signature"]
            )

        onward = "reception:authorise" if order.stage == Stage.RECEPTION else "workorders:detail"
        return perform(
            request,
            act,
            by=by,
            success=_("The customer's decision is recorded."),
            redirect=reverse(onward, args=[pk]),
            on_refusal=request.path,
        )
    context = {
        "work_order": order,
        "estimate": version,
        "rows": filled(rows, form),
        "form": form,
        "sums": sums(order, version),
    }
    return render(request, template, context, status=422 if form.errors else 200)


def cards(version: Estimate, order: WorkOrder) -> list[dict[str, Any]]:
    """The open lines of a version as they are shown: title in the active language, price with parts, what was found.

    A line is followed at once by what may be chosen instead of it.
    """
    language = get_language() or "en"
    titles = {row["line"]: row["title"].get(language, row["title"]["en"]) for row in version.lines}
    beside = {row.get("alternative_of") for row in version.lines}
    found = [
        {
            "line": row["line"],
            "group": row.get("alternative_of") or row["line"],
            "instead_of": titles.get(row.get("alternative_of"), ""),
            "has_others": bool(row.get("alternative_of")) or row["line"] in beside,
            "hours": row.get("hours", ""),
            "photos": row.get("photos", []),
            "title": row["title"].get(language, row["title"]["en"]),
            "code": row["code"],
            "amount": amount,
            "urgency": row["urgency"],
            "finding": row["finding"],
            "parts": [
                part["title"].get(language, part["title"]["en"])
                for part in version.lines
                if part["parent"] == row["line"]
            ],
        }
        for row, amount in open_rows(version)
    ]
    groups = [row["group"] for row in found]
    return sorted(found, key=lambda row: groups.index(row["group"]))


def groups_of(rows: list[dict[str, Any]]) -> dict[int, int]:
    """Which lines stand for each other: the group of each."""
    return {row["line"]: row["group"] for row in rows}


def filled(rows: list[dict[str, Any]], form: DecisionForm) -> list[dict[str, Any]]:
    """The cards with what was answered and what is wrong with it."""
    data = form.data if form.is_bound else {}
    return [
        row
        | {
            "decision": data.get(f"line_{row['line']}", ""),
            "reason": data.get(f"reason_{row['line']}", ""),
            "reason_name": f"reason_{row['line']}",
            "until": data.get(f"until_{row['line']}", ""),
            "error": next(iter(form.errors.get(f"line_{row['line']}", [])), ""),
            "until_error": next(iter(form.errors.get(f"until_{row['line']}", [])), ""),
        }
        for row in rows
    ]


def sums(order: WorkOrder, version: Estimate) -> dict[str, Any]:
    """What is agreed already, the tax of what all open lines would add, and all together: the ceiling, tax included.

    The rows a customer sees add up: agreed + each line that counts + added tax = all. Of alternatives the dearest counts.
    """
    agreed_amounts = [
        line.amount
        for line in order.lines.all()
        if line.state in (LineState.APPROVED, LineState.DONE, LineState.CHECKED)
    ]
    added = counted_amounts(version)
    agreed, everything = (totals(some, order.centre).total for some in (agreed_amounts, [*agreed_amounts, *added]))
    return {
        "agreed": agreed,
        "added_tax": everything - agreed - sum(added),
        "all": everything,
        "tax_percent": f"{(order.centre.tax_rate * 100).normalize():f}",
        "tax_rate": Decimal(0) if order.centre.tax_inclusive else order.centre.tax_rate,
        "left_out": not_counted(version.lines),
    }


def version_of(request: HttpRequest) -> Estimate:
    """The version that the holder of the link was sent. Raises Http404."""
    link = request.link  # type: ignore[attr-defined]
    version = (
        Estimate.objects.filter(pk=link.target_id, work_order__customer=link.customer)
        .select_related("work_order__vehicle", "work_order__customer", "work_order__advisor", "work_order__centre")
        .first()
    )
    if version is None:
        raise Http404
    return version


@customer_link(PURPOSE)
@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest) -> HttpResponse:
    """The customer's own page: the version he was sent, an answer to each line, signature; later, what was recorded.

    When a newer version came out while he read, nothing is recorded: his answers stay on the page, with a button that has
    the newer one sent to his stored address.
    """
    link = request.link  # type: ignore[attr-defined]
    version = version_of(request)
    order = version.work_order
    context: dict[str, Any] = {"centre": order.centre, "work_order": order, "estimate": version}
    consent = version.consents.first()
    if consent is not None:
        return render(request, "reception/answer_recorded.html", context | recorded(version, consent))
    rows = cards(version, order)
    form = DecisionForm(
        request.POST or None,
        lines=[row["line"] for row in rows],
        groups=groups_of(rows),
        today=order.centre.today(),
    )

    def shown(_refusal: Any = None) -> HttpResponse:
        newer = order.estimates.filter(version__gt=version.version).exists()
        if version.consents.exists():  # somebody answered meanwhile
            return redirect("reception:answer")
        page = context | {
            "rows": filled(rows, form),
            "form": form,
            "newer": newer,
            "sums": sums(order, version),
            "reasons": decline_reasons(),
            "refused": [] if newer or _refusal is None else _refusal.reasons,
        }
        status = 422 if form.errors or _refusal is not None else 200
        return render(request, "reception/answer.html", page, status=status)

    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        return perform(
            request,
            lambda: services.decide_by_link(
                version,
                form.answers(),
                link=link,
                person=data["signature_name"],
                drawing=data["signature"],
                address=address_of(request),
            ),
            by=request.actor,  # type: ignore[attr-defined]
            redirect="reception:answer",
            on_refusal=shown,
        )
    return shown()


@customer_link(PURPOSE)
@require_POST
def answer_newer(request: HttpRequest) -> HttpResponse:
    """Send the newest version to the customer's stored address, at the wish of who holds an older link."""
    version = version_of(request)
    return perform(
        request,
        lambda: services.send_newer(request.link, estimate=version),  # type: ignore[attr-defined]
        by=request.actor,  # type: ignore[attr-defined]
        success=_("The newest version is on its way to the address we have of you."),
        redirect="reception:answer",
    )


@customer_link(PURPOSE)
@require_safe
def answer_photo(request: HttpRequest, photo: int, size: str) -> HttpResponse:
    """A photo of the version that the link stands for; any other is not found."""
    if photo not in photos_of(version_of(request)) or size not in ("thumb", "full"):
        raise Http404
    return photo_response(get_object_or_404(Photo, pk=photo), size)


def decline_reasons() -> list[tuple[str, str]]:
    """Why people say no: the value kept is the sentence itself, in their language."""
    words = [_("Next time"), _("I want to think about it"), _("Budget"), _("I have it done elsewhere")]
    return [(text, text) for text in words]


def recorded(version: Estimate, consent: Any) -> dict[str, Any]:
    """What the customer decided, with titles as he saw them."""
    language = get_language() or "en"
    titles = {row["line"]: row["title"].get(language, row["title"]["en"]) for row in version.lines}
    amounts = {row["line"]: amount for row, amount in open_rows(version)}
    approved, declined, deferred, added = [], [], [], []
    for row in consent.answers.order_by("pk"):
        if row.decision == ConsentAnswer.Decision.APPROVE:
            approved.append(titles.get(row.line_id, ""))
            added.append(amounts.get(row.line_id, Decimal(0)))
        elif row.decision == ConsentAnswer.Decision.DEFER:
            deferred.append({"title": titles.get(row.line_id, ""), "until": row.deferred_to})
        else:
            declined.append(titles.get(row.line_id, ""))
    return {
        "consent": consent,
        "approved": approved,
        "declined": declined,
        "deferred": deferred,
        "by_other": signed_by_other(consent, version.work_order.customer.name),
        "added": totals(added, version.work_order.centre).total,
    }
