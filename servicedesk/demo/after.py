"""Chapters 6.2 and 7 of a demonstration visit: the survey, opinions and their answers, calls, problems and their end."""

from __future__ import annotations

import datetime as dt

from complaints.models import Complaint
from delivery import services as delivery
from delivery.models import Opinion, OpinionState, SurveyResponse
from delivery.services.account import account_of
from followup import services
from followup.models import FollowUp, Problem, ProblemState
from servicedesk.catalogue.models import SurveyQuestion
from servicedesk.demo import complaints
from servicedesk.demo.visit import Acts, Visit
from servicedesk.demo.words import problem, solution_to
from servicedesk.staff.actors import Actor
from servicedesk.staff.roles import Role
from servicedesk.workorders.stages import Stage

SCORES = {"good": (4, 5, 5, 5, 5), "fair": (3, 4, 4, 5), "low": (3, 3, 4, 4)}
BLAMED = {"low": ("SV-08", "SV-09")}
"""Questions that a customer who is not content answers with two."""
RECOMMENDS = {"good": ("9", "9", "10", "10", "8"), "fair": ("7", "8"), "low": ("5", "6")}
BETWEEN_TRIES = (190, 540, 0)
"""Opening minutes until the next try; after the third nobody tries again."""
EVENING, MORNING = dt.time(21, 30), dt.time(8, 30)


def after_the_visit(v: Visit) -> Acts:
    """Everything that follows a handover, side by side: survey, calls, a late payment, perhaps a complaint."""
    v.tell(survey(v, v.t))
    if v.customer.account_customer:
        v.tell(pays_later(v, v.t))
    if v.script.complaint:
        v.tell(complaints.story(v, v.t))
    for call in FollowUp.objects.filter(work_order=v.visit).waiting().order_by("sequence"):
        v.tell(calling(v, call))
    yield from ()


def pays_later(v: Visit, since: dt.datetime) -> Acts:
    """An account customer transfers the money after a few days."""
    yield v.hours.forward(since, 1500)
    due = account_of(v.visit).balance
    if due > 0:
        delivery.pay(v.visit, amount=due, method="transfer", by=v.cast.by(Role.CASHIER))


def survey(v: Visit, since: dt.datetime) -> Acts:
    """The customer answers at home, question by question; what he dislikes is passed on and answered."""
    open_ones = SurveyResponse.objects.filter(work_order=v.visit, completed_at=None)
    if v.script.survey not in SCORES or not open_ones.exists():
        return
    wait = v.script.extras.get("survey_in") or v.chance.choice((35, 90, 180, 300, 1300, 1500))
    yield awake(v, since + dt.timedelta(minutes=float(wait)))
    yield v.errand(answer)
    yield from answer_opinions(v)


def answer(v: Visit) -> None:
    """The customer's taps."""
    response = SurveyResponse.objects.select_related("link__customer").get(work_order=v.visit)
    by, kind = Actor.of_link(response.link), v.script.survey
    for question in v.cast.questions:
        value = answer_to(v, question, kind)
        delivery.answer_question(response, question.code, value, by=by)
        if question.is_alarming(value) and question.code in BLAMED.get(kind, ()):
            delivery.explain_answer(
                response,
                question.code,
                by=by,
                reasons=("late", "not_told") if question.code == "SV-08" else ("unclear",),
                text=v.customer_says("survey_low") if question.code == "SV-08" else "",
                call_wanted=question.code == "SV-08" and v.script.extras.get("opinion") != "open",
            )
    if kind == "good" and v.chance.random() < 0.35:
        delivery.finish_survey(response, by=by, comment=v.customer_says("survey_good"))


def awake(v: Visit, moment: dt.datetime) -> dt.datetime:
    """The moment, or the next one at which people look at their telephones."""
    local = v.cast.centre.local(moment)
    if local.time() > EVENING:
        return v.cast.centre.at(local.date() + dt.timedelta(days=1), MORNING)
    return max(moment, v.cast.centre.at(local.date(), MORNING))


def answer_to(v: Visit, question: SurveyQuestion, kind: str) -> str:
    """One tap."""
    if question.scale == "yes_no":
        return "yes"
    if question.scale == "0-10":
        return v.chance.choice(RECOMMENDS[kind])
    return "2" if question.code in BLAMED.get(kind, ()) else str(v.chance.choice(SCORES[kind]))


def answer_opinions(v: Visit) -> Acts:
    """The departments say what they do about it, the next day; some still have it before them today."""
    if v.script.extras.get("opinion") == "open":
        return
    yield v.hours.forward(v.hours.next_open(awake(v, v.t)), v.chance.uniform(30, 110))
    for opinion in Opinion.objects.filter(work_order=v.visit, state=OpinionState.OPEN).order_by("pk"):
        answerer = v.cast.people.get(opinion.department) or v.cast.people[Role.MANAGER]
        delivery.answer_opinion(opinion, by=Actor.of(answerer[0]), text=v.say("opinion_answer"))


