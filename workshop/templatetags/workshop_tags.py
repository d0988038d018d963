"""What only the technician's phone draws."""

import uuid

from django import template

register = template.Library()


@register.filter
def stopwatch(seconds: int) -> str:
    """Working time as on a stopwatch: 1:08:24."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}"


@register.simple_tag
def new_key() -> str:
    """A request key for a field that saves itself."""
    return str(uuid.uuid4())
