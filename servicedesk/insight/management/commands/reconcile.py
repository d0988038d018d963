"""Does everything still add up? Run after a fault, after restoring a backup, and by every proof."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from servicedesk import registry


class Command(BaseCommand):
    """Reads only, and runs every check that the rooms registered (`registry.checks`)."""

    help = "Check that records, events, messages and bill numbers add up; list what does not."

    def handle(self, *args: Any, **options: Any) -> None:
        total = 0
        for check in registry.checks:
            began = time.monotonic()
            problems = check.problems()
            total += len(problems)
            self.stdout.write(f"{check.name}: {len(problems) or 'no'} problems ({time.monotonic() - began:.2f} s)")
            for problem in problems:
                self.stdout.write(f"  {problem}")
        if total:
            raise CommandError(f"{total} problems.")
        self.stdout.write("Everything adds up.")
