"""What this room tells the rest of the house."""

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "servicedesk.documents"
    label = "documents"

    def ready(self) -> None:
        from celery.signals import worker_process_init, worker_ready

        from servicedesk.documents import checks, warming
        from servicedesk.registry import Check, Sweep, sweeps
        from servicedesk.registry import checks as reconciler

        worker_process_init.connect(warming.warm_child, dispatch_uid="documents.warm")
        worker_ready.connect(warming.warm_threads, dispatch_uid="documents.warm")
        reconciler.register(Check("documents", checks.problems))
        sweeps.register(Sweep("documents.orphans", checks.sweep_orphans))
