"""Issued papers are kept once, unchanged; the reconciler sees when a file is gone, changed or without a row."""

import os
from pathlib import Path

import pytest
from django.db import ProgrammingError, connection, transaction

from servicedesk.documents import checks, papers
from servicedesk.documents.models import Paper
from servicedesk.documents.storage import private
from tests.documents.conftest import content

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 a bill"


@pytest.fixture
def paper(by, centre) -> Paper:
    return papers.keep("bill", "NH-S26-000296", "W2611-0318", centre, "zh-hant", PDF, by)


def test_a_paper_is_kept_privately(paper, centre):
    assert content(paper.file) == PDF
    assert os.stat(paper.file.path).st_mode & 0o777 == 0o600
    assert os.stat(Path(paper.file.path).parent).st_mode & 0o777 == 0o700
    assert list(Paper.objects.about_order("W2611-0318")) == [paper]
    assert papers.find("bill", "NH-S26-000296", centre, "zh-hant") == paper
    assert checks.problems() == []
    with pytest.raises(ValueError, match=r"documents\.views"):
        _ = paper.file.url


def test_a_number_is_issued_once(paper, by, centre):
    with pytest.raises(papers.AlreadyIssued, match="NH-S26-000296 was issued already"):
        papers.keep("bill", "NH-S26-000296", "W2611-0318", centre, "zh-hant", PDF + b" altered", by)
    assert [name for name, _changed in private.names()] == [paper.file.name]
    papers.keep("bill", "NH-S26-000296", "W2611-0318", centre, "en", PDF, by)
    papers.keep("bill", "NH-S26-000296", "W2611-0318", centre, "zh-hant", PDF, by, version=2)
    assert Paper.objects.count() == 3


def test_only_pdf_is_a_paper(by, centre):
    with pytest.raises(ValueError, match="is a PDF"):
        papers.keep("bill", "1", "", centre, "en", b"<html>", by)


@pytest.mark.parametrize("sql", ["UPDATE documents_paper SET sha256 = ''", "DELETE FROM documents_paper"])
def test_the_database_keeps_it_as_issued(paper, sql):
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    paper.number = "changed"
    with pytest.raises(ProgrammingError), transaction.atomic():
        paper.save()


def test_the_reconciler_sees_a_changed_and_a_missing_file(paper):
    path = Path(paper.file.path)
    path.write_bytes(PDF + b"!")
    assert checks.problems() == [f"paper {paper.pk}: file {paper.file.name} was changed"]
    path.unlink()
    assert checks.problems() == [f"paper {paper.pk}: file {paper.file.name} is missing"]


def test_a_file_without_a_row_is_reported_and_swept_after_a_day(paper, monkeypatch):
    monkeypatch.setattr(checks, "_next_sweep", list(checks._next_sweep))
    left = private.keep("photos", ".jpg", b"left by a transaction that was rolled back")
    assert checks.problems() == []
    for name in (left, paper.file.name):
        os.utime(private.path(name), (0, 0))
    assert checks.problems() == [f"private file {left} belongs to no row"]
    assert checks.sweep_orphans() == 1
    assert (private.exists(left), private.exists(paper.file.name)) == (False, True)
    assert checks.sweep_orphans() == 0
