"""Bring locale/ up to date with the strings of the source."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from servicedesk import translations


class Command(BaseCommand):
    """Needs no database and no system gettext."""

    help = "Extract every string, merge it into locale/, and compile."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--from",
            dest="tables",
            type=Path,
            action="append",
            default=[],
            metavar="FILE.tsv",
            help="a table of msgid, zh_Hant, zh_Hans and perhaps a context, separated by tabs; may be given several times",
        )

    def handle(self, *args: Any, tables: list[Path], **options: Any) -> None:
        try:
            translations.update(tables)
        except (OSError, ValueError) as error:
            raise CommandError(str(error)) from error
        left = translations.problems()
        self.stdout.write(f"{len(left)} translations are missing or wrong (manage.py check_translations lists them).")
