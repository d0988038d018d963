"""Papers are ordered in the transaction that calls for them and printed once, wherever the worker dies."""

import subprocess
import sys
import threading

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from servicedesk.documents import checks, files, papers, printing, privacy, tasks
from servicedesk.documents.models import Paper, PaperOrder
from servicedesk.documents.parts import Heading
from servicedesk.documents.storage import NotKept, private
from servicedesk.messaging.channels import NotYet, Temporary
from servicedesk.staff.repeats import Refusal
from tests.documents.reading import text_of

pytestmark = pytest.mark.django_db
TRIED: list[int] = []


def compose(order: PaperOrder) -> tuple[str, dict[str, object]]:
    TRIED.append(order.pk)
    if order.facts.get("broken"):
        raise ValueError("the row is gone")
    heading = Heading(centre=order.centre, title=_("Itemised bill"), number=order.number)
    return "pdf/sheet.html", {"heading": heading, "parties": [[(_("Customer"), order.facts.get("name", ""))]]}


@pytest.fixture(autouse=True)
def leaflet(monkeypatch):
    """A kind of paper of this test."""
    monkeypatch.setitem(papers.KINDS, "leaflet", papers.Kind("leaflet", "Leaflet", compose))
    TRIED.clear()


@pytest.fixture
def ordered(by, centre, customer):
    def order(number="NH-S26-000296", language="zh-hant", version=1, **facts):
        return papers.order(
            "leaflet",
            7,
            number=number,
            about="W2611-0318",
            centre=centre,
            customer=customer,
            language=language,
            by=by,
            version=version,
            facts=facts,
        )

    return order


def again(order: PaperOrder) -> PaperOrder:
    return PaperOrder.objects.get(pk=order.pk)


def test_ordered_twice_it_is_one_order_and_one_paper(ordered):
    first, second = ordered(name="林雨澄"), ordered(name="somebody else")
    assert first == second
    assert (printing.run(), printing.run()) == (1, 0)
    paper = Paper.objects.get()
    assert again(first).paper == paper
    assert (paper.kind, paper.number, paper.about, paper.by_label) == ("leaflet", first.number, "W2611-0318", "許雅婷")
    assert "林雨澄" in text_of(paper)
    assert checks.orders() == checks.problems() == []


def test_who_waits_now_is_served_before_what_a_fault_left(ordered, at_tuesday_ten):
    left = [ordered(f"left-{n}") for n in range(3)]
    at_tuesday_ten.move(minutes=5)
    fresh = ordered("fresh")
    assert printing.run(limit=1) == 1
    assert again(fresh).state == "printed"
    assert printing.run() == 3
    assert {again(order).state for order in left} == {"printed"}


def test_each_language_and_version_is_a_paper(ordered):
    for language, title in (("en", "Itemised bill"), ("zh-hant", "結算明細單"), ("zh-hans", "结算明细单")):
        order = ordered(language=language)
        ordered(language=language, version=2)
        assert printing.run() == 2
        assert title in text_of(again(order).paper)
    assert Paper.objects.count() == 6


def test_an_order_that_is_rolled_back_prints_nothing(ordered):
    with transaction.atomic():
        ordered()
        transaction.set_rollback(True)
    assert printing.run() == 0


def test_a_worker_killed_while_printing_leaves_it_to_the_next(ordered, at_tuesday_ten):
    order = ordered()
    claimed = printing.claim()
    assert claimed is not None
    assert (claimed.attempts, printing.run()) == (1, 0)
    at_tuesday_ten.move(seconds=301)
    assert printing.sweep() == 1
    assert (again(order).state, again(order).attempts) == ("printed", 2)
    printing.finish(claimed, b"%PDF-1.7 the first worker was only slow")
    assert Paper.objects.count() == 1
    assert len([name for name, _changed in private.names()]) == 1


def test_one_that_cannot_be_made_is_given_up_visibly_and_holds_nobody_up(ordered, at_tuesday_ten, caplog):
    bad, good = ordered("bad", broken=True), ordered("good")
    assert printing.run() == 2
    assert again(good).state == "printed"
    for minutes in (1, 2, 6, 31):
        at_tuesday_ten.move(minutes=minutes)
        printing.run()
    failed = again(bad)
    assert (failed.state, failed.attempts, failed.error) == ("failed", 5, "ValueError: the row is gone")
    assert TRIED.count(bad.pk) == 5
    assert printing.run() == 0
    with pytest.raises(Temporary, match="could not be printed"):
        files.paper_order(bad.pk)
    PaperOrder.objects.filter(pk=bad.pk).update(facts={})
    papers.order_again(failed)
    assert printing.run() == 1
    assert again(bad).state == "printed"
    with pytest.raises(Refusal):
        papers.order_again(failed)


