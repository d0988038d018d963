"""What this chapter tells the rest of the house."""

from django.apps import AppConfig


class WorkshopConfig(AppConfig):
    name = "workshop"

    def ready(self) -> None:
        from servicedesk.workorders.consents import after_consent
        from servicedesk.workorders.stages import Stage
        from servicedesk.workorders.transitions import on_enter
        from workshop import receivers

        on_enter(Stage.AUTHORISED, receivers.open_jobs_on_authorised, order=30)
        after_consent(receivers.take_up_consent, order=30)
