"""What comes with a photo from the tablet: its key, and what it shows (M2.2-a)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from servicedesk.catalogue.models import ChecklistItem

MOST_AT_ONCE = 5


class PhotoForm(forms.Form):
    """One photo of a script, with its own key so that sending again is harmless; or up to five of a plain form. All in `file`."""

    key = forms.UUIDField(required=False)
    mark = forms.UUIDField(required=False)
    item = forms.ModelChoiceField(queryset=ChecklistItem.objects.all(), required=False)
    back = forms.CharField(max_length=300, required=False)

    def clean(self) -> dict[str, Any]:
        """At least one file, and not more than a request can carry."""
        cleaned = super().clean() or {}
        files = self.files.getlist("file") if hasattr(self.files, "getlist") else []
        if not files:
            self.add_error(None, _("No photo came with it. Take or choose one, then send it."))
        elif len(files) > MOST_AT_ONCE:
            words = _("Send at most %(count)d photos at once.")
            self.add_error(None, words % {"count": MOST_AT_ONCE})
        return cleaned | {"files": files}
