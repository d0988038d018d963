"""What the role of web and worker may do in the database: read and write rows, but never change those of a ledger."""

from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection, transaction
from psycopg import sql


class Command(BaseCommand):
    """Grants are made afresh each time, in one transaction; run it as the owner after each migrate.

    A model whose class says `LEDGER = True` is append-only: the role may only SELECT and INSERT. TRUNCATE and changes
    of the schema are never granted.
    """

    help = "Grant the application's database role exactly what it needs (models with LEDGER = True: only to append)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--role", default="app")

    def handle(self, *args: Any, role: str, **options: Any) -> None:
        ledgers = sorted(model._meta.db_table for model in apps.get_models() if getattr(model, "LEDGER", False))
        name = sql.Identifier(role)
        with transaction.atomic(), connection.cursor() as cursor:
            for statement in (
                "GRANT USAGE ON SCHEMA public TO {role}",
                "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}",
                "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
                "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
                "REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {role}",
            ):
                cursor.execute(sql.SQL(statement).format(role=name))
            for table in ledgers:
                statement = "REVOKE UPDATE, DELETE ON {table} FROM {role}"
                cursor.execute(sql.SQL(statement).format(table=sql.Identifier(table), role=name))
        if options["verbosity"]:
            self.stdout.write(f"{role} may append to, but not change: {', '.join(ledgers) or 'no ledger yet'}.")
