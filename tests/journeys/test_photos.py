"""Photos taken on a phone at the car, on a poor line: shrunk in the browser, kept small; what is no photo says what to do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.fixtures.pictures import picture
from tests.journeys.conftest import PHONE, House, Person
from tests.journeys.photos import TEN_PHOTOS, cameras, on_a_poor_phone, take

KEPT = (
    "SELECT p.width, p.height, p.file FROM documents_photo p JOIN reception_inspectionphoto i ON i.photo_id = p.id"
    " JOIN reception_inspection n ON n.id = i.inspection_id WHERE n.work_order_id = %s ORDER BY i.id"
)


def test_three_photos_a_heic_and_no_photo(house: House, person: Callable[..., Person], tmp_path: Path) -> None:
    pk = house.before("received", "PHO-0001")
    advisor = person("advisor", screen=PHONE)
    page = advisor.go(f"/reception/{pk}/inspect/")
    three = cameras(tmp_path, 3)
    on_a_poor_phone(page)
    seconds = take(page, three)
    print(f"three photos of 12 megapixels: {seconds:.1f} s")
    assert seconds <= TEN_PHOTOS  # of a busy machine; the ten are proved alone: tests/proofs/test_photos_wired.py
    (tmp_path / "iphone.heic").write_bytes(picture((900, 600), "HEIF"))
    take(page, [tmp_path / "iphone.heic"])
    rows = house.rows(KEPT, pk)
    assert sorted((width, height) for width, height, _file in rows) == sorted(
        [(1600, 1200), (1200, 1600), (1600, 1200), (900, 600)]
    )
    files = [house.state / "media" / "private" / name for *_size, name in rows]
    assert [file.stat().st_size <= 400_000 and b"Exif" not in file.read_bytes() for file in files] == [True] * 4

    (tmp_path / "notes.jpg").write_text("no photo")
    page.locator('[data-photos] input[type="file"][multiple]').last.set_input_files(tmp_path / "notes.jpg")
    expect(page.locator(".sd-photo-why")).to_contain_text("JPEG")
    advisor.look_over("photos-phone")
    with page.expect_file_chooser():
        page.get_by_role("button", name="重拍").click()
    expect(page.locator(".sd-photo-why")).to_have_count(0)
    page.get_by_role("button", name="刪除照片").first.click()
    expect(page.locator("[data-photo]")).to_have_count(3)
    page.reload()
    expect(page.locator('[data-photo][data-state="kept"] img')).to_have_count(3)
