"""Who is signed in, with his roles: one query of every page."""

from __future__ import annotations

from django.contrib.auth.backends import ModelBackend

from servicedesk.staff.models import Membership, User


class StaffBackend(ModelBackend):
    """Django's own, but the signed-in user comes together with his memberships, which every page asks for."""

    def get_user(self, user_id: int) -> User | None:
        """The user of a session, his memberships at hand; None when he may not work any more. One query."""
        memberships = list(Membership.objects.filter(user=user_id).with_user())
        if not memberships:
            return super().get_user(user_id)
        user = memberships[0].user
        user.remember(memberships)
        return user if self.user_can_authenticate(user) else None
