"""Everything a database needs before the first page: schema, rights, reference data. Safe to run at every start."""

from typing import Any

from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection


class Command(BaseCommand):
    """One process instead of three, because each costs a second of start-up. Run it as the schema's owner."""

    help = "Migrate, grant the application's role what it needs (when that role exists), load the reference data."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--role", default="app", help="the database role of web and worker")

    def handle(self, *args: Any, role: str, **options: Any) -> None:
        call_command("migrate", interactive=False, verbosity=0, skip_checks=True)
        if self.may_grant_to(role):
            call_command("grant_app", role=role, verbosity=0)
        if "load_reference" in get_commands():
            call_command("load_reference", verbosity=0)
        self.stdout.write("The database is ready.")

    def may_grant_to(self, role: str) -> bool:
        """Say whether `role` exists and is not ourselves: with one role for everything there is nothing to grant."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s AND rolname <> current_user", [role])
            return cursor.fetchone() is not None
