"""Say what a Chinese reader would see in English."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from servicedesk import translations


class Command(BaseCommand):
    """Needs no database and no system gettext. Exits with an error when anything is missing."""

    help = "List every string without a complete translation."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        found = translations.problems()
        for line in found:
            self.stdout.write(line)
        if found:
            raise CommandError(f"{len(found)} translations are missing or wrong.")
        self.stdout.write("Every string is translated.")
