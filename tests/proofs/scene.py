"""Plays a scene in the database of a running service: visits made by the builders of tests/fixtures, in a process of their own.

`play(service, "letter", name="…")` runs `letter(name="…")` below with the demo's people and returns what it returned.

Long, because `play` looks up every scene here, by its name.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

from servicedesk.embedded.processes import CHECKOUT

if TYPE_CHECKING:
    from tests.proofs.stack import Service

TUESDAY_TEN = dt.datetime(2026, 11, 24, 2, 0, tzinfo=dt.UTC)


def play(service: Service, name: str, /, **values: Any) -> Any:
    """Run the scene `name` in a process of its own, as the application's own database role."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.proofs.scene", name, json.dumps(values)],
        capture_output=True,
        text=True,
        env=service.environment(),
        cwd=CHECKOUT,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads(done.stdout.splitlines()[-1])


def at_tuesday_ten(service: Service) -> None:
    """Set the service's clock to Tuesday ten o'clock in Taipei, an open day; scenes book for that afternoon."""
    service.rows("DELETE FROM staff_clockoffset")
    service.move_clock(int((TUESDAY_TEN - dt.datetime.now(dt.UTC)).total_seconds()))
    time.sleep(1.2)  # each process reads the offset once a second


def people() -> tuple[Any, dict[str, Any]]:
    """The demo's centre and its people by user name."""
    from servicedesk.staff.models import ServiceCentre, User

    return ServiceCentre.objects.get(code="NH"), {user.username: user for user in User.objects.all()}


def begun(plate: str = "PHO-0001") -> int:
    """A booked car that has arrived; its inspection is begun."""
    from tests.fixtures.reception import received

    centre, who = people()
    return received(centre, who["advisor"], plate=plate).pk


def letter(**booking: Any) -> int:
    """A booking confirmed, so that its letter goes out. `booking`: name, concern, email …"""
    from tests.fixtures.appointments import confirmed

    centre, who = people()
    return confirmed(centre, who["advisor"], **booking).pk


def nearest(at: str, code: str, *, online: bool) -> list[str]:
    """The times that people are offered who wanted `at` for the service `code`."""
    from appointments import slots
    from appointments.capacity.needs import work_for
    from tests.fixtures.appointments import operations

    centre, _who = people()
    wish = slots.Wish(work_for(operations([code])), online=online, after=slots.answered_by(centre) if online else None)
    return [slot.value for slot in slots.nearest_free(centre, dt.datetime.fromisoformat(at), wish)]


def booking_letters() -> dict[str, int]:
    """Bookings of one customer at the points that letters are sent from; the clock stands at Tuesday ten. Their keys."""
    from appointments import services
    from servicedesk.staff.actors import Actor
    from tests.fixtures.appointments import confirmed, requested, slot
    from tests.proofs.booking_links import wait_from

    centre, who = people()
    advisor = who["advisor"]
    by = Actor.of(advisor)
    missed = confirmed(centre, advisor, starts_at=slot(centre, 11))
    near = confirmed(centre, advisor, plate="AAA-0004", starts_at=slot(centre, 14, days=2))
    moved = confirmed(centre, advisor, plate="AAA-0002", starts_at=slot(centre, 15, days=6))
    services.move(moved, to=slot(centre, 16, days=6), by=by)
    gone = confirmed(centre, advisor, plate="AAA-0003", starts_at=slot(centre, 15, days=7))
    services.cancel(gone, by=by)
    requested(centre, plate="AAA-0005", starts_at=slot(centre, 12, days=6))
    for days in (0, 3):
        wait_from(centre, f"AAA-001{days}", days)
    return {"missed": missed.pk, "near": near.pk, "moved": moved.pk, "gone": gone.pk}


def booking_missed(pk: int) -> str:
    """The car did not come."""
    from appointments import services
    from appointments.models import Appointment
    from servicedesk.staff.actors import Actor

    _centre, who = people()
    return str(services.mark_no_show(Appointment.objects.get(pk=pk), by=Actor.of(who["advisor"])).state)


def booking_asked(plate: str) -> int:
    """A request, as it comes in."""
    from tests.fixtures.appointments import requested, slot

    centre, _who = people()
    return requested(centre, plate=plate, starts_at=slot(centre, 15, days=2)).pk


