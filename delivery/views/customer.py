"""What the customer sees by his links: the pickup page and the survey, one question per screen. Only a POST acts."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from delivery import services
from delivery.forms import ArrivalForm, CommentForm, TapForm, WhyForm
from delivery.models import Bill, Opinion, SurveyResponse
from delivery.selections import papers_to_give
from delivery.services.account import account_of
from delivery.services.handover import notice_of
from delivery.services.opinions import call_due
from delivery.services.survey import questions
from delivery.surveys import REASONS
from servicedesk.clock import now
from servicedesk.documents import papers
from servicedesk.documents.responses import order_response
from servicedesk.messaging.links import customer_link
from servicedesk.staff.calendar import Calendar
from servicedesk.staff.formats import format_money
from servicedesk.staff.models import ServiceCentre
from servicedesk.staff.repeats import perform
from servicedesk.workorders.models import LineKind, WorkOrder
from servicedesk.workorders.stages import Stage

ARRIVALS = 6
FIRST_ARRIVAL = dt.timedelta(minutes=30)
STEP = dt.timedelta(minutes=30)


@customer_link("pickup")
@require_GET
def pickup(request: HttpRequest) -> HttpResponse:
    """The car is ready: where, until when, what it costs, what to bring; when he will come."""
    return _pickup(request, _visit(request))


@customer_link("pickup")
@require_POST
def pickup_when(request: HttpRequest) -> HttpResponse:
    """The customer says when he comes, or who comes for him."""
    work_order = _visit(request)
    form = ArrivalForm(request.POST)
    if not form.is_valid():
        return _pickup(request, work_order, form=form, status=422)
    return perform(
        request,
        lambda: services.expect_customer(
            work_order,
            by=request.actor,  # type: ignore[attr-defined]
            expected_at=form.cleaned_data["at"],
            collector=form.cleaned_data["collector"],
        ),
        by=request.actor,  # type: ignore[attr-defined]
        success=_("Thank you. We have the car at the door for you."),
        redirect=reverse("delivery:pickup"),
    )


@customer_link("pickup")
@require_GET
def pickup_bill(request: HttpRequest) -> HttpResponse:
    """The bill as a PDF: exactly the paper that was issued."""
    work_order = _visit(request)
    bills = Bill.objects.standing().filter(work_order=work_order).select_related("paper_order__paper")
    bill = bills.order_by("-issued_at").first()
    if bill is None or bill.paper_order is None:
        raise Http404
    return order_response(request, bill.paper_order, "delivery/pickup_printing.html", centre=work_order.centre)


@customer_link("pickup")
@require_GET
def pickup_paper(request: HttpRequest, pk: int) -> HttpResponse:
    """One of the customer's own papers of this visit."""
    work_order = _visit(request)
    order = next((order for order in papers_to_give(work_order) if order.pk == pk), None)
    if order is None:
        raise Http404
    return order_response(request, order, "delivery/pickup_printing.html", centre=work_order.centre)


def _visit(request: HttpRequest) -> WorkOrder:
    link = request.link  # type: ignore[attr-defined]
    return WorkOrder.objects.for_rows().get(pk=link.target_id, customer=link.customer_id)


def _pickup(
    request: HttpRequest, work_order: WorkOrder, *, form: ArrivalForm | None = None, status: int = 200
) -> HttpResponse:
    centre = work_order.centre
    calendar = Calendar(centre)
    windows = calendar.windows(centre.today())
    closes = windows[-1][1] if windows and windows[-1][1] > now() else None
    bills = list(Bill.objects.standing().filter(work_order=work_order).prefetch_related("lines").order_by("issued_at"))
    lines = [line for bill in bills for line in bill.lines.all()]
    labour = [line for line in lines if line.kind == LineKind.LABOUR]
    off = sum((line.off_agreement for line in lines), Decimal(0))
    context = {
        "work_order": work_order,
        "centre": centre,
        "closes": closes,
        "opens": None if closes else calendar.next_opening(now()),
        "bills": bills,
        "labour": sum(line.amount for line in labour),
        "labour_count": len(labour),
        "parts": sum(line.amount for line in lines if line.kind != LineKind.LABOUR),
        "tax": sum(bill.tax for bill in bills),
        "account": account_of(work_order),
        "off": off,
        "off_text": format_money(abs(off), centre.currency),
        "off_reasons": [line for line in lines if line.reason],
        "notice": notice_of(work_order),
        "collected": work_order.stage in (Stage.DELIVERED, Stage.CLOSED),
        "papers": [(order, papers.title_of(order.kind)) for order in papers_to_give(work_order)],
        "waiting": work_order.stage == Stage.READY,
        "arrivals": arrivals(centre, calendar),
        "form": form,
    }
    return render(request, "delivery/pickup.html", context, status=status)


def arrivals(centre: ServiceCentre, calendar: Calendar) -> list[dt.datetime]:
    """Half hours at which he may say he comes: the next ones while the doors are open, today or on the next opening day."""
    found: list[dt.datetime] = []
    moment = centre.local(calendar.next_opening(now() + FIRST_ARRIVAL))
    moment += (
        STEP - dt.timedelta(minutes=moment.minute % 30, seconds=moment.second, microseconds=moment.microsecond)
    ) % STEP
    date = moment.date()
    while len(found) < ARRIVALS and moment.date() == date:
        if calendar.is_open(moment):
            found.append(moment)
        moment += STEP
    return found


