"""I4: HTML, CSS, file and loopback addresses in every word that reaches a paper: nothing is fetched, nothing attached.

Short form: each kind of paper with every word of it replaced. Full form: typed and kept wherever the house keeps words,
then printed by the worker and, where it is shown at once, by the web.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.utils.translation import override

from servicedesk.documents import papers, pdf
from servicedesk.documents.models import PaperOrder
from servicedesk.staff.models import ServiceCentre, User
from tests.delivery.visits import whole_visit
from tests.documents.reading import text_of
from tests.fixtures.appointments import confirmed, slot
from tests.proofs import hostile
from tests.proofs.scene import at_tuesday_ten, play
from tests.proofs.stack import Service
from tests.proofs.wire import signed_in
from workshop import daysheet

KINDS = {"inspection", "authorisation", "selfcheck", "final", "bill", "handover"}


@pytest.mark.proof("I4")
def test_every_word_of_every_paper_is_only_a_word(
    reference: None, centre: ServiceCentre, everyone: dict[str, User], tmp_path: Path
) -> None:
    """Every text in what a template is given is replaced; the page has none of it as markup, and the paper fetches nothing."""
    whole_visit(centre, everyone, words="刮痕")  # typed wherever somebody types: belongings, points and remarks too
    confirmed(centre, everyone["advisor"], plate="DEM-1180", starts_at=slot(centre, 16))
    orders = {order.kind: order for order in PaperOrder.objects.order_by("pk")}  # the last of each kind says most
    with override("zh-hant"):
        given: dict[str, Any] = {kind: papers.KINDS[kind].compose(order) for kind, order in orders.items()}
        given["day sheet"] = (daysheet.TEMPLATE, daysheet.context(centre))
    assert set(given) == KINDS | {"day sheet"}
    assert set(papers.KINDS) - KINDS == {"credit"}  # the bill's own template
    with hostile.trap(tmp_path) as trap:
        for kind, (template, context) in given.items():
            safe: list[str] = []
            bad = hostile.poisoned(context, trap.markup(), safe)
            assert safe == [], kind  # a text that is not escaped is a text somebody can write
            page = render_to_string(template, bad)
            for mark in (
                '<img src="http',
                "<img src='http",
                "<link rel=attachment",
                "<object",
                "<style>@import",
                "<svg><im",
            ):
                assert mark not in page, (kind, mark)
            assert page.count("&lt;link rel=attachment") > 10, kind
        with override("zh-hant"):
            template, context = papers.KINDS["handover"].compose(orders["handover"])
        context = hostile.poisoned(context, trap.short(200), [])
        content = pdf.render(template, context, language="zh-hant")
        assert hostile.got_through(content, text_of(content)) == []
        assert trap.asked == []


@pytest.mark.proof("I4")
def test_even_where_escaping_fails_nothing_is_fetched_or_attached(tmp_path: Path, caplog: Any) -> None:
    """The engine itself has only the house's own files to give: raw markup gets nothing."""
    from servicedesk.documents import engine

    caplog.set_level("CRITICAL", logger="weasyprint")
    with hostile.trap(tmp_path) as trap:
        content = engine.write(f'<p class="{trap.markup()}', faces="tc", page_of="{page}")
        assert hostile.got_through(content, text_of(content)) == []
        assert trap.asked == []


PRINTED = """
    SELECT o.kind, p.file FROM documents_paperorder o LEFT JOIN documents_paper p ON p.id = o.paper_id ORDER BY o.id
"""


@pytest.mark.prove
@pytest.mark.proof("I4")
def test_i4_typed_everywhere_and_printed_by_the_worker(service: Service, tmp_path: Path) -> None:
    at_tuesday_ten(service)
    folder = Path(service.environment()["MEDIA_ROOT"]).parent
    with hostile.trap(folder) as trap:
        visit, spoilt = play(
            service, "hostile_visit", markup=trap.markup(), short={str(n): trap.short(n) for n in range(1, 501)}
        )
        left = "SELECT count(*) FROM documents_paperorder WHERE state = 'pending'"
        service.wait("all papers are printed", lambda: service.one(left) == 0, 180)
        found = service.rows(PRINTED)
        assert {kind for kind, _file in found} == KINDS | {"credit"}
        media = Path(service.environment()["MEDIA_ROOT"]) / "private"
        contents = [(kind, (media / file).read_bytes()) for kind, file in found]
        desk, till = signed_in(service.port, "advisor"), signed_in(service.port, "cashier")
        for name, wire, path in (
            ("day sheet", desk, "/workshop/day-sheet.pdf"),
            ("bill's preview", till, f"/delivery/bills/{visit}/preview.pdf"),
        ):
            answer = wire.get(path)
            assert answer.content.startswith(b"%PDF-"), (name, answer.text[:200])
            contents.append((name, answer.content))
        for kind, content in contents:
            text = text_of(content)
            assert "<img" in text.replace(" ", ""), kind  # printed as the words they are
            assert hostile.got_through(content, text) == [], kind
        assert trap.asked == []
    print(
        f"I4: {len(contents)} papers of {len({k for k, _c in contents})} kinds, {spoilt} columns spoilt: nothing fetched"
    )