def booking_offered(pk: int) -> int:
    """Other times than its own are offered to it; returns how many."""
    from appointments import services
    from appointments.models import Appointment
    from servicedesk.staff.actors import Actor
    from tests.fixtures.appointments import slot

    centre, who = people()
    times = [slot(centre, hour, days=2) for hour in (9, 10)]
    return len(services.offer_times(Appointment.objects.get(pk=pk), times=times, by=Actor.of(who["advisor"])))


def booking_links() -> dict[str, str]:
    """The token of a link of every kind of letter about a booking."""
    from tests.proofs.booking_links import links_of_letters

    return {kind: link.token for kind, link in links_of_letters().items()}


def strangers_tokens(number: int) -> list[str]:
    """Tokens that open nothing."""
    from tests.proofs.booking_links import links_of_letters, wrong_tokens

    return wrong_tokens(list(links_of_letters().values()), number, seed=number)


def delivered(plate: str) -> int:
    """A visit from reception to the handed-over car, by the demo's people; returns the number of its follow-up plan."""
    from followup.models import FollowUpPlan
    from tests.fixtures import delivery, quality, workshop

    centre, who = people()
    visit = workshop.authorised_walk_in(centre, who["advisor"], plate=plate)
    workshop.repaired(visit, who["technician"], who["supervisor"])
    quality.self_checked(visit, who["technician"])
    quality.inspected(visit, who["inspector"])
    delivery.made_ready(visit, who["detailer"], who["cashier"])
    delivery.handed_over(visit, who["advisor"], who["cashier"])
    return FollowUpPlan.objects.get(work_order=visit).pk


def booked_and_delivered() -> int:
    """A visit that went the whole way from an online booking to the handed-over car; returns its key."""
    from tests.fixtures import delivery, quality, reception, workshop

    centre, who = people()
    visit = reception.authorised(centre, who["advisor"])
    workshop.repaired(visit, who["technician"], who["supervisor"])
    quality.self_checked(visit, who["technician"])
    quality.inspected(visit, who["inspector"])
    delivery.made_ready(visit, who["detailer"], who["cashier"])
    delivery.handed_over(visit, who["advisor"], who["cashier"])
    return visit.pk


def at_self_check(plate: str) -> int:
    """A visit whose jobs the technician has done; returns its key."""
    from tests.fixtures import workshop

    centre, who = people()
    visit = workshop.authorised_walk_in(centre, who["advisor"], plate=plate)
    return workshop.repaired(visit, who["technician"], who["supervisor"]).pk


def sign_as(visit: int, report: str, who: str) -> int:
    """Let the services sign as somebody who may not; returns 1 when they refused."""
    from quality import services
    from servicedesk.staff.actors import Actor
    from servicedesk.staff.repeats import Refusal
    from servicedesk.workorders.models import WorkOrder
    from tests.fixtures import quality

    order, by = WorkOrder.objects.get(pk=visit), Actor.of(people()[1][who])
    try:
        if report == "final":
            odometer = {"odometer_before": 50_000, "odometer_after": 50_001}
            services.sign_final(order, by=by, marks=quality.final_marks(order), **odometer)
        else:
            services.sign_self_check(order, by=by, marks=quality.self_check_marks(order))
    except Refusal:
        return 1
    return 0


def random_bills(seed: int, number: int) -> list[int]:
    """Bills of random work at random prices; returns their keys."""
    from tests.proofs import bills

    centre, who = people()
    return [bill.pk for bill in bills.some(centre, who, seed, number)]


def wrong_bills(texts: dict[str, str]) -> list[str]:
    """What is wrong with the figures of the bills, and with what their papers say. `texts`: by the bill's key."""
    from delivery.models import Bill
    from tests.proofs import bills

    wrong = []
    for bill in Bill.objects.select_related("centre").filter(pk__in=texts):
        bill.centre.minor_units = 0 if bill.currency == "TWD" else 2
        wrong += [f"{bill.number}: {said}" for said in bills.wrong_figures(bill)]
        wrong += [f"{bill.number}: not on the paper: {said}" for said in bills.wrong_words(bill, texts[str(bill.pk)])]
    return wrong