@customer_link("survey")
@require_GET
def survey(request: HttpRequest) -> HttpResponse:
    """One question: the first open one, or the one asked for by `?q=SV-03`; finished, the thanks page."""
    response = _response(request)
    if response.completed_at is not None:
        return redirect("delivery:survey_thanks")
    asked = questions()
    given = {answer.question_id: answer.value for answer in response.answers.all()}
    wanted = request.GET.get("q", "")
    question = next((q for q in asked if q.code == wanted), None) or next((q for q in asked if q.pk not in given), None)
    return _question(request, response, question or asked[-1], given)


@customer_link("survey")
@require_POST
def survey_answer(request: HttpRequest) -> HttpResponse:
    """Save one tap and go on: to the next question, to what lay behind a low answer, or to the thanks."""
    response = _response(request)
    form = TapForm(request.POST)
    if not form.is_valid():
        asked = questions()
        question = next((q for q in asked if q.code == request.POST.get("code")), asked[0])
        given = {answer.question_id: answer.value for answer in response.answers.all()}
        return _question(request, response, question, given, error=_("Choose one of the answers."), status=422)
    code, value = form.cleaned_data["code"], form.cleaned_data["value"]
    actor = request.actor  # type: ignore[attr-defined]
    return perform(
        request,
        lambda: services.answer_question(response, code, value, by=actor),
        by=actor,
        redirect=lambda answer: (
            f"{reverse('delivery:survey_why')}?q={code}" if answer.is_alarming else _next(response, code)
        ),
        on_refusal=reverse("delivery:survey"),
    )


@customer_link("survey")
@require_http_methods(["GET", "POST"])
def survey_why(request: HttpRequest) -> HttpResponse:
    """What lay behind a low answer, and whether the manager should call."""
    response = _response(request)
    form = WhyForm(request.POST or None)
    code = (request.POST if request.method == "POST" else request.GET).get(
        "code" if request.method == "POST" else "q", ""
    )
    opinion = (
        Opinion.objects.filter(work_order=response.work_order, question__code=code).select_related("question").first()
    )
    if opinion is None or (response.completed_at is not None and not opinion.is_unexplained):
        return redirect("delivery:survey")
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        actor = request.actor  # type: ignore[attr-defined]
        return perform(
            request,
            lambda: services.explain_answer(
                response,
                code,
                by=actor,
                reasons=values["reasons"],
                text=values["text"],
                call_wanted=values["call"] == "yes",
            ),
            by=actor,
            redirect=_next(response, code),
        )
    context = {
        **_car(response),
        "opinion": opinion,
        "reasons": list(REASONS.items()),
        "picked": request.POST.getlist("reasons"),
        "form": form,
        "call_due": call_due(response.work_order.centre),
        "next_url": _next(response, code),
    }
    return render(request, "delivery/survey_why.html", context, status=422 if request.method == "POST" else 200)


@customer_link("survey")
@require_http_methods(["GET", "POST"])
def survey_thanks(request: HttpRequest) -> HttpResponse:
    """Thanks, and a place for free words. The same link shows it again."""
    response = _response(request)
    form = CommentForm(request.POST or None)
    actor = request.actor  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        return perform(
            request,
            lambda: services.finish_survey(response, by=actor, comment=form.cleaned_data["comment"]),
            by=actor,
            success=_("Thank you. Customer service reads it today."),
            redirect=reverse("delivery:survey_thanks"),
        )
    if response.completed_at is None:
        return redirect("delivery:survey")
    context = {**_car(response), "response": response, "form": form}
    return render(request, "delivery/survey_thanks.html", context, status=422 if request.method == "POST" else 200)


def _response(request: HttpRequest) -> SurveyResponse:
    link = request.link  # type: ignore[attr-defined]
    rows = SurveyResponse.objects.select_related(
        "work_order__centre", "work_order__vehicle", "work_order__customer", "work_order__advisor", "link"
    )
    return rows.get(work_order=link.target_id, work_order__customer=link.customer_id)


def _car(response: SurveyResponse) -> dict[str, Any]:
    return {"work_order": response.work_order, "centre": response.work_order.centre}


def _next(response: SurveyResponse, code: str) -> str:
    """Where the customer goes after the question `code`: the next one, or the end."""
    codes = [question.code for question in questions()]
    place = codes.index(code) + 1 if code in codes else 0
    if place < len(codes):
        return f"{reverse('delivery:survey')}?q={codes[place]}"
    return reverse("delivery:survey_thanks")


def _question(
    request: HttpRequest,
    response: SurveyResponse,
    question: Any,
    given: dict[int, str],
    *,
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    asked = questions()
    place = [q.pk for q in asked].index(question.pk)
    context = {
        **_car(response),
        "question": question,
        "value": given.get(question.pk, ""),
        "choices": list(reversed(question.choices)) if question.scale != "yes_no" else question.choices,
        "place": place + 1,
        "total": len(asked),
        "dots": range(1, len(asked) + 1),
        "minutes": max(1, round((len(asked) - place) / 8)),
        "previous": asked[place - 1].code if place else "",
        "skip_url": "" if question.required else _next(response, question.code),
        "error": error,
    }
    return render(request, "delivery/survey.html", context, status=status)
