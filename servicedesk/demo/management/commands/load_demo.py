"""Load the demonstration: three service centres with their people, three weeks of history, and a today.

Safe to repeat: what is there stays as people left it, and a later day adds its own today. Refused in production.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction

from servicedesk.catalogue.models import LabourOperation
from servicedesk.demo import courtesy, crew
from servicedesk.demo.centres import SITES, complete, make_centre
from servicedesk.demo.customers import FEW, make_customers
from servicedesk.demo.load import is_done
from servicedesk.demo.staff import ACCOUNTS, COLLEAGUES, ELSEWHERE, join_managers, make_accounts


class Command(BaseCommand):
    """See the module's docstring."""

    help = "Load the demonstration (sign-in password: demo). Safe to repeat; a later day adds its own today."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--people", action="store_true", help="only the first centre, its main accounts and a few customers"
        )
        parser.add_argument(
            "--history", type=float, default=1.0, metavar="SHARE", help="share of the usual history, 0 to 1"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Create what is missing."""
        if not settings.DEMO:
            raise CommandError(
                "Demonstration data is loaded in demo mode only (SERVICEDESK_DEMO=1, never in production)."
            )
        if options["people"]:
            people_only()
            return
        everybody()
        codes = [site.code for site in SITES if not is_done(site.code)]
        for code, done in self.loaded(codes, options["history"]):
            spent = f"{done.acts} acts in {done.seconds:.0f} s of processor time"
            self.stdout.write(f"{code}: {spent}")
            for reason in done.ended_early:
                self.stderr.write(f"  ended early: {reason}")

    def loaded(self, codes: list[str], share: float) -> Iterable[tuple[str, crew.Done]]:
        """Load these centres: in several processes, or in this one within somebody's transaction (a test's)."""
        if connection.in_atomic_block:
            return [(code, crew.load_one(code, share)) for code in codes]
        return crew.load_all(codes, share) if codes else []


@transaction.atomic
def people_only() -> None:
    """The first centre with one account per role and a few customers: what the proofs begin with."""
    centre = make_centre()
    make_accounts(centre)
    make_customers(centre, FEW)


def everybody() -> None:
    """All centres with their staff, committed before the first visit: one can sign in at once."""
    if not LabourOperation.objects.exists():
        call_command("load_reference", verbosity=0)
    for site in SITES:
        with transaction.atomic():
            centre = make_centre(site)
            complete(centre, site)
            courtesy.complete(centre)
            accounts = [*ACCOUNTS, *COLLEAGUES] if site.code == SITES[0].code else ELSEWHERE[site.code]
            make_accounts(centre, accounts)
            join_managers(centre)
