"""M3: what was issued, paid, signed, agreed or recorded is never changed or deleted, neither by ORM nor by SQL.

Short form: every ledger of the house, found by its mark. Full form: the same as the application's own database role,
which has no such right to begin with.
"""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from django.apps import apps
from django.db import DatabaseError, connection, models, transaction

from delivery.models import Bill, BillLine, Payment
from servicedesk.documents import printing
from servicedesk.staff.actors import Actor
from servicedesk.staff.repeats import Refusal
from tests.proofs.scene import at_tuesday_ten, play
from tests.proofs.stack import Service

LEDGERS = sorted((m for m in apps.get_models() if getattr(m, "LEDGER", False)), key=lambda m: m._meta.label)
ISSUED = {"delivery.Bill", "delivery.BillLine"}
"""Drafts may change; once issued they are ledgers in all but name."""
EXPECTED = {
    "delivery.Payment",
    "documents.Paper",
    "documents.Signature",
    "workorders.Consent",
    "workorders.ConsentAnswer",
    "workorders.Estimate",
    "workorders.Event",
}


def test_what_the_law_keeps_is_marked_as_a_ledger() -> None:
    labels = {model._meta.label for model in LEDGERS}
    assert labels >= EXPECTED, EXPECTED - labels


def touched(row: models.Model) -> dict[str, Any]:
    """Another value for each plain column of `row`."""
    values: dict[str, Any] = {}
    for column in row._meta.concrete_fields:
        value = getattr(row, column.attname)
        if column.primary_key or column.is_relation:
            continue
        if isinstance(column, models.BooleanField):
            values[column.attname] = not value
        elif isinstance(column, models.IntegerField | models.DecimalField) and value is not None:
            values[column.attname] = value + 1
        elif isinstance(column, models.TextField | models.CharField) and not column.choices:
            values[column.attname] = "x"
    return values


def attempts(row: models.Model) -> dict[str, Any]:
    """Ways to change or delete `row`, by name."""
    model, table, pk = type(row), row._meta.db_table, row.pk
    rows = model._default_manager.filter(pk=pk)

    def save() -> None:
        for name, value in touched(row).items():
            setattr(row, name, value)
        row.save()

    def sql(statement: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement)

    ways: dict[str, Any] = {
        "save": save,
        "delete": row.delete,
        "queryset.delete": rows.delete,
        "raw delete": lambda: rows._raw_delete(rows.db),
        "SQL DELETE": lambda: sql(f"DELETE FROM {table} WHERE id = {pk}"),  # noqa: S608
        "SQL UPDATE": lambda: sql(f"UPDATE {table} SET id = id WHERE id = {pk}"),  # noqa: S608
    }
    for name, value in touched(row).items():
        ways[f"update({name})"] = lambda name=name, value=value: rows.update(**{name: value})
    return ways


def assert_kept(row: models.Model) -> int:
    """Try everything on `row`; each way must be refused and change nothing. Returns how many ways there were."""
    before = type(row)._default_manager.filter(pk=row.pk).values().get()
    ways = attempts(row)
    for name, attempt in ways.items():
        try:
            with transaction.atomic():
                attempt()
        except (DatabaseError, models.ProtectedError, Refusal):
            pass
        else:
            pytest.fail(f"{row._meta.label}: {name} was let through")
        assert type(row)._default_manager.filter(pk=row.pk).values().get() == before, name
    return len(ways)


@pytest.mark.proof("M3")
@pytest.mark.parametrize("role", ["app", "the schema's owner"])
def test_no_row_of_a_ledger_can_be_changed_or_deleted(visit_delivered: Any, role: str) -> None:
    """As the application, who lacks the right; and as the owner of the tables, whom the triggers refuse."""
    printing.run(limit=1)
    if role != "app":
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
    tried = {}
    for model in LEDGERS:
        row = model._default_manager.order_by("pk").first()
        if row is None:
            assert model._meta.label not in EXPECTED, f"no {model._meta.label} to try"
            continue
        tried[model._meta.label] = assert_kept(row)
    for bill in (Bill.objects.filter(number__isnull=False).get(), BillLine.objects.first()):
        assert bill
        tried[bill._meta.label] = assert_kept(bill)
    assert tried.keys() >= EXPECTED | ISSUED
    print(f"M3: {sum(tried.values())} attempts on {len(tried)} ledgers refused")


@pytest.mark.proof("M3")
def test_a_bill_is_mended_by_a_credit_note_and_a_payment_by_its_reversal(
    visit_ready: Any, cashier: Any, manager: Any
) -> None:
    from delivery import services
    from tests.fixtures.delivery import paid

    payment = paid(visit_ready, cashier)
    reversal = services.reverse_payment(payment, reason="刷錯卡", by=Actor.of(manager))
    assert (reversal.amount, reversal.reversal_of_id) == (-payment.amount, payment.pk)
    with pytest.raises(Refusal):
        services.reverse_payment(payment, reason="再一次", by=Actor.of(manager))
    bill = Bill.objects.get(work_order=visit_ready, number__isnull=False)
    credit = services.credit_bill(bill, reason="數量有誤", by=Actor.of(manager))
    assert credit.total == -bill.total
    with pytest.raises(Refusal):
        services.credit_bill(bill, reason="再一次", by=Actor.of(manager))
    assert Payment.objects.count() == 2


@pytest.mark.prove
@pytest.mark.proof("M3")
def test_m3_as_the_applications_own_role(service: Service) -> None:
    at_tuesday_ten(service)
    play(service, "booked_and_delivered")
    assert service.postgres is not None
    tables = [*(model._meta.db_table for model in LEDGERS), "delivery_bill", "delivery_billline"]

    def rows() -> dict[str, Any]:
        return {table: service.rows(f'SELECT md5(t::text) FROM "{table}" t ORDER BY 1') for table in tables}  # noqa: S608

    before, refused = rows(), 0
    for role in ("app", "servicedesk_owner"):
        with psycopg.connect(service.postgres.url(role), autocommit=True) as link:
            for table in (table for table in tables if role == "app" or before[table]):  # a trigger needs a row
                for statement in statements(table, as_owner=role != "app"):
                    try:
                        link.execute(statement)  # type: ignore[call-overload]
                    except psycopg.Error:
                        refused += 1
                    else:
                        pytest.fail(f"{role}: {statement} was let through")
    after = rows()  # the worker plans calls and prints papers meanwhile: ledgers may grow, and nothing else
    assert {table: lost for table in tables if (lost := set(before[table]) - set(after[table]))} == {}
    filled = {model._meta.db_table for model in LEDGERS if model._meta.label in EXPECTED}
    assert [table for table in filled if not before[table]] == []
    print(f"M3: {refused} statements refused, as app and as the schema's owner, on {len(tables)} tables")


def statements(table: str, *, as_owner: bool) -> list[str]:
    """What somebody at the database would try; the schema's owner may drop his tables, and we know it."""
    where = "WHERE number IS NOT NULL" if table == "delivery_bill" else ""
    tried = [f"UPDATE {table} SET id = id {where}", f"DELETE FROM {table} {where}"]  # noqa: S608
    if not as_owner:
        tried += [
            f"TRUNCATE {table} CASCADE",
            f"ALTER TABLE {table} DISABLE TRIGGER ALL",
            f"DROP TABLE {table} CASCADE",
        ]
    return tried
