"""What this chapter tells the rest of the house."""

from django.apps import AppConfig


class QualityConfig(AppConfig):
    name = "quality"

    def ready(self) -> None:
        from quality import receivers

        assert receivers  # the gates register on import
