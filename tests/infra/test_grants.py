"""The role of web and worker cannot change a ledger, whatever the code asks for."""

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import ProgrammingError, connection, transaction

from tests.fixtures.complaints import answered, investigated

pytestmark = pytest.mark.django_db

LEDGERS = sorted(model._meta.db_table for model in apps.get_models() if getattr(model, "LEDGER", False))

PEOPLE = ("advisor", "supervisor", "technician", "inspector", "detailer", "cashier", "agent", "manager")


@pytest.fixture
def as_app():
    """Sign in as a role that has what grant_app grants, and nothing else."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = 'app'")
        if cursor.fetchone() is None:
            pytest.skip("this server has no role app")
        call_command("grant_app", verbosity=0)
        cursor.execute("SELECT has_table_privilege('app', 'django_migrations', 'INSERT')")
        assert cursor.fetchone() == (False,)
        yield cursor


def privileges(cursor, table: str) -> set[str]:
    cursor.execute(
        "SELECT p FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) p"
        " WHERE has_table_privilege('app', %s, p)",
        [table],
    )
    return {name for (name,) in cursor.fetchall()}


def test_ledgers_can_only_grow(as_app):
    assert {table: privileges(as_app, table) for table in LEDGERS} == {table: {"SELECT", "INSERT"} for table in LEDGERS}


def test_other_tables_can_be_worked_with_but_not_truncated(as_app):
    assert privileges(as_app, "staff_user") == {"SELECT", "INSERT", "UPDATE", "DELETE"}


def test_the_schema_cannot_be_changed(as_app):
    as_app.execute("SELECT has_schema_privilege('app', 'public', 'CREATE')")
    assert as_app.fetchone() == (False,)


def test_a_role_that_does_not_exist_is_an_error():
    with pytest.raises(ProgrammingError), transaction.atomic():
        call_command("grant_app", role="nobody_we_know", verbosity=0)


def test_a_visit_needs_no_more_rights_than_the_application_has(as_app, request):
    """From the booking to the complaint, by the real services, signed in as web and worker are."""
    for name in ("centre", "vehicle", "reference", *PEOPLE):
        request.getfixturevalue(name)
    as_app.execute("SET ROLE app")
    request.getfixturevalue("visit_delivered")
    request.getfixturevalue("problem")
    complaint = request.getfixturevalue("complaint")
    answered(investigated(complaint, request.getfixturevalue("supervisor")), request.getfixturevalue("agent"))
    as_app.execute("SELECT current_user")
    assert as_app.fetchone() == ("app",)
    as_app.execute("RESET ROLE")
