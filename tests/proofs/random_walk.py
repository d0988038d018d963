"""C4: people doing anything at any time, right or wrong. The house may say no; it may never break or take an illegal step.

`Walk` is a Hypothesis state machine. In the tests each example is rolled back; against a running service it commits.
Long, because a state machine of Hypothesis is one class.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from complaints import services as complaints
from complaints.models import Complaint
from delivery import services as delivery
from delivery.models import Bill, Payment, WashPart
from delivery.services.account import account_of
from followup import services as followup
from followup.models import FollowUp, FollowUpPlan, Problem
from quality import services as quality
from reception import services as reception
from servicedesk.staff.actors import Actor
from servicedesk.staff.models import ServiceCentre, User
from servicedesk.staff.repeats import Refusal
from servicedesk.workorders import events
from servicedesk.workorders.consents import Answer
from servicedesk.workorders.models import WorkOrder
from servicedesk.workorders.stages import STEPS, Stage
from servicedesk.workorders.transitions import advance
from tests.fixtures import appointments as a
from tests.fixtures import complaints as c
from tests.fixtures import delivery as d
from tests.fixtures import followup as f
from tests.fixtures import quality as q
from tests.fixtures import reception as r
from tests.fixtures import workshop as w
from workshop import services as workshop
from workshop.models import Finding, Job

Verb = Callable[["Walk", WorkOrder, User, int], Any]
VERBS: dict[str, Verb] = {}
_cars = itertools.count(1)


def verb(function: Verb) -> Verb:
    """Something a person may try on a visit: `function(walk, visit, person, n)`; `n` chooses among what there is."""
    VERBS[function.__name__] = function
    return function


def pick(rows: Any, n: int) -> Any:
    """One of `rows`; refused when there is none, as there is nothing to press."""
    found = list(rows.order_by("pk"))
    if not found:
        raise Refusal("nothing there")
    return found[n % len(found)]


@verb
def step_anywhere(walk: Walk, visit: WorkOrder, who: User, n: int) -> Any:
    return advance(visit, to=list(Stage)[n % len(Stage)], by=Actor.of(who))


@verb
def give_back(walk: Walk, visit: WorkOrder, who: User, n: int) -> Any:
    return reception.give_back(visit, by=Actor.of(who), reason="客戶改變主意")


@verb
def propose(walk: Walk, visit: WorkOrder, who: User, n: int) -> Any:
    operation = a.operations(("BRK-010", "MNT-110", "MNT-010"))[n % 3]
    return reception.add_operation(visit, by=Actor.of(who), operation=operation, urgency="soon", finding="磨損")


@verb
def sign(walk: Walk, visit: WorkOrder, who: User, n: int) -> Any:
    return r.sign(visit, who)


@verb
def decide(walk: Walk, visit: WorkOrder, who: User, n: int) -> Any:
    estimate = (
        reception.show_estimate(visit, by=Actor.of(who)) if n % 2 else visit.estimates.order_by("-version").first()
    )
    if estimate is None:
        raise Refusal("nothing shown")
    words = ("approve", "decline", "approve")
    lines = visit.lines.top().unanswered().order_by("pk")
    answers = {line.pk: Answer(words[(n + i) % 3], reason="不急") for i, line in enumerate(lines)}
    return reception.decide_signed(estimate, answers, by=Actor.of(who), person="林怡君")


@verb
def authorise(walk: Walk, visit: WorkOrder, who: User, n: int) -> Any:
    from datetime import timedelta

    from servicedesk.clock import now

    return reception.authorise(visit, by=Actor.of(who), promised_at=now() + timedelta(hours=n % 9))


@verb
def assign(walk: Walk, visit: WorkOrder, who: User, n: int) -> Any:
    technician = walk.technicians[n % len(walk.technicians)]
    return workshop.assign(
        list(Job.objects.filter(work_order=visit)), technician=technician, bay=None, by=Actor.of(who), reason=""
    )


@verb
def acknowledge(walk: Walk, visit: WorkOrder, who: User, n: int) -> Any:
    return workshop.acknowledge(visit, by=Actor.of(who))


@verb
def start(walk: Walk, visit: WorkOrder, who: User, n: int) -> Any:
    return workshop.start(pick(Job.objects.filter(work_order=visit), n), by=Actor.of(who))


@verb
def pause(walk: Walk, visit: WorkOrder, who: User, n: int) -> Any:
    return workshop.pause(pick(Job.objects.filter(work_order=visit), n), cause="break", by=Actor.of(who))


@verb
def finish(walk: Walk, visit: WorkOrder, who: User, n: int) -> Any:
    return workshop.finish(pick(Job.objects.filter(work_order=visit), n), by=Actor.of(who))


@verb
def report(walk: Walk, visit: WorkOrder, who: User, n: int) -> Any:
    return workshop.report_finding(
        pick(Job.objects.filter(work_order=visit), n), by=Actor.of(who), text="漏油", urgency="soon"
    )


@verb
def propose_found(walk: Walk, visit: WorkOrder, who: User, n: int) -> Any:
    operation = a.operations(("MNT-110",))[0]
    return workshop.propose_from_finding(
        pick(Finding.objects.filter(work_order=visit), n), operation=operation, by=Actor.of(who)
    )


@verb
def settle_found(walk: Walk, visit: WorkOrder, who: User, n: int) -> Any:
    return workshop.settle_finding(pick(Finding.objects.filter(work_order=visit), n), note="沒事", by=Actor.of(who))


@verb
def to_self_check(walk: Walk, visit: WorkOrder, who: User, n: int) -> Any:
    return workshop.to_self_check(visit, by=Actor.of(who))


@verb
def self_check(walk: Walk, visit: WorkOrder, who: User, n: int) -> Any:
    return quality.sign_self_check(visit, by=Actor.of(who), marks=q.self_check_marks(visit))


@verb
def final(walk: Walk, visit: WorkOrder, who: User, n: int) -> Any:
    return q.inspected(visit, who, *(["FI-17"] if n % 2 else []))


@verb
def wash(walk: Walk, visit: WorkOrder, who: User, n: int) -> Any:
    return delivery.tick_part(visit, WashPart.Part.values[n % len(WashPart.Part.values)], by=Actor.of(who))


@verb
def look(walk: Walk, visit: WorkOrder, who: User, n: int) -> Any:
    return delivery.look(visit, d.look_verdicts(visit), by=Actor.of(who))


@verb
def recalculate(walk: Walk, visit: WorkOrder, who: User, n: int) -> Any:
    return delivery.recalculate(visit, by=Actor.of(who))


@verb
def issue(walk: Walk, visit: WorkOrder, who: User, n: int) -> Any:
    return delivery.issue_bill(visit, by=Actor.of(who))


@verb
def credit(walk: Walk, visit: WorkOrder, who: User, n: int) -> Any:
    return delivery.credit_bill(pick(Bill.objects.filter(work_order=visit), n), reason="有誤", by=Actor.of(who))


@verb
def pay(walk: Walk, visit: WorkOrder, who: User, n: int) -> Any:
    amount = (account_of(visit).balance, account_of(visit).balance / 2, account_of(visit).balance * 3)[n % 3]
    return delivery.pay(visit, amount=amount, method="card", reference="1", by=Actor.of(who))


@verb
def reverse(walk: Walk, visit: WorkOrder, who: User, n: int) -> Any:
    return delivery.reverse_payment(
        pick(Payment.objects.filter(bill__work_order=visit), n), reason="刷錯", by=Actor.of(who)
    )


@verb
def make_ready(walk: Walk, visit: WorkOrder, who: User, n: int) -> Any:
    return delivery.make_ready(visit, by=Actor.of(who))


@verb
def notify(walk: Walk, visit: WorkOrder, who: User, n: int) -> Any:
    return delivery.notify_pickup(visit, by=Actor.of(who), in_person=bool(n % 2))


@verb
def hand_over(walk: Walk, visit: WorkOrder, who: User, n: int) -> Any:
    values = {"person": "林怡君", "explained": d.EXPLAINED, "given": d.GIVEN, "odometer_out": 50_000}
    return delivery.hand_over(visit, by=Actor.of(who), **values)


@verb
def not_accepted(walk: Walk, visit: WorkOrder, who: User, n: int) -> Any:
    return delivery.send_back(visit, by=Actor.of(who), reason="還有異音")


@verb
def invite(walk: Walk, visit: WorkOrder, who: User, n: int) -> Any:
    return delivery.invite_to_survey(visit, by=Actor.of(who))


@verb
def plan(walk: Walk, visit: WorkOrder, who: User, n: int) -> Any:
    return followup.plan_calls(
        pick(FollowUpPlan.objects.filter(work_order=visit), n).pk, by=Actor.system("followup.plan")
    )


@verb
def call(walk: Walk, visit: WorkOrder, who: User, n: int) -> Any:
    row = pick(FollowUp.objects.filter(work_order=visit), n)
    said = (f.SAID_WELL, f.SAID_ILL)[n % 2]
    problems = [f.NOISE] if n % 2 else []
    return followup.record_contact(row, by=Actor.of(who), outcome="reached", said=said, problems=problems)


@verb
def solve(walk: Walk, visit: WorkOrder, who: User, n: int) -> Any:
    return followup.solve(
        pick(Problem.objects.filter(followup__work_order=visit), n), by=Actor.of(who), solution="倒角"
    )


@verb
def close_problem(walk: Walk, visit: WorkOrder, who: User, n: int) -> Any:
    return followup.close_problem(pick(Problem.objects.filter(followup__work_order=visit), n), by=Actor.of(who))


@verb
def close_visit(walk: Walk, visit: WorkOrder, who: User, n: int) -> Any:
    return followup.close_visit(visit, by=Actor.of(who))


@verb
def complain(walk: Walk, visit: WorkOrder, who: User, n: int) -> Any:
    return c.taken(visit, who)


@verb
def handle_complaint(walk: Walk, visit: WorkOrder, who: User, n: int) -> Any:
    case, by = pick(Complaint.objects.filter(work_order=visit), n), Actor.of(who)
    ways: list[Callable[[], Any]] = [
        lambda: complaints.investigate(case, by=by, findings=c.FINDINGS),
        lambda: complaints.answer(case, by=by, text="免費重做"),
        lambda: complaints.record_decision(case, by=by, accepted=bool(n % 2), how="telephone"),
        lambda: complaints.close(case, by=by, reason="結案"),
    ]
    return ways[n % 4]()


class Walk(RuleBasedStateMachine):
    """Visits of one centre. Set `centre`, `people` and `rolled_back` on a subclass."""

    centre: ServiceCentre
    people: dict[str, User]
    technicians: list[User]
    rolled_back = True
    said_yes: dict[str, int]
    said_no: dict[str, int]

    def __init__(self) -> None:
        super().__init__()
        self.visits: list[int] = []
        self.known: dict[int, str] = {}
        if self.rolled_back:
            self.example = transaction.atomic()
            self.example.__enter__()

    def teardown(self) -> None:
        """Let everybody put down his tools, then undo the example."""
        for job in Job.objects.filter(work_order__in=self.visits, state="running").select_related("technician"):
            workshop.pause(job, cause="break", by=Actor.of(job.technician))
        if self.rolled_back:
            transaction.set_rollback(True)
            self.example.__exit__(None, None, None)

    def attempt(self, name: str, act: Callable[[], Any], visit: WorkOrder | None = None) -> None:
        """Do it; a refusal must leave the visit as it was."""
        count = events.Event.objects.filter(work_order=visit).count() if visit else 0
        try:
            with transaction.atomic():
                act()
            self.said_yes[name] = self.said_yes.get(name, 0) + 1
        except Refusal:
            self.said_no[name] = self.said_no.get(name, 0) + 1
            if visit:
                assert events.Event.objects.filter(work_order=visit).count() == count
                assert WorkOrder.objects.get(pk=visit.pk).stage == self.known[visit.pk]

    def chosen(self, n: int) -> WorkOrder:
        """One of this example's visits."""
        return WorkOrder.objects.select_related("centre", "customer", "vehicle").get(
            pk=self.visits[n % len(self.visits)]
        )

    @precondition(lambda self: len(self.visits) < 2)
    @rule()
    def a_car_comes(self) -> None:
        """A booked car arrives and is looked at together."""
        number = next(_cars)
        booking = {
            "plate": f"WLK-{number:04}",
            "name": f"客戶{number}",
            "phone": f"09{20000000 + number}",
            "email": f"walk{number}@example.com",
            "starts_at": a.slot(self.centre, 9 + number % 8, 30 * (number // 8 % 2), days=1 + number // 16 % 3),
        }

        def come() -> None:
            visit, _estimate = r.estimated(self.centre, self.people["advisor"], **booking)
            self.visits.append(visit.pk)
            self.known[visit.pk] = visit.stage

        self.attempt("a_car_comes", come)

    @precondition(lambda self: self.visits)
    @rule(n=st.integers(0, 3))
    def the_right_thing(self, n: int) -> None:
        """Somebody does what the manual asks for next."""
        visit = self.chosen(n)
        self.attempt(f"forward from {visit.stage}", lambda: self.forward(visit), visit)

    @precondition(lambda self: self.visits)
    @rule(n=st.integers(0, 60), name=st.sampled_from(sorted(VERBS)), role=st.integers(0, 20))
    def anything(self, n: int, name: str, role: int) -> None:
        """Anybody tries anything."""
        visit = self.chosen(n)
        who = list(self.people.values())[role % len(self.people)]
        self.attempt(name, lambda: VERBS[name](self, visit, who, n), visit)

    def forward(self, visit: WorkOrder) -> None:
        """One step along the manual, by the right person."""
        who, stage = self.people, Stage(visit.stage)
        technician, supervisor, advisor = self.technicians[0], who["supervisor"], who["advisor"]
        if stage == Stage.RECEPTION:
            if visit.lines.top().unanswered().exists():
                decide(self, visit, advisor, 3)
            else:
                authorise(self, visit, advisor, 6)
        elif stage in (Stage.AUTHORISED, Stage.REPAIR, Stage.REWORK):
            if Job.objects.to_assign().filter(work_order=visit).exists():
                w.assigned(visit, technician, supervisor)
            elif stage == Stage.AUTHORISED:
                workshop.begin(visit, by=Actor.of(technician))
            else:
                w.finish_jobs(visit, technician)
        elif stage == Stage.SELFCHECK:
            q.self_checked(visit, technician)
        elif stage == Stage.FINAL:
            q.inspected(visit, who["inspector"])
        elif stage == Stage.PREPARATION:
            d.made_ready(visit, who["detailer"], who["cashier"])
        elif stage == Stage.READY:
            d.handed_over(visit, advisor, who["cashier"])
        elif stage == Stage.DELIVERED:
            if FollowUp.objects.filter(work_order=visit).exists():
                f.called(FollowUp.objects.filter(work_order=visit).order_by("sequence")[0], who["agent"])
            else:
                plan(self, visit, who["agent"], 0)

    @invariant()
    def every_step_was_legal_and_written_down(self) -> None:
        """Stage and events agree, the chain holds, and each step is in the table."""
        for pk in self.visits:
            visit = WorkOrder.objects.get(pk=pk)
            steps = list(visit.events.filter(kind="stage").order_by("seq").values_list("data", flat=True))
            path = [Stage.RECEPTION.value, *[step["to"] for step in steps]]
            assert [step["from"] for step in steps] == path[:-1]
            assert all((Stage(x), Stage(y)) in STEPS for x, y in itertools.pairwise(path)), path
            assert visit.stage == path[-1]
            assert events.verify(pk) == []
            self.known[pk] = visit.stage
