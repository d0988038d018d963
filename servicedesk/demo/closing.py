"""Chapters 4 to 6 of a demonstration visit: checked, inspected, cleaned, billed, called for, paid, handed over."""

from __future__ import annotations

from collections.abc import Callable

from delivery import services as delivery
from delivery.models import WashPart
from delivery.services.account import account_of
from delivery.services.wash import current_task, look_items
from followup.models import FollowUpPlan
from followup.services import plan_calls
from quality import services as quality
from quality.checklists import KNOWN_BY_RECORD, Facts, final_items, self_check_items
from quality.services import Mark
from servicedesk.demo import courtesy, workshop
from servicedesk.demo.script import STEPS
from servicedesk.demo.visit import Acts, Visit
from servicedesk.staff.actors import Actor
from servicedesk.staff.models import User
from servicedesk.staff.roles import Role
from servicedesk.workorders.stages import Stage
from workshop.models import Job

EXPLAINED = ("work", "bill", "declined", "old_parts", "care")
GIVEN = ("bill", "report", "invoice", "keys")
METHODS = ("card", "card", "cash", "transfer")
FAILS = ("FI-17", "FI-19", "FI-06", "FI-05")
"""Items of the final inspection that may fail, the likeliest first."""


def self_check(v: Visit) -> None:
    """Signed by whoever finished last, with what he found and did."""
    last = Job.objects.filter(work_order=v.visit, state="done").select_related("technician").latest("finished_at")
    marks = {item.pk: Mark("pass") for item in self_check_items(Facts(v.fresh()))}
    outcomes = {concern.pk: (v.told.cause, v.told.correction) for concern in v.visit.concerns.all()}
    quality.sign_self_check(v.visit, by=workshop.hand_of(last), marks=marks, outcomes=outcomes)


def inspect(v: Visit, *, fails: bool = False) -> None:
    """The inspector's report: all well, or one item back to its technician."""
    facts = Facts(v.fresh())
    asked = [item for item in final_items(facts) if item.code not in KNOWN_BY_RECORD]
    marks = {item.pk: Mark("pass") for item in asked}
    bad = next((item for code in FAILS for item in asked if item.code == code), None)
    if fails and bad:
        marks[bad.pk] = Mark("fail", v.say("rework"), facts.labour[0].pk)
    before = (v.visit.odometer_in or 0) + 1
    kept: User = v.cast.user(Role.INSPECTOR, v.chance)
    quality.sign_final(
        v.visit, by=Actor.of(kept), marks=marks, odometer_before=before, odometer_after=before + v.chance.randint(3, 9)
    )


def rework(v: Visit) -> Acts:
    """What failed is put right, checked and inspected again."""
    yield from workshop.work(v)
    yield v.step("selfcheck")
    self_check(v)
    yield v.step("final")
    inspect(v)


def wash_begun(v: Visit) -> None:
    """The first part is clean."""
    tick(v, WashPart.Part.EXTERIOR)


def clean(v: Visit) -> None:
    """The other parts, and the second look."""
    for part in WashPart.Part.values:
        tick(v, part)
    task = current_task(v.visit)
    if task and not hasattr(task, "look"):
        delivery.look(v.visit, {item.pk: "ok" for item in look_items(task)}, by=v.cast.by(Role.DETAILER))


def tick(v: Visit, part: str) -> None:
    """Tick a part unless that was done, or the customer wants no wash."""
    task = current_task(v.visit)
    if task and not task.waived and not hasattr(task, "look") and part not in {row.part for row in task.parts.all()}:
        delivery.tick_part(v.visit, part, by=v.cast.by(Role.DETAILER))


def bill(v: Visit) -> None:
    """Issue the bill, unless that was done before."""
    if not v.visit.bills.filter(state="issued").exists():
        delivery.issue_bill(v.fresh(), by=v.cast.by(Role.CASHIER))


def ready(v: Visit) -> None:
    """The car stands ready to be collected."""
    delivery.make_ready(v.fresh(), by=v.cast.by(Role.DETAILER))


def notify(v: Visit) -> None:
    """The advisor tells the customer, who says when he comes."""
    delivery.notify_pickup(v.visit, by=v.desk, in_person=v.script.waits_on_site)
    if v.script.stop == "notify":
        expected = v.hours.rounded_up(v.hours.forward(v.present, v.chance.choice((50, 80, 130))))
        delivery.expect_customer(v.visit, by=v.desk, expected_at=expected)


def pay(v: Visit) -> None:
    """The customer settles the bill; an account customer pays later."""
    due = account_of(v.visit).balance
    if due > 0 and not v.customer.account_customer:
        reference = f"{v.chance.randrange(10**4):04}"
        method = v.chance.choice(METHODS)
        delivery.pay(v.visit, amount=due, method=method, reference=reference, by=v.cast.by(Role.CASHIER))


def hand_over(v: Visit) -> None:
    """Explained, accepted, signed by name; the worker's plan of the calls is made at once."""
    courtesy.take_back(v)
    delivery.hand_over(
        v.fresh(),
        by=v.desk,
        person=v.customer.name,
        explained=EXPLAINED,
        given=GIVEN,
        odometer_out=(v.visit.odometer_in or 0) + v.chance.randint(8, 14),
    )
    plan_calls(FollowUpPlan.objects.get(work_order=v.visit).pk, by=Actor.system("followup.plan"))


def invite(v: Visit) -> None:
    """The advisor's tap arms the survey."""
    if v.script.survey:
        delivery.invite_to_survey(v.visit, by=v.desk)


ACTS: dict[str, Callable[[Visit], None]] = {
    "selfcheck": self_check,
    "wash": wash_begun,
    "clean": clean,
    "bill": bill,
    "ready": ready,
    "notify": notify,
    "pay": pay,
    "hand_over": hand_over,
    "invite": invite,
}
ERRANDS = frozenset({"selfcheck", "clean", "bill", "hand_over"})
"""The longer ones, all of which need nobody but the car and its papers."""


def to_the_door(v: Visit, first: str = "selfcheck") -> Acts:
    """From the finished work (or the step `first`) to the survey's invitation; ends early where the script rests."""
    steps = list(STEPS[STEPS.index(first) :])
    if v.script.bill_first and "wash" in steps:
        steps.remove("bill")
        steps.insert(steps.index("wash"), "bill")
    for name in steps:
        yield v.step(name)
        if name == "final":
            if v.script.fails:
                v.script.fails = False
                inspect(v, fails=True)
            else:
                yield v.errand(inspect)
            if v.fresh().stage == Stage.REWORK:
                yield from rework(v)
        elif name in ERRANDS:
            yield v.errand(ACTS[name])
            v.fresh()
        else:
            ACTS[name](v)
        if v.script.stop == name:
            return
