"""What keeps the public form for people: how often an address came, and which proofs of work were handed in."""

from __future__ import annotations

from django.db import models


class OnlineRequest(models.Model):
    """One online booking under an address or a telephone number (hashed), kept two days: the form takes only so many of each."""

    address = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["address", "at"], name="online_request_address")]

    def __str__(self) -> str:
        return f"{self.at:%F %H:%M}"


class SpentProof(models.Model):
    """A proof of work that was handed in with an online request: each opens the door once. Kept until it is too old anyway."""

    key = models.CharField(max_length=64, unique=True)
    until = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.key[:12]} {self.until:%F %H:%M}"
