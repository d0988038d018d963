"""Papers: Chinese reads back, long ones finish, and nothing is fetched or attached (proof I4)."""

import base64
import io
import logging
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.utils.translation import gettext_lazy
from pypdf import PdfReader

from servicedesk.documents import engine, pdf, photos, signatures
from servicedesk.documents.parts import Column, Heading, Lines, Signed
from tests.documents.conftest import drawing
from tests.fixtures.pictures import flat_png, picture, upload

pytestmark = pytest.mark.django_db


def text(content: bytes) -> str:
    """The words on all pages."""
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def pictures(content: bytes) -> int:
    return sum(len(page.images) for page in PdfReader(io.BytesIO(content)).pages)


def lines(count: int) -> Lines:
    return Lines(
        [Column("代碼", "code"), Column("維修項目"), Column("金額", "n")],
        [[f"MNT-{i:04}", "更換前煞車來令片", "1,200"] for i in range(count)],
        [["小計", f"{count * 1200:,}"]],
    )


@pytest.fixture
def heading(centre) -> Heading:
    return Heading(centre, gettext_lazy("Workshop supervisor"), "S2611-0296", "DEM-0526", code="NH-S26-000296")


@pytest.mark.parametrize("language", ["zh-hant", "zh-hans", "en"])
def test_rare_characters_of_both_scripts_read_back(heading, language):
    """Hong Kong's 衞 峯 邨 and simplified 车 发动机, bold and not, in papers of every language, from our own faces."""
    words = "衞峯邨 林雨澄 车辆发动机 −88 NT$"
    content = pdf.render(
        "pdf/sheet.html",
        {"heading": heading, "parties": [[("a", words), ("b", "邨")]], "remark": words},
        language=language,
    )
    found = text(content)
    for word in words.split():
        assert word in found
    fonts = {font for page in PdfReader(io.BytesIO(content)).pages for font in page["/Resources"]["/Font"].values()}
    assert all("Noto-Sans" in font.get_object()["/BaseFont"] for font in fonts)
    assert PdfReader(io.BytesIO(content)).root_object["/Lang"] == language


def test_a_paper_has_letterhead_running_head_and_one_total(heading):
    content = pdf.render(
        "pdf/sheet.html", {"heading": heading, "sections": [("工資", "新台幣元", lines(70))]}, language="zh-hant"
    )
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]
    assert len(pages) == 2
    assert ["台北市內湖區示範路88號" in page for page in pages] == [True, False]
    assert ["S2611-0296" in pages[1], "DEM-0526" in pages[1]] == [True, True]
    assert [page.count("維修項目") for page in pages] == [1, 1]
    assert [page.count("84,000") for page in pages] == [0, 1]


def test_photos_and_signatures_are_printed(heading, by, centre):
    photo = photos.keep(upload(picture((900, 600))), by=by, centre=centre)
    drawn = signatures.keep(drawing(), name="林雨澄", by=by, centre=centre)
    typed = signatures.keep("", name="許博安", by=by, centre=centre, typed=True)
    content = pdf.render(
        "pdf/sheet.html",
        {
            "heading": heading,
            "photos": [(photo, "前保險桿 09:34")],
            "agreed": "我已驗收車輛",
            "signatures": [Signed("客戶", "林雨澄", "17:41", drawn), Signed("服務顧問", "許博安", "17:41", typed)],
        },
        language="zh-hant",
    )
    assert pictures(content) == 3  # with the QR code
    assert text(content).count("許博安") == 2
    assert len(content) < 200_000


@pytest.fixture
def listener():
    """A server on the loopback that notes what is asked of it."""
    asked: list[str] = []

    class Notes(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Notes)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server.server_port, asked
    server.shutdown()
    server.server_close()
    thread.join()


