"""What the house remembers of its own running: forms that were handled, and how far a test's clock is moved."""

from __future__ import annotations

import datetime as dt
import time

from django.db import models


class HandledRequest(models.Model):
    """A POST that was carried out: the same actor sending the same key again gets the stored answer."""

    actor = models.CharField(max_length=100)
    key = models.CharField(max_length=64)
    path = models.CharField(max_length=300)
    answer = models.JSONField(default=dict)
    handled_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["actor", "key"], name="a_request_is_handled_once")]
        indexes = [models.Index(fields=["handled_at"], name="handled_request_age")]

    def __str__(self) -> str:
        return f"{self.actor} {self.key}"


class ClockOffset(models.Model):
    """How far the clock of tests and demonstrations is moved, in seconds. One row; never read in production."""

    seconds = models.BigIntegerField(default=0)

    _read_at = 0.0
    _seconds = 0

    def __str__(self) -> str:
        return str(self.seconds)

    @classmethod
    def current(cls) -> dt.timedelta:
        """The offset, read again at most once a second in each process."""
        if time.monotonic() - cls._read_at > 1:
            cls._seconds = cls.objects.values_list("seconds", flat=True).first() or 0
            cls._read_at = time.monotonic()
        return dt.timedelta(seconds=cls._seconds)
