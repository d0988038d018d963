"""Papers that were issued, photos and signatures: evidence, private, each with its fingerprint."""

from __future__ import annotations

import base64

import pgtrigger
from django.conf import settings
from django.db import models

from servicedesk.documents.storage import PrivateStorage
from servicedesk.staff.actors import ActorFields
from servicedesk.staff.models import ServiceCentre
from servicedesk.staff.querysets import CentreScoped


class PaperQuerySet(CentreScoped["Paper"]):
    """Selections of papers."""

    def about_order(self, number: str) -> PaperQuerySet:
        """Papers of one work order, newest first."""
        return self.filter(about=number).order_by("-created_at", "-pk")


class Paper(ActorFields):
    """A PDF as it was handed out: never changed, never deleted. A correction is another paper, or the next version."""

    LEDGER = True

    kind = models.CharField(max_length=32)
    number = models.CharField(max_length=40)
    version = models.PositiveSmallIntegerField(default=1)
    about = models.CharField(max_length=40, blank=True, db_index=True)
    centre = models.ForeignKey(ServiceCentre, on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(
        "customers.Customer", null=True, blank=True, on_delete=models.PROTECT, related_name="papers"
    )
    language = models.CharField(max_length=8, choices=settings.LANGUAGES)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    file = models.FileField(storage=PrivateStorage(), max_length=100, db_index=True)
    created_at = models.DateTimeField()

    objects = PaperQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["centre", "kind", "number", "version", "language"], name="paper_issued_once"
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="paper_is_kept", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"


class PhotoQuerySet(CentreScoped["Photo"]):
    """Selections of photos."""


class Photo(ActorFields):
    """A photo, re-encoded by us: at most 1600 px and 400 kB, without any metadata, with a thumbnail of 320 px."""

    centre = models.ForeignKey(ServiceCentre, on_delete=models.PROTECT, related_name="+")
    caption = models.CharField(max_length=200, blank=True)
    file = models.FileField(storage=PrivateStorage(), max_length=100, db_index=True)
    thumbnail = models.FileField(storage=PrivateStorage(), max_length=100, db_index=True)
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField()

    objects = PhotoQuerySet.as_manager()

    def __str__(self) -> str:
        return self.caption or f"{self.width} × {self.height}"

    def data_uri(self) -> str:
        """Return the thumbnail as a `data:` address, for papers."""
        with self.thumbnail.open("rb") as file:
            return "data:image/jpeg;base64," + base64.b64encode(file.read()).decode()


class SignatureQuerySet(CentreScoped["Signature"]):
    """Selections of signatures."""


class Signature(ActorFields):
    """A name with a drawn or typed signature, at one moment. `sha256` binds the three; none can be changed."""

    LEDGER = True

    centre = models.ForeignKey(ServiceCentre, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    drawing = models.BinaryField(blank=True, default=b"")
    sha256 = models.CharField(max_length=64)
    signed_at = models.DateTimeField()

    objects = SignatureQuerySet.as_manager()

    class Meta:
        triggers = [
            pgtrigger.Protect(name="signature_is_kept", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def typed(self) -> bool:
        """Whether the name was typed because drawing was not possible."""
        return not self.drawing

    def data_uri(self) -> str:
        """Return the drawing as a `data:` address for papers; empty when the name was typed."""
        return "" if self.typed else "data:image/png;base64," + base64.b64encode(bytes(self.drawing)).decode()
