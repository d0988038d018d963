"""docs/clauses.md against the code: every clause of the manual has its screen, record and test, and all of them exist."""

from __future__ import annotations

import ast
import re
from typing import NamedTuple

import pytest
from django.apps import apps
from django.utils.translation import override

from servicedesk import registry
from servicedesk.staff.manual import CLAUSES
from tests.conventions.tree import ROOT
from tests.staff.test_access_matrix import urls

ROW = re.compile(r"^\| (M\d\.\d-\w) \| (.+?) \| `(.+?)` \| `(.+?)` \| `(.+?)::(.+?)` \|$", re.M)


class Clause(NamedTuple):
    """One row of the table."""

    id: str
    what: str
    screen: str
    record: str
    file: str
    test: str


TABLE = [Clause(*row) for row in ROW.findall((ROOT / "docs" / "clauses.md").read_text(encoding="utf-8"))]


def test_every_clause_has_its_row_its_words_and_its_proof() -> None:
    ids = [row.id for row in TABLE]
    assert ids == sorted(set(ids))
    assert len(ids) == 47
    assert ids == sorted(CLAUSES) == sorted(registry.evidence.by_clause)
    with override("en"):
        assert {row.id: row.what for row in TABLE} == {clause: str(text) for clause, text in CLAUSES.items()}


@pytest.mark.parametrize("row", TABLE, ids=[row.id for row in TABLE])
def test_what_a_row_names_exists(row: Clause) -> None:
    assert row.screen in urls()
    assert apps.get_model(row.record)
    tree = ast.parse((ROOT / row.file).read_text(encoding="utf-8"))
    assert row.test in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
