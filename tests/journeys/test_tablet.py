"""Reception on a tablet: marks and photos, a gap in the connection, the signature, the estimate, partial consent by link."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.fixtures.pictures import picture
from tests.journeys.conftest import PHONE, TABLET, House, Person
from tests.journeys.photos import TEN_PHOTOS, cameras, on_a_poor_phone, take
from tests.journeys.reception import all_good, sign_result

KEPT = (
    "SELECT count(DISTINCT i.id), count(DISTINCT m.id), count(DISTINCT p.id), count(DISTINCT r.id) "
    "FROM reception_inspection n LEFT JOIN reception_inspectionitem i ON i.inspection_id = n.id "
    "LEFT JOIN reception_damagemark m ON m.inspection_id = n.id "
    "LEFT JOIN reception_inspectionphoto p ON p.inspection_id = n.id AND p.mark_id IS NOT NULL "
    "LEFT JOIN reception_pointresult r ON r.inspection_id = n.id WHERE n.work_order_id = %s"
)
DECIDED = (
    "SELECT o.code, l.state FROM workorders_workorderline l JOIN catalogue_labouroperation o ON o.id = l.operation_id "
    "WHERE l.work_order_id = %s AND l.parent_id IS NULL ORDER BY o.code"
)


PHOTOS = (
    "SELECT p.width, p.height, p.file FROM documents_photo p JOIN reception_inspectionphoto i ON i.photo_id = p.id"
    " JOIN reception_inspection n ON n.id = i.inspection_id WHERE n.work_order_id = %s ORDER BY i.id"
)


QUEUED = """new Promise((done) => {
  const opening = indexedDB.open("servicedesk-inspection");
  opening.onsuccess = () => {
    const asked = opening.result.transaction("entries").objectStore("entries").getAll();
    asked.onsuccess = () => {
      opening.result.close();
      const texts = asked.result.map((entry) => JSON.stringify(entry));
      done([asked.result.some((entry) => entry.photo && !entry.sent), texts.some((text) => text.includes("1.5"))]);
    };
  };
})"""
"""Whether a photo is kept in the tablet, and the reading."""


def tap(page: Page, x: float, y: float) -> None:
    """A place of the outline, in its own units of 500 × 440."""
    svg = page.locator("[data-damage] svg")
    box = svg.bounding_box()
    assert box
    svg.click(position={"x": box["width"] * x / 500, "y": box["height"] * y / 440})


def connection(advisor: Person, *, on: bool) -> None:
    advisor.page.context.set_offline(not on)


def state(page: Page, now: str, waiting: int | None = None) -> None:
    """What the foot says."""
    foot = page.locator("[data-outbox]").last
    expect(foot).to_have_attribute("data-now", now, timeout=15_000)
    if waiting is not None:
        expect(foot).to_have_attribute("data-waiting", str(waiting))


def photo(page: Page, file: Path) -> None:
    page.locator('[data-photos] input[type="file"]').first.set_input_files(file)


def test_a_tablet_through_a_gap_in_the_connection(house: House, person: Callable[..., Person], tmp_path: Path) -> None:
    """M2.1-a, M2.2-a to M2.2-c. What is tapped without a connection survives a reload, goes out once, and is signed."""
    house.before("booked", "TAB-0001", "2026-11-24", "11:00")
    file = tmp_path / "dent.jpg"
    file.write_bytes(picture((1200, 900), "JPEG"))
    advisor = person("advisor", screen=TABLET)
    page = advisor.go("/reception/")
    page.locator('a[href*="appointment="]', has_text="TAB-0001").first.click()
    advisor.choose("as_booked", "yes")
    advisor.next()
    pk = int(house.one("SELECT id FROM workorders_workorder ORDER BY id DESC LIMIT 1"))
    page.goto(f"{house.url}/reception/{pk}/inspect/")
    advisor.fill(odometer="40210", keys="2")
    advisor.choose("fuel", "1/2")
    page.locator('[data-to="exterior"]').click()
    tap(page, 182, 86)
    page.locator(".sd-kinds").get_by_text("凹陷", exact=True).click()
    photo(page, file)
    expect(page.locator('[data-photo][data-state="kept"]')).to_have_count(1)
    state(page, "saved", 0)
    kept = (
        f"caches.match('/reception/{pk}/inspect/').then((page) => Boolean(page && navigator.serviceWorker.controller))"
    )
    house.wait("keep the page for offline", lambda: bool(page.evaluate(kept)))
    advisor.look_over("tablet-1-mark")

    connection(advisor, on=False)
    tap(page, 30, 227)
    page.locator(".sd-kinds").get_by_text("刮傷", exact=True).click()
    photo(page, file)
    page.locator('[data-to="points"]').click()
    tread = page.locator("[data-point][data-measured]").filter(has_text="左前胎紋")
    tread.locator("input").first.fill("1.5")
    tread.locator("input").first.blur()
    expect(tread.locator('[data-v="red"] input')).to_be_checked()
    state(page, "offline")  # how many wait depends on how quick one is: a change of what is being tried is one more
    house.wait("keep the photo and the reading in the tablet", lambda: all(page.evaluate(QUEUED)))
    page.reload()
    state(page, "offline")
    expect(page.locator("[data-mark-key]")).to_have_count(2)
    expect(page.locator("[data-photo]")).to_have_count(2)
    expect(page.locator('[data-point] [data-v="red"] input:checked')).to_have_count(1)
    advisor.look_over("tablet-2-offline")
    assert house.rows(KEPT, pk) == [(1, 1, 1, 0)]

    connection(advisor, on=True)
    state(page, "saved", 0)
    all_good(advisor)
    items, marks, photos, points = house.rows(KEPT, pk)[0]
    assert (marks, photos, items > 20, points > 20) == (2, 2, True, True)
    assert house.one("SELECT verdict FROM reception_pointresult WHERE value = 1.5") == "red"
    sign_result(advisor, "客0001")
    assert house.one("SELECT confirmed_at IS NOT NULL FROM reception_inspection WHERE work_order_id = %s", pk) is True

    advisor.go(f"/reception/{pk}/estimate/")
    advisor.page.locator("[data-option]", has_text="更換煞車油").first.click()
    advisor.fill(finding="煞車油含水率 3.5%")
    advisor.page.locator('form:has(input[type="radio"][name="operation"]) button').last.click()
    advisor.page.wait_for_load_state()
    advisor.press("寄連結")
    customer = person(screen=PHONE)
    customer.go(house.letter("estimate_approval").link)
    for finding in customer.page.locator(".c-finding").all():
        declined = "煞車油" in finding.inner_text()
        finding.locator(f'label:has(input[value="{"decline" if declined else "approve"}"])').click()
    customer.look_over("tablet-3-consent")
    customer.fill(signature_name="客0001")
    customer.draw_signature()
    customer.next()
    states = dict(house.rows(DECIDED, pk))
    assert (states.pop("MNT-070"), set(states.values())) == ("declined", {"approved"})


def test_photos_upright_and_sideways_a_heic_and_no_photo(
    house: House, person: Callable[..., Person], tmp_path: Path
) -> None:
    pk = house.before("received", "PHO-0001")
    advisor = person("advisor", screen=PHONE)
    page = advisor.go(f"/reception/{pk}/inspect/")
    on_a_poor_phone(page)
    assert take(page, cameras(tmp_path, 2)) <= TEN_PHOTOS  # the ten are proved alone: tests/proofs/test_photos_wired.py
    (tmp_path / "iphone.heic").write_bytes(picture((900, 600), "HEIF"))
    take(page, [tmp_path / "iphone.heic"])
    rows = house.rows(PHOTOS, pk)
    assert sorted((width, height) for width, height, _file in rows[:2]) == [(1200, 1600), (1600, 1200)]
    assert [(width, height) for width, height, _file in rows[2:]] == [(900, 600)]
    files = [house.state / "media" / "private" / name for *_size, name in rows]
    assert [file.stat().st_size <= 400_000 and b"Exif" not in file.read_bytes() for file in files] == [True] * 3

    (tmp_path / "notes.jpg").write_text("no photo")
    page.locator('[data-photos] input[type="file"][multiple]').last.set_input_files(tmp_path / "notes.jpg")
    expect(page.locator(".sd-photo-why")).to_contain_text("JPEG")
    advisor.look_over("photos-phone")
    with page.expect_file_chooser():
        page.get_by_role("button", name="重拍").click()
    expect(page.locator(".sd-photo-why")).to_have_count(0)
    page.get_by_role("button", name="刪除照片").first.click()
    expect(page.locator("[data-photo]")).to_have_count(2)
    page.reload()
    expect(page.locator('[data-photo][data-state="kept"] img')).to_have_count(2)
