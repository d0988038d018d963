"""The satisfaction survey: invited by the advisor's tap, answered question by question by the customer's link (M6.2)."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from delivery.models import Opinion, OpinionState, SurveyAnswer, SurveyResponse
from delivery.services.floor import lock
from delivery.services.opinions import DEPARTMENT, pass_on, promise_call
from servicedesk.catalogue.models import SurveyQuestion
from servicedesk.clock import now
from servicedesk.messaging import links, outbox
from servicedesk.messaging.models import Message
from servicedesk.staff.actors import Actor, actor_values
from servicedesk.staff.repeats import Refusal
from servicedesk.staff.roles import Role
from servicedesk.workorders import events
from servicedesk.workorders.models import WorkOrder
from servicedesk.workorders.stages import Stage

LINK_DAYS = 30
REMINDER = "survey_reminder"
FINISHED = gettext_lazy("You have finished this survey. Thank you.")


class SurveyRefused(Refusal):
    """The survey cannot be sent or answered like this; the reasons say why."""


def questions() -> list[SurveyQuestion]:
    """What is asked with one tap each, in order; the free text comes on the last page."""
    return list(SurveyQuestion.objects.offered().exclude(scale="text"))


@transaction.atomic
def invite_to_survey(work_order: WorkOrder, *, by: Actor) -> SurveyResponse:
    """Arm the survey link and send it to the customer (M6.2-a). Refused before delivery and twice."""
    locked = lock(work_order, Stage.DELIVERED, Stage.CLOSED, clause="M6.2-a")
    invited = SurveyResponse.objects.filter(work_order=locked).first()
    if invited is not None:
        raise SurveyRefused(
            _("%(who)s invited the customer on %(day)s.")
            % {"who": invited.by_label, "day": f"{locked.centre.local(invited.invited_at):%Y-%m-%d %H:%M}"}
        )
    link = links.issue(
        "survey",
        target_kind="workorders.workorder",
        target_id=locked.pk,
        customer=locked.customer,
        centre=locked.centre,
        days=LINK_DAYS,
    )
    response = SurveyResponse.objects.create(work_order=locked, link=link, invited_at=now(), **actor_values(by))
    write("survey_invitation", response, locked, by=by)
    events.record(locked, "survey.invited", by=by)
    return response


def write(
    kind: str, response: SurveyResponse, work_order: WorkOrder, *, by: Actor, dedupe_key: str | None = None
) -> None:
    """Send the customer his link to the survey."""
    outbox.send(
        kind,
        customer=work_order.customer,
        centre=work_order.centre,
        by=by,
        link=response.link,
        about=work_order.number,
        dedupe_key=dedupe_key,
        context={
            "number": work_order.full_number,
            "plate": work_order.vehicle.plate,
            "vehicle": work_order.vehicle.title,
            "advisor": str(work_order.advisor),
        },
    )


@transaction.atomic
def answer_question(response: SurveyResponse, code: str, value: str, *, by: Actor) -> SurveyAnswer:
    """Save one tap. A low answer is passed on at once to the department concerned; changing it takes that back.

    With the last question, or when every question has its answer, the survey is finished; the why of a low answer may
    still be told (`explain_answer`).
    """
    response = _unfinished(response)
    asked = questions()
    question = next((row for row in asked if row.code == code), None)
    if question is None or value not in question.choices:
        raise SurveyRefused(_("Choose one of the answers."))
    answer, created = SurveyAnswer.objects.update_or_create(
        response=response, question=question, defaults={"value": value, "at": now()}
    )
    if question.is_alarming(value):
        pass_on(
            response.work_order,
            department=DEPARTMENT.get(question.code, DEPARTMENT.get(question.dimension, Role.MANAGER)),
            question=question,
            value=value,
            by=by,
        )
    elif not created:
        passed_on = Opinion.objects.filter(work_order=response.work_order, question=question, state=OpinionState.OPEN)
        passed_on.update(state=OpinionState.WITHDRAWN, value=value)
    _finish_after(response, code, asked, by)
    return answer


@transaction.atomic
def explain_answer(
    response: SurveyResponse,
    code: str,
    *,
    by: Actor,
    reasons: Collection[str] = (),
    text: str = "",
    call_wanted: bool = False,
) -> Opinion:
    """What was wrong, in the customer's words, and whether he wants a call; a wanted call becomes a promise."""
    response = _locked(response)
    opinion = Opinion.objects.filter(work_order=response.work_order, question__code=code).first()
    if opinion is None:
        raise SurveyRefused(_("Answer the question first."))
    if response.completed_at is not None and not opinion.is_unexplained:
        raise SurveyRefused(FINISHED)
    opinion.reasons, opinion.text = sorted(reasons), text.strip()
    if call_wanted and not opinion.call_wanted:
        promise_call(opinion, by=by)
    opinion.call_wanted = opinion.call_wanted or call_wanted
    opinion.save(update_fields=["reasons", "text", "call_wanted"])
    events.record(response.work_order, "survey.explained", by=by, text=opinion.text, data={"question": code})
    return opinion


@transaction.atomic
def finish_survey(response: SurveyResponse, *, by: Actor, comment: str = "") -> SurveyResponse:
    """Close the survey once all required questions are answered; a remark, taken once, goes to customer service."""
    rows = SurveyResponse.objects.select_for_update(of=("self",)).select_related("work_order__centre", "link")
    response, comment = rows.get(pk=response.pk), comment.strip()
    if any(question.required for question in _left(response, questions())):
        raise SurveyRefused(_("Some questions are still open."))
    if comment and response.comment:
        raise SurveyRefused(_("You have already told us something here. Thank you."))
    _complete(response, by)
    if comment:
        response.comment = comment
        response.save(update_fields=["comment"])
        pass_on(response.work_order, department=Role.AGENT, text=comment, by=by)
    return response


def _left(response: SurveyResponse, asked: list[SurveyQuestion]) -> list[SurveyQuestion]:
    answered = set(response.answers.values_list("question_id", flat=True))
    return [question for question in asked if question.pk not in answered]


def _finish_after(response: SurveyResponse, code: str, asked: list[SurveyQuestion], by: Actor) -> None:
    left = _left(response, asked)
    if not left or (code == asked[-1].code and not any(question.required for question in left)):
        _complete(response, by)


def _complete(response: SurveyResponse, by: Actor) -> None:
    if response.completed_at is not None:
        return
    response.completed_at = now()
    response.save(update_fields=["completed_at"])
    response.link.use()
    order = response.work_order
    Message.objects.cancel_pending(about=order.number, kinds=("survey_invitation", REMINDER), centre=order.centre)
    low = Opinion.objects.filter(work_order=response.work_order, question__isnull=False)
    data = {"answers": response.answers.count(), "low": low.exclude(state=OpinionState.WITHDRAWN).count()}
    events.record(response.work_order, "survey.answered", by=by, data=data)


def _locked(response: SurveyResponse) -> SurveyResponse:
    rows = SurveyResponse.objects.select_for_update(of=("self",)).select_related("work_order__centre", "link")
    return rows.get(pk=response.pk)


def _unfinished(response: SurveyResponse) -> SurveyResponse:
    locked = _locked(response)
    if locked.completed_at is not None:
        raise SurveyRefused(FINISHED)
    return locked
