"""How long a paper takes: `python bench/pdf.py [rounds]`.

Prints the median milliseconds, warm, of a bill-like paper of 8 lines (goal ≤ 400 ms) and of 12 lines, the latter beside
a minimal WeasyPrint document of the same lines (goal ≤ 1.5 ×), each with its fonts loaded once; then eight at once, a
paper of 600 lines (in its own process), and the memory of this process.
"""

import os
import resource
import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

os.environ.setdefault("SERVICEDESK_MODE", "test")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "servicedesk.settings_test")
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import django

django.setup()

from weasyprint import CSS, HTML  # noqa: E402
from weasyprint.text.fonts import FontConfiguration  # noqa: E402

from servicedesk.documents import engine, pdf  # noqa: E402
from servicedesk.documents.parts import Column, Heading, Lines, Signed  # noqa: E402
from servicedesk.staff.models import ServiceCentre  # noqa: E402

CENTRE = ServiceCentre(name="禾沐汽車 內湖服務廠", address="台北市內湖區示範路88號", phone="02-5550-0188")
WORK = [
    "大保養（約4萬公里）",
    "全車健檢",
    "更換前煞車來令片",
    "更換煞車油",
    "更換冷氣濾網",
    "四輪定位",
    "更換雨刷片",
    "電瓶檢測",
]


def bill(lines: int) -> dict:
    """A bill of `lines` lines, half labour and half parts."""
    labour, parts = lines // 2, lines - lines // 2
    columns = [Column("代碼", "code"), Column("維修項目"), Column("技師"), Column("來源", "tag"), Column("工時", "n")]
    amounts = [Column("單價", "n"), Column("金額", "n")]
    return {
        "heading": Heading(CENTRE, "結算明細單", "S2611-0296", "DEM-0526", "開立後不得修改", "NH-S26-000296"),
        "parties": [
            [("客戶", "林雨澄 小姐"), ("電話", "0955-500-226"), ("送修人", "本人")],
            [("車牌號碼", "DEM-0526"), ("廠牌車款", "豐田 RAV4（油電）"), ("進廠里程", "39,842公里")],
            [("進廠", "2026/11/26 09:28"), ("完工", "2026/11/26 16:48"), ("工單號碼", "W2611-0318")],
        ],
        "notes_title": "問題、原因與處置",
        "notes": [
            ("客戶反映問題", "踩煞車時前面有尖銳的聲音，下雨天更明顯。"),
            ("維修處置", "更換前煞車來令片一組，試車6公里，聲音消失。"),
        ],
        "sections": [
            (
                "工資",
                "新台幣元，未稅",
                Lines(
                    [*columns, *amounts],
                    [
                        [f"MNT-{i:03}", WORK[i % len(WORK)], "陳冠霖", "追加" if i % 2 else "", "1.0", "1,200", "1,200"]
                        for i in range(labour)
                    ],
                    [["工資小計", f"{labour}.0", "", f"{labour * 1200:,}"]],
                ),
            ),
            (
                "零件與耗材",
                "新台幣元，未稅",
                Lines(
                    [
                        Column("料號", "code"),
                        Column("品名"),
                        Column("數量", "n"),
                        Column("單價", "n"),
                        Column("金額", "n"),
                    ],
                    [[f"P-{i:04}", f"前煞車來令片組 {i}", "1組", "2,400", "2,400"] for i in range(parts)],
                    [["零件與耗材小計", f"{parts * 2400:,}"]],
                ),
            ),
        ],
        "remark": "比您同意的金額少88元。",
        "sums": [("工資", "6,120", ""), ("未稅合計", "11,604", "rule"), ("應付總額", "NT$ 12,184", "big")],
        "agreed": "服務顧問已說明維修內容與費用，我已驗收車輛並收到本單、終檢報告與發票。",
        "signatures": [
            Signed("客戶驗收", "林雨澄", "2026/11/26 17:41"),
            Signed("服務顧問", "許博安", "2026/11/26 17:41"),
        ],
    }


def paper(lines: int) -> bytes:
    """The bill as our customers get it."""
    return pdf.render("pdf/sheet.html", bill(lines), language="zh-hant")


def minimal(fonts: FontConfiguration, sheet: CSS, lines: int) -> bytes:
    """The same lines with WeasyPrint alone: one bare table, one face."""
    cells = (row for _title, _note, part in bill(lines)["sections"] for row in part.rows)
    rows = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in cells)
    return HTML(string=f"<table>{rows}</table>").write_pdf(font_config=fonts, stylesheets=[sheet])


def medians(rounds: int, *acts) -> list[float]:
    """Median milliseconds of each of `acts`, done in turn, so that other work on the machine touches all alike."""
    times: list[list[float]] = [[] for _act in acts]
    for _round in range(rounds):
        for act, taken in zip(acts, times, strict=True):
            started = time.perf_counter()
            act()
            taken.append((time.perf_counter() - started) * 1000)
    return [statistics.median(taken) for taken in times]


def main(rounds: int) -> None:
    """Print the figures."""
    started = time.perf_counter()
    pdf.warm()
    print(f"warming up            {(time.perf_counter() - started) * 1000:7.0f} ms, once per process")
    fonts = FontConfiguration()
    face = engine.OWN_FILES["NotoSansTC_400Regular.ttf"].as_uri()
    sheet = CSS(string=f"@font-face {{ font-family: F; src: url({face}) }} * {{ font-family: F }}", font_config=fonts)
    acts = (lambda: paper(8), lambda: paper(12), lambda: minimal(fonts, sheet, 12))
    medians(1, *acts)
    eight, twelve, bare = medians(rounds, *acts)
    print(f"bill of 8 lines       {eight:7.0f} ms   (goal ≤ 400)   {len(paper(8)) // 1024} kB")
    print(f"bill of 12 lines      {twelve:7.0f} ms")
    print(f"minimal, 12 lines     {bare:7.0f} ms   (goal: bill ≤ 1.5 ×; it is {twelve / bare:.1f} ×)")
    started = time.perf_counter()
    with ThreadPoolExecutor(8) as pool:
        sizes = [len(done) for done in pool.map(paper, [8] * 8)]
    print(f"eight at once         {(time.perf_counter() - started) * 1000:7.0f} ms   all {len(sizes)} finished")
    print(f"paper of 600 lines    {medians(1, lambda: paper(600))[0]:7.0f} ms   in its own process")
    print(f"memory of this process {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024:6} MB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
