"""Lists and counters are read from an index in its order: what a large house costs follows from that, not from its rows."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from servicedesk.staff.models import User
from servicedesk.staff.paging import page
from servicedesk.workorders.home import count_open
from servicedesk.workorders.models import WorkOrder

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def alone() -> None:
    """Only this index and the primary key's: in a house without rows the planner finds all alike."""
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute("ALTER TABLE workorders_workorder DROP CONSTRAINT one_work_order_per_number")
        cursor.execute(
            "SELECT indexname FROM pg_indexes WHERE tablename = 'workorders_workorder'"
            " AND indexname NOT IN ('work_order_open', 'workorders_workorder_pkey')"
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f'DROP INDEX "{name}"')


def plan(statement: str, values: Any = None) -> str:
    """How the statement is done when reading whole tables is not wanted, as in a house with many rows."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        cursor.execute("EXPLAIN " + statement, values)
        return "\n".join(row[0] for row in cursor.fetchall())


def test_open_visits_are_listed_from_their_own_index(advisor: User) -> None:
    rows = WorkOrder.objects.filter(centre__in=advisor.centre_ids()).open()
    with CaptureQueriesContext(connection) as asked:
        page(rows)
    read = plan(asked.captured_queries[-1]["sql"])
    assert "work_order_open" in read
    assert "Sort" not in read


def test_open_visits_are_counted_without_their_rows(advisor: User) -> None:
    statement, values = count_open(advisor, advisor.memberships_now()[0].centre)
    assert "Index Only Scan using work_order_open" in plan(statement, values)
