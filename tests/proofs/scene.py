"""Plays a scene in the database of a running service: visits made by the builders of tests/fixtures, in a process of their own.

`play(service, "letter", name="…")` runs `letter(name="…")` below with the demo's people and returns what it returned.
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


def play(service: Service, name: str, **values: Any) -> Any:
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


def letter(**booking: Any) -> int:
    """A booking confirmed, so that its letter goes out. `booking`: name, concern, email …"""
    from tests.fixtures.appointments import confirmed

    centre, who = people()
    return confirmed(centre, who["advisor"], **booking).pk


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


def main() -> None:
    """Set Django up, play, and print the result as one line of JSON."""
    import django

    django.setup()
    name, values = sys.argv[1], json.loads(sys.argv[2])
    print(json.dumps(globals()[name](**values)))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "servicedesk.settings")
    main()
