"""Papers that were issued, photos and signatures: evidence, private, each with its fingerprint."""

from __future__ import annotations

import base64

import pgtrigger
from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from servicedesk.clock import now
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
        verbose_name = _("paper")
        verbose_name_plural = _("papers")
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


class PaperOrderQuerySet(CentreScoped["PaperOrder"]):
    """Selections of papers to print."""

    def due(self) -> PaperOrderQuerySet:
        """What a worker may claim now: never tried, to be tried again, or claimed by a worker that died."""
        return self.filter(state="pending", next_try_at__lte=now())

    def failed(self) -> PaperOrderQuerySet:
        """Given up: somebody must look."""
        return self.filter(state="failed")

    def about_order(self, centre: ServiceCentre, number: str) -> PaperOrderQuerySet:
        """Papers of one work order, newest first."""
        return self.filter(centre=centre, about=number).order_by("-pk")


class PaperOrder(ActorFields):
    """A paper to be printed: written in the transaction that calls for it, printed by a worker afterwards.

    `facts` is what the paper says of things that may change later (names, words, rules), as they were when it was
    ordered; the rest is read from the rows of its target, which are signed by then. A duplicate is an order of its own.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("Being printed")
        PRINTED = "printed", _("Printed")
        FAILED = "failed", _("Not printed")

    kind = models.CharField(max_length=32)
    target_id = models.BigIntegerField()
    number = models.CharField(max_length=40)
    version = models.PositiveSmallIntegerField(default=1)
    language = models.CharField(max_length=8, choices=settings.LANGUAGES)
    about = models.CharField(max_length=40, blank=True, help_text=_("Number of the work order, without the centre."))
    centre = models.ForeignKey(ServiceCentre, on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(
        "customers.Customer", null=True, blank=True, on_delete=models.PROTECT, related_name="paper_orders"
    )
    facts = models.JSONField(default=dict)
    duplicate_of = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="duplicates")
    ordered_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(help_text=_("While it is being printed: when another worker may take it over."))
    error = models.TextField(blank=True)
    paper = models.OneToOneField(Paper, null=True, blank=True, on_delete=models.PROTECT, related_name="order")

    objects = PaperOrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("paper to print")
        verbose_name_plural = _("papers to print")
        constraints = [
            models.UniqueConstraint(
                fields=["centre", "kind", "number", "version", "language"], name="paper_ordered_once"
            ),
            models.CheckConstraint(
                condition=models.Q(state="printed", paper__isnull=False)
                | models.Q(state__in=["pending", "failed"], paper=None),
                name="printed_order_has_its_paper",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="failed") | ~models.Q(error=""), name="failed_order_says_why"
            ),
        ]
        indexes = [
            models.Index(fields=["next_try_at", "id"], condition=models.Q(state="pending"), name="paper_order_due"),
            models.Index(fields=["centre", "about"], name="paper_order_about"),
            models.Index(fields=["number"], name="paper_order_number"),
            models.Index(fields=["kind", "target_id"], name="paper_order_target"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"

    def get_absolute_url(self) -> str:
        """Where staff read it: the paper, or how far it is."""
        return reverse("documents:order", args=[self.pk])


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

    class Meta:
        verbose_name = _("photo")
        verbose_name_plural = _("photos")
        triggers = [
            pgtrigger.Protect(
                name="photo_is_kept_as_taken",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("file", "thumbnail", "sha256"),
            ),
        ]

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
        verbose_name = _("signature")
        verbose_name_plural = _("signatures")
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
