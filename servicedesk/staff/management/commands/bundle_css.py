"""`manage.py bundle_css`: join the component style sheets into static/css/dist/."""

from typing import Any

from django.core.management.base import BaseCommand

from servicedesk.staff.stylesheets import write_bundles


class Command(BaseCommand):
    help = "Join the component style sheets into static/css/dist/."

    def handle(self, *args: Any, **options: Any) -> None:
        for path in write_bundles():
            self.stdout.write(f"{path.relative_to(path.parents[3])}: {path.stat().st_size // 1024} kB")
