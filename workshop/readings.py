"""Which readings a job asks for, which are still missing and which are out of limits (M3.2-b)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from servicedesk.catalogue.models import LabourOperation, ReadingSpec

if TYPE_CHECKING:
    from workshop.models import Job, Reading


def specs_of(job: Job) -> list[ReadingSpec]:
    """The readings asked for the job's operation; rework asks for none again."""
    if job.kind != "work" or job.operation is None:
        return []
    return list(ReadingSpec.objects.for_operation(job.operation))


def specs_by_operation(operations: Iterable[LabourOperation]) -> dict[int, list[ReadingSpec]]:
    """Readings asked, by operation id. One query for all."""
    by_id = {operation.pk: operation for operation in operations}
    scopes = {scope for operation in by_id.values() for scope in (operation.code, operation.group)}
    specs = list(ReadingSpec.objects.offered().filter(scope__in=scopes))
    return {
        pk: [spec for spec in specs if spec.scope in (operation.code, operation.group)]
        for pk, operation in by_id.items()
    }


def missing_readings(job: Job) -> list[ReadingSpec]:
    """Mandatory readings without a value."""
    taken = set(job.readings.values_list("spec_id", flat=True))
    return [spec for spec in specs_of(job) if spec.mandatory and spec.pk not in taken]


def out_of_limits(job: Job) -> list[Reading]:
    """Readings beyond their limits."""
    return list(job.readings.exclude(verdict="within").select_related("spec"))
