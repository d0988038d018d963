"""Load the reference data of servicedesk/catalogue/data/ (again: nothing doubles)."""

from typing import Any

from django.core.management.base import BaseCommand

from servicedesk.catalogue.loaders import load_reference


class Command(BaseCommand):
    help = "Load labour operations, parts, checklists, rules and survey questions. Safe to run again."

    def handle(self, *args: Any, **options: Any) -> None:
        """Load, and say how many rows of each."""
        for name, count in load_reference().items():
            self.stdout.write(f"{name}: {count}")
