"""C1 in full, over HTTP: two hundred want the last place at once, by telephone and online. Short form: test_last_place.py."""

from __future__ import annotations

import datetime as dt
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.proofs.booking import REVIEW, steps
from tests.proofs.scene import TUESDAY_TEN, at_tuesday_ten, play
from tests.proofs.stack import Service
from tests.proofs.visitor import Page, last_step
from tests.proofs.wire import Answer, Wire, signed_in

pytestmark = pytest.mark.prove
ATTEMPTS, DESKS, PATIENCE = 200, 8, 300
SERVICE = "MNT-020"
WANTED = (TUESDAY_TEN + dt.timedelta(days=2, hours=4)).astimezone(ZoneInfo("Asia/Taipei"))
"""Thursday at two: far enough ahead for an advisor's answer."""
FULL = "14:00 has just been taken"
TIME = re.compile(r'<input[^>]*name="starts_at"[^>]*value="([^"]+)"')
BY_TELEPHONE = re.compile(r">Nearest</span>.*?</div>", re.DOTALL)
ONLINE = re.compile(r"The nearest times.*?</fieldset>", re.DOTALL)
SOLD = "SELECT count(*) FROM appointments_slotplace WHERE starts_at = %s"
BOOKED = "SELECT count(*) FROM appointments_appointment WHERE starts_at = %s"
Attempt = Callable[[], Answer]


@pytest.fixture
def service(state: Path) -> Iterator[Service]:
    """The house with two web workers, at Tuesday ten, with one place for each time."""
    service = Service(state)
    service.web.command = [*service.web.command]
    service.web.command[service.web.command.index("--workers") + 1] = "2"
    try:
        at_tuesday_ten(service.begin())
        service.rows("UPDATE staff_servicecentre SET reception_places = 1")
        yield service
        service.settle(180)
        service.reconcile()
    finally:
        service.stop()


def by_telephone(service: Service) -> list[Attempt]:
    """Advisors, signed in, with the form filled in: each attempt a call of somebody else."""
    desks = [signed_in(service.port, "advisor") for _ in range(DESKS)]

    def attempt(number: int) -> Attempt:
        wire = Wire(service.port, cookies={**desks[number % DESKS].cookies, "language": "en"}, patience=PATIENCE)
        form = {
            "source": "phone",
            "plate": f"CRW-{number:04}",
            "model": "TOY-RAV",
            "name": f"Caller {number}",
            "phone": f"0913{number:06}",
            "channel": "sms",
            "language": "zh-hant",
            "concern": "怠速會抖",
            "operations": SERVICE,
            "date": f"{WANTED:%F}",
            "starts_at": WANTED.isoformat(),
        }
        return lambda: wire.post("/appointments/new/", form)

    return [attempt(number) for number in range(ATTEMPTS)]


def online(service: Service) -> list[Attempt]:
    """Customers, each with a session and an address of his own, who have everything before them and press the last button."""
    centre = str(service.one("SELECT min(id) FROM staff_servicecentre"))

    def attempt(number: int) -> Attempt:
        address = f"127.1.{number // 200}.{number % 200 + 1}"
        wire = Wire(service.port, address, {"language": "en"}, PATIENCE)
        wire.get("/appointments/book/")
        for step, values in steps(number, centre, WANTED.isoformat(), f"c{number}@example.com", "sms"):
            pairs = [
                (name, one) for name, value in values.items() for one in ([value] if isinstance(value, str) else value)
            ]
            answer = wire.post(f"/appointments/book/{step}/", pairs)
            assert answer.status == 302, f"{step}: {answer.status} {answer.text[:2000]}"
        asked = last_step(Page(REVIEW, 200, wire.get(REVIEW).text))

        def press() -> Answer:
            answer = wire.post(REVIEW, asked)
            while answer.status == 302 and not answer.location.endswith("/received/"):
                answer = wire.get(answer.location)
            return answer

        return press

    with ThreadPoolExecutor(DESKS) as hands:
        return list(hands.map(attempt, range(ATTEMPTS)))


def all_at_once(attempts: list[Attempt]) -> list[Answer]:
    """Nobody begins before everybody is there."""
    start = threading.Barrier(len(attempts))

    def one(attempt: Attempt) -> Answer:
        start.wait(timeout=60)
        return attempt()

    with ThreadPoolExecutor(len(attempts)) as crowd:
        return list(crowd.map(one, attempts))


@pytest.mark.proof("C1")
@pytest.mark.parametrize("way", [by_telephone, online])
def test_c1_one_has_the_last_place_and_all_others_see_three_times(
    service: Service, way: Callable[[Service], list[Attempt]]
) -> None:
    answers = all_at_once(way(service))
    offers = play(service, "nearest", at=WANTED.isoformat(), code=SERVICE, online=way is online)
    told: Counter[str] = Counter()
    for answer in answers:
        named = "".join((BY_TELEPHONE if way is by_telephone else ONLINE).findall(answer.text))
        full = FULL in answer.text and TIME.findall(named) == offers
        told["booked" if answer.status == 302 else "full, three others" if full else f"{answer.status}"] += 1
    print(f"C1 {way.__name__}: {ATTEMPTS} on the last place: {dict(told)}; offered {offers}", flush=True)
    assert len(offers) == 3
    assert told == {"booked": 1, "full, three others": ATTEMPTS - 1}
    assert (service.one(SOLD, WANTED), service.one(BOOKED, WANTED)) == (1, 1)
