"""Cleaning: three parts ticked by whoever did them, then somebody's second look (M5.1)."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from delivery.models import LookItem, SecondLook, WashPart, WashTask
from delivery.services.floor import lock
from servicedesk.catalogue.models import ChecklistItem
from servicedesk.catalogue.words import ItemList
from servicedesk.clock import now
from servicedesk.staff.actors import Actor, actor_values
from servicedesk.staff.repeats import Reason, Refusal
from servicedesk.workorders import events
from servicedesk.workorders.models import WorkOrder
from servicedesk.workorders.stages import Stage


class WashRefused(Refusal):
    """The cleaning cannot be recorded like this; the reasons say why."""


def open_wash(work_order: WorkOrder, by: Actor) -> None:
    """Entering PREPARATION: open the next round of cleaning, waived when the customer wanted none."""
    last = WashTask.objects.filter(work_order=work_order).order_by("-round").values_list("round", flat=True).first()
    WashTask.objects.create(
        work_order=work_order, round=(last or 0) + 1, waived=not work_order.wash_wanted, opened_at=now()
    )


def current_task(work_order: WorkOrder) -> WashTask | None:
    """The latest round, with its ticks and second look; None before the car ever came to be cleaned. Two queries."""
    return (
        WashTask.objects.filter(work_order=work_order)
        .select_related("look")
        .prefetch_related("parts")
        .order_by("-round")
        .first()
    )


def parts_left(task: WashTask) -> list[str]:
    """Parts still to be cleaned, in order; none when the wash is waived."""
    if task.waived:
        return []
    done = {tick.part for tick in task.parts.all()}
    return [part for part in WashPart.Part.values if part not in done]


def look_items(task: WashTask) -> list[ChecklistItem]:
    """What the second look asks: the `clean` items of the final list, without washing when it is waived."""
    items = ChecklistItem.objects.of(ItemList.FINAL, stages=["clean"], at=task.opened_at)
    return [item for item in items if not (task.waived and item.applies == "wash_requested")]


@transaction.atomic
def tick_part(work_order: WorkOrder, part: str, *, by: Actor) -> WashPart:
    """Tick one part of the car as clean. Refused when the wash is waived, the part was ticked, or the look is over."""
    locked, task = _open_task(work_order)
    if task.waived:
        raise WashRefused(_("The customer did not want a wash. Only the second look is left."))
    if part not in WashPart.Part.values:
        raise WashRefused(_("There is no such part to clean."))
    ticked = next((tick for tick in task.parts.all() if tick.part == part), None)
    if ticked:
        raise WashRefused(
            _("%(part)s: %(who)s ticked it at %(time)s.")
            % {
                "part": ticked.get_part_display(),
                "who": ticked.by_label,
                "time": f"{locked.centre.local(ticked.done_at):%H:%M}",
            }
        )
    tick = WashPart.objects.create(task=task, part=part, done_at=now(), **actor_values(by))
    events.record(locked, "wash.part", by=by, data={"part": part, "round": task.round})
    return tick


@transaction.atomic
def look(work_order: WorkOrder, verdicts: Mapping[int, str], *, by: Actor, remarks: str = "") -> SecondLook:
    """Confirm, item by item, that the car is clean. `verdicts`: {item id: "ok" | "not_ok" | "na"} for every item asked.

    One that is not clean fails the look and opens the next round. Refused while a part is not ticked or an item unanswered.
    """
    locked, task = _open_task(work_order)
    url = reverse("delivery:wash", args=[work_order.pk])
    items = look_items(task)
    missing = [
        Reason(_("Not ticked yet: %(part)s") % {"part": WashPart.Part(part).label}, url, "M5.1-a")
        for part in parts_left(task)
    ]
    missing += [
        Reason(_("Not answered yet: %(item)s") % {"item": item.name}, url, "M5.1-b")
        for item in items
        if verdicts.get(item.pk) not in LookItem.Verdict.values
    ]
    if missing:
        raise WashRefused(*missing)
    bad = [item for item in items if verdicts[item.pk] == LookItem.Verdict.NOT_OK]
    remarks = remarks.strip()[:200]
    seen = SecondLook.objects.create(task=task, passed=not bad, remarks=remarks, at=now(), **actor_values(by))
    LookItem.objects.bulk_create([LookItem(look=seen, item=item, verdict=verdicts[item.pk]) for item in items])
    data = {"passed": seen.passed, "bad": [item.code for item in bad], "round": task.round}
    events.record(locked, "wash.looked", by=by, text=remarks, data=data)
    if bad:
        open_wash(locked, by)
    return seen


def _open_task(work_order: WorkOrder) -> tuple[WorkOrder, WashTask]:
    locked = lock(work_order, Stage.PREPARATION, clause="M5.1-a")
    task = current_task(locked)
    if task is None or hasattr(task, "look"):
        raise WashRefused(_("The car has already been looked over and found clean."))
    return locked, task
