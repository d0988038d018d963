"""The demonstration: whatever the hour, a today with every stage, nothing twice, and books that add up."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from appointments import services as booking
from appointments.models import Appointment
from complaints.models import Complaint
from delivery.models import SurveyResponse
from followup.models import FollowUp, Problem
from servicedesk import registry
from servicedesk.clock import now
from servicedesk.customers.models import Customer
from servicedesk.demo import crew
from servicedesk.demo.centres import SITES
from servicedesk.demo.customers import make_customers
from servicedesk.demo.engine import Engine
from servicedesk.demo.load import Loader
from servicedesk.demo.management.commands.load_demo import everybody
from servicedesk.demo.words import BY_LANGUAGE
from servicedesk.messaging.models import Message
from servicedesk.staff.calendar import Calendar
from servicedesk.staff.models import Membership, ServiceCentre, User
from servicedesk.staff.roles import Role
from servicedesk.workorders.models import Event, Hold, WorkOrder
from servicedesk.workorders.stages import IN_HOUSE, Stage
from tests.fixtures.people import MovableClock
from workshop.models import Finding, Job, WorkSpan

SHOWN = IN_HOUSE | {Stage.DELIVERED}


@pytest.fixture
def house(reference: None, settings: object, tmp_path: Path) -> None:
    """Demo mode, with all centres and their people."""
    settings.DEMO, settings.MEDIA_ROOT = True, tmp_path  # type: ignore[attr-defined]
    everybody()


def load(code: str, share: float = 0.0, engine: type[Engine] = Engine) -> int:
    """Load one centre; a story that a service refuses fails the test. Returns how many acts it took."""
    with crew.at_work() as head:
        centre = ServiceCentre.objects.get(code=code)
        make_customers(centre)
        return Loader(centre, engine(head, strict=True), share=share).load()


def go_to(clock: MovableClock, moment: str) -> None:
    """Let it be `moment` in Taipei, Guangzhou and Singapore alike."""
    wanted = dt.datetime.fromisoformat(f"{moment}+08:00")
    clock.move(seconds=(wanted - now()).total_seconds())


def adds_up() -> None:
    """The reconciler finds nothing, no event lies ahead of the clock, and nobody's time ran backwards."""
    assert {check.name: check.problems() for check in registry.checks} == {check.name: [] for check in registry.checks}
    assert not Event.objects.filter(at__gt=now()).exists()
    over = (Message.State.SENT, Message.State.CANCELLED)
    assert not Message.objects.exclude(state__in=over).exists()
    assert all(span.seconds < 5 * 3600 for span in WorkSpan.objects.all())


@pytest.mark.django_db
def test_every_stage_is_there_today_and_a_second_load_adds_nothing(house: None) -> None:
    """Tuesday ten o'clock in the first centre."""
    assert load("NH") > 100
    adds_up()
    assert {order.stage for order in WorkOrder.objects.all()} >= {str(stage) for stage in SHOWN}
    requests = Appointment.objects.filter(state="requested")
    assert requests.count() == 3
    assert Appointment.objects.filter(state="confirmed", starts_at__gt=now()).count() >= 6
    assert {hold.cause for hold in Hold.objects.filter(ended_at=None)} == {"parts", "consent"}
    assert {finding.state for finding in Finding.objects.all()} == {"reported", "proposed"}
    assert {"waiting", "assigned", "running", "paused", "done"} <= {job.state for job in Job.objects.all()}
    assert booking.remind() == 0
    late = WorkOrder.objects.filter(stage__in=IN_HOUSE, promised_at__lt=now(), ready_at=None)
    assert late.count() == 1
    assert SurveyResponse.objects.filter(completed_at=None).exists()
    before = Event.objects.count(), Appointment.objects.count(), Customer.objects.count(), User.objects.count()
    everybody()
    assert load("NH") == 0
    assert (
        Event.objects.count(),
        Appointment.objects.count(),
        Customer.objects.count(),
        User.objects.count(),
    ) == before