def hostile_visit(markup: str, short: dict[str, str]) -> tuple[int, int]:
    """A visit with every paper there is, after `markup` (or what of it is `short` enough) was put wherever words are kept.

    Returns the key of a second visit, whose bill is still a draft, and how many columns were spoilt.
    """
    import pgtrigger

    from delivery import services
    from servicedesk.catalogue.models import ChecklistItem, LabourOperation, Part
    from servicedesk.customers.models import Customer, Vehicle
    from servicedesk.staff.actors import Actor
    from servicedesk.staff.models import ServiceCentre, User
    from tests.delivery.visits import whole_visit
    from tests.fixtures import quality, workshop

    centre, who = people()
    own = {
        ServiceCentre: ("name", "address"),
        User: ("display_name",),
        Customer: ("name",),
        Vehicle: ("make", "model_name", "colour"),
        LabourOperation: ("name_en", "name_zh_hant", "name_zh_hans"),
        Part: ("name_en", "name_zh_hant", "name_zh_hans", "unit_en", "unit_zh_hant", "unit_zh_hans"),
        ChecklistItem: ("name_en", "name_zh_hant", "name_zh_hans"),
    }

    def spoil() -> int:
        for model, columns in own.items():
            sizes = {name: model._meta.get_field(name).max_length or 500 for name in columns}
            with pgtrigger.ignore("catalogue.ChecklistItem:words_are_kept"):
                model._default_manager.update(**{name: short[str(min(size, 500))] for name, size in sizes.items()})
        return sum(map(len, own.values()))

    spoil()
    centre.refresh_from_db()
    who = {name: User.objects.get(pk=user.pk) for name, user in who.items()}
    visit = whole_visit(centre, who, words=markup, name=short["80"], plate=short["16"][:5] + "-1001")
    spoilt = spoil()
    draft = workshop.authorised_walk_in(centre, who["advisor"], plate="EVL-1002")
    workshop.repaired(draft, who["technician"], who["supervisor"])
    quality.self_checked(draft, who["technician"])
    quality.inspected(draft, who["inspector"])
    services.issue_bill(draft, by=Actor.of(who["cashier"]))
    bill = draft.bills.get(number__isnull=False)
    services.credit_bill(bill, reason=short["200"], by=Actor.of(who["cashier"]))
    assert visit.pk != draft.pk
    return draft.pk, spoilt


def whole_town() -> dict[str, Any]:
    """A row at every point of the process, and a stranger of another centre. Returns links, and the cars' plates."""
    from django.contrib.auth.hashers import make_password

    from servicedesk.staff.roles import Role
    from servicedesk.staff.views import DEMO_PASSWORD
    from tests.fixtures.people import make_centre, make_user
    from tests.proofs import town

    centre, who = people()
    built = town.build(
        centre, {name: user for name, user in who.items() if name in {*Role.values, "technician2", "technician3"}}
    )
    make_user("stranger", "外人", make_centre("KH", "高雄前鎮廠"), *Role.values, password=make_password(DEMO_PASSWORD))
    links = {f"link:{link.purpose}:{link.pk}": link.path for link in built.links()}
    return {"links": links, "plates": built.names()}


def decided(number: int) -> list[int]:
    """Cars whose customers have decided: an advisor may hand them to the workshop, or give them back."""
    from servicedesk.staff.actors import Actor
    from tests.fixtures import appointments, reception
    from tests.proofs.town import decide

    centre, who = people()
    made = []
    for n in range(number):
        times = {"starts_at": appointments.slot(centre, 9 + n % 8, days=1 + n // 8)}
        visit, shown = reception.estimated(
            centre,
            who["advisor"],
            plate=f"TWO-{n:04}",
            name=f"客戶{n}",
            phone=f"0955{n:06}",
            email=f"{n}@example.com",
            **times,
        )
        decide(shown, visit, Actor.of(who["advisor"]))
        made.append(visit.pk)
    return made


def random_walk(examples: int, steps: int) -> dict[str, Any]:
    """People doing anything at any time, for good: nothing is rolled back, and the worker works along."""
    from hypothesis import HealthCheck, settings
    from hypothesis.stateful import run_state_machine_as_test

    from tests.proofs.random_walk import Walk

    centre, who = people()

    class Here(Walk):
        rolled_back = False

    Here.centre, Here.people = centre, who
    Here.technicians = [who["technician"], who["technician2"]]
    Here.said_yes, Here.said_no = {}, {}
    calm = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, database=None, suppress_health_check=calm
        ),
    )
    return {"yes": Here.said_yes, "no": Here.said_no}


def main() -> None:
    """Set Django up, play, and print the result as one line of JSON."""
    import django

    django.setup()
    name, values = sys.argv[1], json.loads(sys.argv[2])
    print(json.dumps(globals()[name](**values)))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "servicedesk.settings")
    main()
