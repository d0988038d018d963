"""Proof of work on the last step of the public form, instead of an outside captcha (M1.1-c).

The page carries a signed challenge that a browser solves while its reader checks the booking; the solution comes back in
the field `proof`. It is good for what was on that page, for an hour, and once. Nothing is kept until it is handed in.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import secrets
from typing import Any

import altcha
from django.conf import settings
from django.db import connection
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from appointments.models import SpentProof
from appointments.services import AppointmentRefused
from servicedesk.clock import now

FIELD = "proof"
ALGORITHM = "PBKDF2/SHA-256"
ITERATIONS = 5_000
"""Of each try: about two milliseconds of a desk's computer, eight of a phone."""
LASTS = dt.timedelta(hours=1)
LONGEST = 4_000
"""Characters of a solution; a genuine one has about a thousand."""


def challenge(entries: dict[str, Any]) -> str:
    """A challenge for the page that shows `entries`, as JSON. Costs one derivation, about two milliseconds."""
    most: int = settings.SPAM_PROOF_MAX
    made = altcha.create_challenge(
        ALGORITHM,
        ITERATIONS,
        counter=most - secrets.randbelow(most // 2 + 1),  # never a lucky first try, never more than `most`
        data={"until": int((now() + LASTS).timestamp()), "of": fingerprint(entries)},
        hmac_secret=secret("challenge"),
        hmac_key_secret=secret("key"),
    )
    return json.dumps(made.to_dict())


def spend(solution: str, entries: dict[str, Any]) -> None:
    """Accept a solution of a page that showed `entries`, once, in the caller's transaction. One query.

    Raises AppointmentRefused, with what to do, for none, a wrong, an old or a used one, and when the entries were changed
    since that page was shown (in another tab): it would send what nobody has read.
    """
    until, shown, key = read(solution)
    if until <= now():
        raise AppointmentRefused(
            _("This page was open for a long time. Look at your entries once more, then send them again.")
        )
    if shown != fingerprint(entries):
        raise AppointmentRefused(
            _("Your entries were changed meanwhile, perhaps in another tab. This is what would be sent now.")
        )
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO appointments_spentproof (key, until) VALUES (%s, %s) ON CONFLICT (key) DO NOTHING",
            [key, until],
        )
        if not cursor.rowcount:
            raise AppointmentRefused(_("This was sent before. Look at your entries once more, then send them again."))


def read(solution: str) -> tuple[dt.datetime, str, str]:
    """Until when a solution is good, which entries it is about, and the key it is spent under; refuses a wrong one."""
    wrong = AppointmentRefused(
        _(
            "We could not check that a person is sending this. Your entries are kept: please send them again, "
            "with JavaScript switched on, or call us."
        )
    )
    if (
        len(solution) > LONGEST
        or not altcha.verify_solution(solution, secret("challenge"), hmac_key_secret=secret("key")).verified
    ):
        raise wrong
    signed = altcha.Payload.from_base64(solution).challenge
    data = signed.parameters.data or {}
    until = dt.datetime.fromtimestamp(data.get("until", 0), dt.UTC)
    return until, data.get("of", ""), hashlib.sha256(str(signed.signature).encode()).hexdigest()


def fingerprint(entries: dict[str, Any]) -> str:
    """Short name of what the last page showed."""
    text = json.dumps(entries, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def secret(use: str) -> str:
    """A key of ours for one use, derived from the site's."""
    return salted_hmac("appointments.proof_of_work", use, algorithm="sha256").hexdigest()


def forget_old() -> int:
    """Drop the keys of proofs that are too old to be taken anyway; returns how many."""
    return SpentProof.objects.filter(until__lt=now()).delete()[0]
