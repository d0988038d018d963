"""Key figures of these chapters, each with its formula: survey response, CSI, NPS."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.db.models import Count, IntegerField, Q, QuerySet, Sum
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from delivery.models import SurveyAnswer, SurveyResponse
from servicedesk import registry


def register() -> None:
    """Called once, from `AppConfig.ready`."""
    for key, label, formula, value, target, order in (
        ("survey_response", _("Survey response rate"), _("completed surveys / surveys sent"), response_rate, "40%", 60),
        ("csi", _("CSI"), _("mean of 1-5 answers rescaled to 100"), csi, "85", 61),
        ("nps", _("NPS"), _("share of 9-10 answers - share of 0-6 answers"), nps, "50", 62),
    ):
        registry.figures.register(registry.Figure(key, label, formula, value, target, order))


def response_rate(centres: list[int], since: dt.datetime, until: dt.datetime) -> tuple[int, int]:
    """Surveys answered to the end, of those sent."""
    rows = SurveyResponse.objects.filter(work_order__centre__in=centres, invited_at__range=(since, until))
    return rows.filter(completed_at__isnull=False).count(), rows.count()


def csi(centres: list[int], since: dt.datetime, until: dt.datetime) -> tuple[Decimal, int]:
    """Points (1 → 0, 5 → 1) of all answers on the scale of five, and how many there were."""
    rows = _answers(centres, since, until).filter(question__scale="1-5")
    found = rows.aggregate(points=Sum(Cast("value", IntegerField())), n=Count("pk"))
    return Decimal((found["points"] or 0) - found["n"]) / 4, found["n"]


def nps(centres: list[int], since: dt.datetime, until: dt.datetime) -> tuple[int, int]:
    """Promoters (9, 10) less detractors (0 to 6), of all answers on the scale of ten."""
    rows = _answers(centres, since, until).filter(question__scale="0-10")
    found = rows.annotate(mark=Cast("value", IntegerField())).aggregate(
        good=Count("pk", filter=Q(mark__gte=9)), bad=Count("pk", filter=Q(mark__lte=6)), n=Count("pk")
    )
    return found["good"] - found["bad"], found["n"]


def _answers(centres: list[int], since: dt.datetime, until: dt.datetime) -> QuerySet[SurveyAnswer]:
    return SurveyAnswer.objects.filter(response__work_order__centre__in=centres, at__range=(since, until))
