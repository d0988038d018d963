"""Bills issued before papers were ordered keep their paper, forwards and backwards."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from servicedesk.documents import printing
from tests.fixtures.delivery import billed

BEFORE = [("delivery", "0003_bill_paper_order")]
AFTER = [("delivery", "0005_bill_without_paper")]


@pytest.mark.django_db
def test_issued_bills_get_the_order_of_their_paper(visit_in_preparation, cashier):
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        bill = billed(visit_in_preparation, cashier)
        assert printing.run() > 0
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        before = kept(cursor, "paper_order_id IS NOT NULL, o.paper_id", "o.id = b.paper_order_id")
        MigrationExecutor(connection).migrate(BEFORE)
        cursor.execute("SELECT count(*) FROM documents_paperorder WHERE kind = 'bill'")
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT number, paper_id FROM delivery_bill WHERE paper_id IS NOT NULL")
        assert [number for number, _paper in cursor.fetchall()] == [bill.number]
        MigrationExecutor(connection).migrate(AFTER)
        assert kept(cursor, "paper_order_id IS NOT NULL, o.paper_id", "o.id = b.paper_order_id") == before
        assert len(before) == 1


def kept(cursor, columns: str, joined: str) -> list[tuple[object, ...]]:
    cursor.execute(f"SELECT b.number, {columns} FROM delivery_bill b JOIN documents_paperorder o ON {joined}")  # noqa: S608
    return cursor.fetchall()
