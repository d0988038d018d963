"""Tags of the house, built into every template."""

import uuid

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def request_key() -> SafeString:
    """The hidden field that makes a form act once."""
    return format_html('<input type="hidden" name="request_key" value="{}">', uuid.uuid4())