def agent_of(v: Visit, call: FollowUp) -> Actor:
    """Who calls: whose call it is, never the advisor who served."""
    return Actor.of(call.agent or v.cast.user(Role.AGENT))


def calling(v: Visit, call: FollowUp) -> Acts:
    """One call from the first try to its outcome, and what follows from it."""
    kind = v.script.call if call.sequence == 1 else "reached"
    if kind == "forgotten":
        return
    spare = (call.due_at - call.opens_at).total_seconds() / 60
    first = v.hours.next_open(
        call.opens_at + dt.timedelta(minutes=v.chance.uniform(15, max(20, min(spare * 0.5, 900))))
    )
    moment = max(v.t, when_called(v, call, min(first, call.due_at - dt.timedelta(minutes=20))))
    yield moment
    call.refresh_from_db()
    if not call.is_waiting or v.fresh().stage not in (Stage.DELIVERED, Stage.CLOSED):
        return
    by = agent_of(v, call)
    if kind == "unreachable":
        for wait in BETWEEN_TRIES:
            services.record_contact(call, by=by, outcome="no_answer", channel=call.channel)
            if wait:
                moment = v.hours.forward(moment, wait)
                yield moment
    elif kind == "refused":
        services.record_contact(call, by=by, outcome="refused", channel=call.channel)
    elif kind == "back":
        back = v.hours.forward(moment, 170)
        services.record_contact(call, by=by, outcome="call_back", call_back_at=back, channel=call.channel)
        yield v.hours.forward(moment, 165)
        said_well(v, call, by)
    elif kind.startswith("problem") and call.sequence == 1:
        yield from troubled(v, call, by, moment)
    else:
        said_well(v, call, by)


def when_called(v: Visit, call: FollowUp, usual: dt.datetime) -> dt.datetime:
    """The moment of the first try: the usual one, unless the script names one by the present hour."""
    extras, soonest = v.script.extras, call.opens_at + dt.timedelta(minutes=5)
    if "call_in" in extras and call.sequence == 1:
        return max(usual, min(v.hours.forward(v.present, float(extras["call_in"])), call.due_at))
    if "call_ago" in extras and call.sequence == 1:
        return max(soonest, v.hours.back(v.present, float(extras["call_ago"])))
    return usual


def said_well(v: Visit, call: FollowUp, by: Actor) -> None:
    """The customer was reached and is content."""
    said = services.Said(True, v.chance.choice((4, 5, 5)), v.chance.choice((4, 5, 5)), v.customer_says("call_good"))
    services.record_contact(call, by=by, outcome="reached", said=said, channel="phone")


def troubled(v: Visit, call: FollowUp, by: Actor, moment: dt.datetime) -> Acts:
    """Something is not right: passed on, solved, told."""
    department, text, solution, words = problem(v.language, v.chance)
    said = services.Said(False, 3, v.chance.choice((4, 5)), words)
    new = services.NewProblem(text, department)
    services.record_contact(call, by=by, outcome="reached", said=said, problems=[new], channel="phone")
    row = Problem.objects.get(followup=call)
    if v.script.call != "problem_open":
        yield from solved(v, row, by, moment, solution)


def solved(v: Visit, row: Problem, by: Actor, moment: dt.datetime, solution: str) -> Acts:
    """The department deals with it the same day; customer service tells the customer."""
    if row.state == ProblemState.OPEN:
        moment = v.hours.forward(moment, v.chance.uniform(120, 330))
        yield moment
        holder = v.cast.people.get(row.department) or v.cast.people[Role.MANAGER]
        services.solve(row, by=Actor.of(holder[0]), solution=solution)
    if v.script.call != "problem_solved":
        yield v.hours.forward(moment, v.chance.uniform(20, 90))
        services.close_problem(row, by=by)


def unfinished(v: Visit, since: dt.datetime) -> Acts:
    """Take up what an earlier day left open: calls, problems, opinions, a complaint."""
    v.script.call = "reached"
    moment = v.t = v.hours.forward(since, v.chance.uniform(20, 200))
    for row in Problem.objects.filter(work_order=v.visit).exclude(state=ProblemState.CLOSED):
        solution = solution_to(row.text, v.language, v.chance)
        v.tell(solved(v, row, Actor.of(row.followup.agent or v.cast.user(Role.AGENT)), moment, solution))
    for call in FollowUp.objects.filter(work_order=v.visit).waiting().order_by("sequence"):
        v.tell(calling(v, call))
    if Opinion.objects.filter(work_order=v.visit, state=OpinionState.OPEN).exists():
        v.tell(answer_opinions(v))
    for case in Complaint.objects.filter(work_order=v.visit).exclude(state="closed"):
        v.tell(complaints.to_the_end(v, case, moment))
    yield from ()
