"""Key figures of these chapters, each with its formula: survey response, CSI, NPS. One query for the three."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.db.models import Case, CharField, Count, IntegerField, Sum, Value, When
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from delivery.models import SurveyAnswer, SurveyResponse
from servicedesk import registry

SENT, FIVE, TEN = "sent", "1-5", "0-10"
POINTS = Case(
    When(question__scale=FIVE, then=Cast("value", IntegerField()) - 1),
    When(value__in=("9", "10"), then=1),
    When(value__in=[str(mark) for mark in range(7)], then=-1),
    default=0,
)
"""What an answer is worth: 0 to 4 on the scale of five; on the scale of ten a promoter (9, 10) 1, a detractor (0 to 6) -1."""

Surveys = dict[str, tuple[int, int]]


def register() -> None:
    """Called once, from `AppConfig.ready`."""
    for key, label, formula, pick, target, order in (
        ("survey_response", _("Survey response rate"), _("completed surveys / surveys sent"), response_rate, "40%", 60),
        ("csi", _("CSI"), _("mean of 1-5 answers rescaled to 100"), csi, "85", 61),
        ("nps", _("NPS"), _("share of 9-10 answers - share of 0-6 answers"), nps, "50", 62),
    ):
        registry.figures.register(registry.Figure(key, label, formula, surveys, target, order, pick))


def surveys(centres: list[int], since: dt.datetime, until: dt.datetime) -> Surveys:
    """How many surveys were sent and completed; by scale, how many answers were given and what they are worth."""
    responses = SurveyResponse.objects.filter(work_order__centre__in=centres, invited_at__range=(since, until))
    answers = SurveyAnswer.objects.filter(
        response__work_order__centre__in=centres, at__range=(since, until), question__scale__in=(FIVE, TEN)
    )
    sent = (
        responses.order_by().values_list(Value(SENT, CharField())).annotate(n=Count("pk"), worth=Count("completed_at"))
    )
    given = answers.order_by().values_list("question__scale").annotate(n=Count("pk"), worth=Sum(POINTS))
    nothing = dict.fromkeys((SENT, FIVE, TEN), (0, 0))
    return nothing | {what: (number, worth) for what, number, worth in sent.union(given, all=True)}


def response_rate(found: Surveys) -> tuple[int, int]:
    """Surveys answered to the end, of those sent."""
    sent, completed = found[SENT]
    return completed, sent


def csi(found: Surveys) -> tuple[Decimal, int]:
    """Points (1 → 0, 5 → 1) of all answers on the scale of five, and how many there were."""
    number, worth = found[FIVE]
    return Decimal(worth) / 4, number


def nps(found: Surveys) -> tuple[int, int]:
    """Promoters (9, 10) less detractors (0 to 6), of all answers on the scale of ten."""
    number, worth = found[TEN]
    return worth, number
