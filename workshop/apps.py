"""What this chapter tells the rest of the house."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WorkshopConfig(AppConfig):
    name = "workshop"
    verbose_name = _("Repair")

    def ready(self) -> None:
        from django.db.models.signals import pre_delete

        from appointments import hooks as booking
        from reception import hooks
        from servicedesk import registry
        from servicedesk.workorders.consents import after_consent
        from servicedesk.workorders.stages import Stage
        from servicedesk.workorders.transitions import on_enter
        from workshop import checks, conformance, home, panels, privacy, receivers
        from workshop.services.findings import take_up_proposal

        on_enter(Stage.AUTHORISED, receivers.open_jobs_on_authorised, order=30)
        after_consent(receivers.take_up_consent, order=30)
        hooks.proposed.register(take_up_proposal)
        booking.day_papers.register(booking.Paper(_("Day sheet"), "workshop:day_sheet"))
        pre_delete.connect(receivers.take_back_proposal, sender="workorders.WorkOrderLine")
        home.register()
        panels.register()
        conformance.register()
        registry.exports.register(privacy.export)
        registry.erasures.register(privacy.erase)
        registry.checks.register(registry.Check("running jobs have a clock", checks.running_jobs_have_a_clock))
        registry.checks.register(registry.Check("agreed lines have a job", checks.agreed_lines_have_a_job))
        registry.checks.register(registry.Check("no job is left behind", checks.nobody_works_past_the_workshop))
