"""What this chapter tells the rest of the house."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class QualityConfig(AppConfig):
    name = "quality"
    verbose_name = _("Quality")

    def ready(self) -> None:
        from quality import checks, conformance, home, papers
        from quality import receivers as receivers  # its gates register on import
        from servicedesk import registry

        home.register()
        conformance.register()
        papers.register()
        registry.checks.register(
            registry.Check("delivered cars were inspected", checks.cars_beyond_inspection_were_passed)
        )
