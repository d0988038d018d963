"""Why a time cannot be had. A leaf, so that places and hours refuse alike."""

from servicedesk.staff.repeats import Refusal


class SlotRefused(Refusal):
    """The time cannot be had; the reasons say why."""


class SlotTaken(SlotRefused):
    """Nothing is left at this time: all places are held, or the workshop's hours are. Another time may be free."""


class HoursTaken(SlotTaken):
    """The workshop has too few hours left for this work at this time. Staff may book it all the same, with a reason."""