def test_whatever_words_an_error_has_the_next_paper_is_printed(ordered, monkeypatch):
    monkeypatch.setattr(
        printing.log, "disabled", True
    )  # a report with half a character cannot travel between processes

    def unspeakable(order: PaperOrder) -> tuple[str, dict[str, object]]:
        raise ValueError("no\x00thing \ud800")

    monkeypatch.setitem(papers.KINDS, "leaflet", papers.Kind("leaflet", "Leaflet", unspeakable))
    first, second = ordered(number="1"), ordered(number="2")
    assert printing.run() == 2
    assert [again(order).error for order in (first, second)] == ["ValueError: nothing ?"] * 2


def test_one_that_kills_its_worker_ends_too(ordered, at_tuesday_ten):
    order = ordered()
    for _attempt in range(printing.MAX_ATTEMPTS):
        assert printing.claim() is not None
        at_tuesday_ten.move(seconds=301)
    assert printing.run() == 1
    assert (again(order).state, again(order).error) == ("failed", "the worker ended each time while printing")
    assert TRIED == []


def test_a_full_disk_is_tried_again(ordered, monkeypatch, at_tuesday_ten):
    order = ordered()
    with monkeypatch.context() as patch:
        patch.setattr(private, "keep", lambda *args: (_ for _ in ()).throw(NotKept("the disk is full")))
        printing.run()
    assert (again(order).state, again(order).error) == ("pending", "the disk is full")
    at_tuesday_ten.move(seconds=11)
    assert printing.run() == 1
    assert again(order).state == "printed"


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_print_each_paper_once(ordered):
    for number in range(6):
        ordered(f"N-{number}")

    def work() -> None:
        try:
            tasks.print_papers()
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _worker in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert Paper.objects.count() == 6
    assert sorted(TRIED) == sorted(set(TRIED))


def test_a_duplicate_says_so_and_the_first_one_does_not(ordered, by):
    order = ordered(name="林雨澄")
    with pytest.raises(papers.NotDuplicated):
        papers.duplicate(order, by=by)
    printing.run()
    copy = papers.duplicate(again(order), by=by)
    assert (copy.version, copy.duplicate_of, copy.facts) == (2, order, order.facts)
    printing.run()
    assert "副本" in text_of(again(copy).paper)
    assert "副本" not in text_of(again(order).paper)
    assert papers.duplicate(again(copy), by=by).duplicate_of == order


def test_what_a_paper_was_composed_from_is_forgotten_when_the_customer_asks(ordered, by, customer):
    order, waiting = ordered(name="林雨澄"), None
    printing.run()
    waiting = ordered("N-2", name="林雨澄")
    assert [row["number"] for row in privacy.export(customer)["papers"]] == [order.number]
    privacy.erase(customer)
    assert (again(order).facts, again(waiting).facts) == ({"erased": True}, {"name": "林雨澄"})
    with pytest.raises(papers.NotDuplicated):
        papers.duplicate(again(order), by=by)


def test_a_message_waits_for_its_paper(ordered):
    order = ordered()
    with pytest.raises(NotYet):
        files.paper_order(order.pk)
    printing.run()
    assert files.paper_order(order.pk).name == f"{order.number}.pdf"


def test_mistakes_of_ours_are_errors(ordered):
    with pytest.raises(ValueError, match="made twice"):
        papers.register("leaflet", "", compose)
    with pytest.raises(ValueError, match="'fr'"):
        ordered(language="fr")
    order = ordered()
    with pytest.raises(IntegrityError), transaction.atomic():
        PaperOrder.objects.filter(pk=order.pk).update(state="printed")


def test_the_web_never_loads_the_renderer():
    """Wsgi, every address and every view of it, in a fresh interpreter."""
    code = (
        "import sys, django; django.setup(); import servicedesk.wsgi;"
        "from django.urls import get_resolver; get_resolver().url_patterns; get_resolver()._populate();"
        "sys.exit('weasyprint' in sys.modules or 'servicedesk.documents.engine' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