def hostile(port: int) -> str:
    """Everything that might make a renderer fetch or attach."""
    targets = [
        "file:///etc/passwd",
        f"http://127.0.0.1:{port}/x.png",
        "paper:../engine.py",
        "paper:papers.css",
        "paper:/etc/passwd",
        "ftp://127.0.0.1/x",
        "data:text/html,<b>x",
        "data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciLz4=",
    ]
    return "".join(
        f'<link rel=attachment href="{target}"><a rel="attachment" href="{target}">a</a><img src="{target}">'
        f'<link rel=stylesheet href="{target}"><object data="{target}"></object><embed src="{target}">'
        f"<p style=\"background: url('{target}'); list-style-image: url({target})\">p</p>"
        f'<style>@import url("{target}"); @font-face {{ font-family: x; src: url("{target}") }} p {{ font-family: x }}'
        f'</style><svg xmlns="http://www.w3.org/2000/svg"><image href="{target}" width="9" height="9"/>'
        f'<use href="{target}#a"/></svg>'
        for target in targets
    )


def attachments(content: bytes) -> list:
    reader = PdfReader(io.BytesIO(content))
    noted = [
        annotation.get_object()["/Subtype"]
        for page in reader.pages
        for annotation in page.get("/Annots", [])
        if annotation.get_object()["/Subtype"] == "/FileAttachment"
    ]
    return [*reader.attachments, *noted, *(["/AF"] if "/AF" in reader.trailer["/Root"] else [])]


def test_markup_in_a_field_is_printed_as_it_was_typed(heading, listener):
    port, asked = listener
    markup = f'<img src="file:///etc/passwd"><link rel=attachment href="http://127.0.0.1:{port}">'
    content = pdf.render("pdf/sheet.html", {"heading": heading, "parties": [[("x", markup)]]}, language="en")
    assert '<img src="file:///etc/passwd">' in text(content).replace("\n", "")
    assert (asked, attachments(content)) == ([], [])


@pytest.mark.parametrize("base", ["", '<base href="file:///etc/">'])
def test_even_raw_markup_fetches_and_attaches_nothing(listener, caplog, base):
    port, asked = listener
    caplog.set_level(logging.CRITICAL, logger="weasyprint")
    content = engine.write(base + hostile(port) + '<img src="passwd">', faces="tc", page_of="{page}")
    assert asked == []
    assert attachments(content) == []
    assert pictures(content) == 0
    assert b"root:" not in content + text(content).encode()


def test_a_picture_bomb_in_a_data_address_is_not_decoded(caplog):
    caplog.set_level(logging.CRITICAL, logger="weasyprint")
    bomb = base64.b64encode(flat_png(13_000)).decode()
    assert pictures(engine.write(f'<img src="data:image/png;base64,{bomb}">', faces="tc", page_of="{page}")) == 0


def test_eight_at_once_all_finish(heading):
    context = {"heading": heading, "sections": [("工資", "", lines(4))]}
    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(lambda _i: pdf.render("pdf/sheet.html", context, language="zh-hant"), range(8)))
    assert ["更換前煞車來令片" in text(content) for content in done] == [True] * 8


def test_a_long_paper_is_laid_out_in_its_own_process(heading):
    content = pdf.render(
        "pdf/sheet.html", {"heading": heading, "sections": [("工資", "", lines(310))]}, language="zh-hant"
    )
    assert text(content).count("更換前煞車來令片") == 310


def test_a_paper_beyond_all_measure_is_refused(heading):
    with pytest.raises(pdf.PaperTooLong, match="more than 4000 lines"):
        pdf.render("pdf/sheet.html", {"heading": heading, "sections": [("工資", "", lines(4001))]}, language="en")


def test_there_are_papers_in_three_languages(heading):
    with pytest.raises(ValueError, match="no papers in 'fr'"):
        pdf.render("pdf/sheet.html", {"heading": heading}, language="fr")


def test_a_forked_worker_prints_with_fonts_of_its_own():
    """The child must neither hang on the parent's thread nor take the parent's fonts away when it ends."""
    engine.write("暖", faces="tc", page_of="{page}")
    folder = engine._printer.fonts._folder
    child = os.fork()
    if child == 0:
        good = (
            engine.write("邨", faces="tc", page_of="{page}").startswith(b"%PDF-")
            and engine._printer.fonts._folder != folder
        )
        engine._let_go()
        os._exit(0 if good else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert len(list(folder.iterdir())) == 4
    assert "邨" in text(engine.write("邨", faces="tc", page_of="{page}"))
