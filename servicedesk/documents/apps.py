"""What this room tells the rest of the house."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DocumentsConfig(AppConfig):
    name = "servicedesk.documents"
    label = "documents"
    verbose_name = _("Papers and photos")

    def ready(self) -> None:
        from celery.signals import worker_process_init, worker_ready

        from servicedesk.documents import checks, files, printing, privacy, search, warming
        from servicedesk.messaging import attachments
        from servicedesk.registry import Check, Sweep, erasures, exports, sweeps
        from servicedesk.registry import checks as reconciler
        from servicedesk.registry import search as search_box

        worker_process_init.connect(warming.warm_child, dispatch_uid="documents.warm")
        worker_ready.connect(warming.warm_threads, dispatch_uid="documents.warm")
        attachments.register("paper", files.paper)
        attachments.register("paper_order", files.paper_order)
        reconciler.register(Check("documents", checks.problems))
        reconciler.register(Check("papers are printed once", checks.orders))
        exports.register(privacy.export)
        erasures.register(privacy.erase)
        search_box.register(search.hits)
        sweeps.register(Sweep("documents.print", printing.sweep, order=50))
        sweeps.register(Sweep("documents.orphans", checks.sweep_orphans))
