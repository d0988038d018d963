"""Named selections of cleaning, bills, handovers and opinions."""

from __future__ import annotations

from django.db.models import Exists, OuterRef

from servicedesk.workorders.querysets import OfWorkOrder


class WashTasks(OfWorkOrder):
    """Selections of cleanings."""

    def current(self) -> WashTasks:
        """The latest round of each visit."""
        later = self.model._default_manager.filter(work_order=OuterRef("work_order"), round__gt=OuterRef("round"))
        return self.filter(~Exists(later))


class Bills(OfWorkOrder):
    """Selections of bills."""

    centre_path = "centre_id"

    def issued(self) -> Bills:
        """Numbered and out of the house, credit notes too."""
        return self.filter(state="issued")

    def drafts(self) -> Bills:
        """Still being worked out."""
        return self.filter(state="draft")

    def standing(self) -> Bills:
        """Issued bills that no credit note took back."""
        return self.filter(state="issued", kind="bill", credit=None)


class BillLines(OfWorkOrder):
    """Selections of charged lines."""

    centre_path = "bill__centre_id"

    def standing(self) -> BillLines:
        """Lines of issued bills that no credit note took back."""
        return self.filter(bill__state="issued", bill__kind="bill", bill__credit=None)


class Payments(OfWorkOrder):
    """Selections of payments."""

    def standing(self) -> Payments:
        """Received and not reversed."""
        return self.filter(reversal_of=None, reversal=None)


class Handovers(OfWorkOrder):
    """Selections of handovers."""

    def accepted(self) -> Handovers:
        """Those in which the customer took the car."""
        return self.filter(accepted=True)


class Opinions(OfWorkOrder):
    """Selections of what customers said."""

    def open(self) -> Opinions:
        """Waiting for the department's answer."""
        return self.filter(state="open")

    def of(self, *roles: str) -> Opinions:
        """Passed on to one of the departments `roles`."""
        return self.filter(department__in=roles)