@pytest.mark.django_db
def test_the_next_day_has_a_today_of_its_own_and_old_cars_are_finished(
    house: None, at_tuesday_ten: MovableClock
) -> None:
    """History, calls and problems of a small centre; a day later its cars are gone and others stand there."""
    load("SG", share=0.2)
    adds_up()
    yesterday = set(WorkOrder.objects.in_house().values_list("pk", flat=True))
    assert WorkOrder.objects.at(Stage.CLOSED).exists()
    assert FollowUp.objects.waiting().exists()
    assert Problem.objects.unsettled().exists()
    case = Complaint.objects.get()
    assert now() < case.answer_due_at < now() + dt.timedelta(hours=2)
    go_to(at_tuesday_ten, "2026-11-25T15:00:00")
    assert load("SG", share=0.2) > 0
    adds_up()
    today = set(WorkOrder.objects.in_house().values_list("pk", flat=True))
    assert not today & yesterday
    assert len(today) >= 5
    assert load("SG", share=0.2) == 0


class TurnedOff(Engine):
    """An engine whose house is stopped an hour before it is done."""

    def run(self, until: dt.datetime) -> None:
        super().run(until - dt.timedelta(hours=1))
        raise KeyboardInterrupt


@pytest.mark.django_db
def test_a_load_that_was_interrupted_goes_on(house: None) -> None:
    """Ctrl-C in the middle: the next load finishes what stands half way, and is then done."""
    with pytest.raises(KeyboardInterrupt):
        load("SG", engine=TurnedOff)
    begun = set(WorkOrder.objects.values_list("pk", flat=True))
    assert load("SG") > 0
    adds_up()
    assert begun < set(WorkOrder.objects.values_list("pk", flat=True))
    assert load("SG") == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("code", "moment"),
    [
        ("TH", "2026-11-24T08:31:00"),
        ("TH", "2026-11-24T12:30:00"),
        ("SG", "2026-11-28T23:55:00"),
        ("TH", "2027-01-01T10:00:00"),
        ("TH", "2027-02-08T09:00:00"),
    ],
    ids=["just opened", "lunch", "Saturday night", "New Year", "Chinese New Year"],
)
def test_it_looks_right_at_any_hour(house: None, at_tuesday_ten: MovableClock, code: str, moment: str) -> None:
    go_to(at_tuesday_ten, moment)
    load(code)
    adds_up()
    stages = {order.stage for order in WorkOrder.objects.in_house()}
    assert {"reception", "authorised", "repair", "final", "preparation", "ready"} <= stages
    if not Calendar(ServiceCentre.objects.get(code=code)).is_open(now()):
        assert not WorkSpan.objects.running().exists()


@pytest.mark.django_db
def test_people_alone_are_the_first_centre(settings: object, reference: None) -> None:
    """What the proofs begin with: no visit, no other centre, and twice is once."""
    settings.DEMO = True  # type: ignore[attr-defined]
    for _twice in range(2):
        call_command("load_demo", "--people")
    assert [centre.code for centre in ServiceCentre.objects.all()] == ["NH"]
    assert (User.objects.count(), Customer.objects.count(), WorkOrder.objects.count()) == (13, 5, 0)
    assert [user.username for user in User.objects.filter(is_superuser=True)] == ["admin"]


@pytest.mark.django_db
def test_every_centre_has_every_role(house: None) -> None:
    """And the sign-in page's accounts, the managers in all of them."""
    for site in SITES:
        members = Membership.objects.filter(centre__code=site.code)
        assert {member.role for member in members} == set(Role.values)
    for username in ("manager", "gm", "admin"):
        assert Membership.objects.filter(user__username=username).count() == len(SITES)
    assert not Membership.objects.filter(final_say=True).exclude(user__username="gm").exists()


@pytest.mark.django_db
def test_refused_outside_demo_mode(settings: object) -> None:
    settings.DEMO = False  # type: ignore[attr-defined]
    with pytest.raises(CommandError, match="demo mode only"):
        call_command("load_demo")
    assert not ServiceCentre.objects.exists()


def test_every_language_says_the_same() -> None:
    """No centre lacks words for a case or an occasion that its stories come to."""
    spoken = BY_LANGUAGE.values()
    assert len({frozenset(words.CONCERNS) for words in spoken}) == 1
    assert all(len(words.CONCERNS) >= 25 for words in spoken)
    shared = set.intersection(*(set(words.PHRASES) for words in spoken))
    used = {"mark", "decline", "assign", "look", "parts", "late", "move", "cancel", "give_back", "rework"}
    assert used | {"call_good", "survey_good", "survey_low", "opinion_answer"} <= shared
