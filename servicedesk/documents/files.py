"""Kept papers as attachments of messages."""

from __future__ import annotations

from servicedesk.documents.models import Paper, PaperOrder
from servicedesk.messaging.attachments import File
from servicedesk.messaging.channels import NotYet, Temporary


def paper(pk: int) -> File:
    """A kept paper."""
    return _file(Paper.objects.get(pk=pk))


def paper_order(pk: int) -> File:
    """The paper of an order. Raises NotYet while it is being printed, Temporary when somebody must order it again."""
    order = PaperOrder.objects.select_related("paper").get(pk=pk)
    if order.state == PaperOrder.State.PENDING:
        raise NotYet(f"{order.number} is still being printed")
    if order.paper is None:
        raise Temporary(f"{order.number} could not be printed")
    return _file(order.paper)


def _file(kept: Paper) -> File:
    with kept.file.open("rb") as file:
        return File(f"{kept.number}.pdf", file.read(), "application/pdf")
