"""Who acts in a service centre: its people by role, and what they need to know of the catalogue, read once."""

from __future__ import annotations

import random

from reception import checklist
from servicedesk.catalogue.models import ChecklistItem, ComplaintCategory, LabourOperation, SurveyQuestion
from servicedesk.staff.actors import Actor
from servicedesk.staff.models import Bay, Membership, ServiceCentre, User
from servicedesk.staff.roles import Role


class Cast:
    """The people, bays and reference rows of one centre."""

    def __init__(self, centre: ServiceCentre) -> None:
        self.centre = centre
        self.people: dict[str, list[User]] = {}
        members = Membership.objects.filter(centre=centre, user__is_active=True, final_say=False)
        for member in members.select_related("user").order_by("pk"):
            self.people.setdefault(member.role, []).append(member.user)
        self.lifts = list(Bay.objects.filter(centre=centre).exclude(kind=Bay.Kind.WASH).order_by("pk"))
        self.operations = {row.code: row for row in LabourOperation.objects.all()}
        self.questions = list(SurveyQuestion.objects.offered().exclude(scale="text"))
        self.categories = {row.code: row for row in ComplaintCategory.objects.all()}
        self.walkaround = [
            (item, choices)
            for item in checklist.walkaround_items()
            if item.group in checklist.TABS and item.code != checklist.WARNING_LIGHTS
            if (choices := [value for value, _words, _tone in checklist.choices_of(item)])
        ]

    def user(self, role: Role, chance: random.Random | None = None) -> User:
        """Somebody with `role`: by chance, or the first."""
        those = self.people[role]
        return chance.choice(those) if chance else those[0]

    def by(self, role: Role, chance: random.Random | None = None) -> Actor:
        """The same as an actor."""
        return Actor.of(self.user(role, chance))

    def operation(self, code: str) -> LabourOperation:
        """The labour operation `code`."""
        return self.operations[code]

    def all_good(self) -> dict[int, tuple[str, str]]:
        """Answers of a walk-around that finds nothing."""
        return {item.pk: (_good(item, choices), "") for item, choices in self.walkaround}


def _good(item: ChecklistItem, choices: list[str]) -> str:
    return next((value for value in choices if value in {"ok", "present"}), choices[0])
