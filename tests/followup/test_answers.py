"""Each question of a follow-up rule carries answers that fit it (M7.2-a)."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from django.utils.translation import override

from followup import books
from followup.answers import ASKED, BETWEEN, CHOICES, in_words, points_of
from followup.models import Feedback, FollowUp
from servicedesk.catalogue.models import FollowUpRule
from servicedesk.staff.models import User
from tests.fixtures.people import client_of
from tests.followup.test_screens import WELL


def test_every_point_of_every_rule_has_its_kind_of_answer(reference: None) -> None:
    for rule in FollowUpRule.objects.all():
        kinds = rule.answers.split(",")
        assert set(kinds) <= {*CHOICES, ASKED}, rule.code
        for words in (rule.focus_en, rule.focus_zh_hant, rule.focus_zh_hans):
            assert len(BETWEEN.split(words)) == len(kinds), (rule.code, words)


def kinds_of(work_class: str) -> list[tuple[str, str]]:
    with override("en"):
        return [(point.about, point.kind) for point in points_of(FollowUpRule.objects.get(work_class=work_class))]


def test_answers_fit_their_questions(reference: None) -> None:
    assert kinds_of("diagnosis") == [("Has the fault come back?", "no")]
    assert kinds_of("comeback") == [("Is the original fault really gone?", "yes")]
    assert kinds_of("general") == [("Is anything unusual in daily use?", "no")]
    assert kinds_of("lost") == [("Why has the car not been back?", "text"), ("Invitation", "told")]
    with override("en"):
        [point] = points_of(FollowUpRule.objects.get(work_class="diagnosis"))
        assert [str(in_words(point.check(answer))) for answer in ("yes", "no")] == ["Yes", "No"]
        assert [point.check(answer)["fine"] for answer in ("yes", "no")] == [False, True]
        assert str(in_words({"about": "Noise", "fine": False})) == "Not right"


@pytest.mark.parametrize(("answer", "status"), [("yes", 422), ("no", 302)])
def test_a_fault_that_came_back_is_trouble(call: FollowUp, agent: User, answer: str, status: int) -> None:
    call.rule = FollowUpRule.objects.get(work_class="diagnosis")
    call.save()
    response = client_of(agent).act(reverse("followup:record", args=[call.pk]), {**WELL, "check_0": answer})
    assert response.status_code == status


def test_words_are_kept_and_shown(call: FollowUp, agent: User) -> None:
    call.rule = FollowUpRule.objects.get(work_class="first_service")
    call.save()
    browser = client_of(agent)
    browser.act(reverse("followup:record", args=[call.pk]), {**WELL, "check_0": "胎壓怎麼看"})
    checks: list[dict[str, Any]] = Feedback.objects.get().checks
    assert [(check["kind"], check["answer"], check["fine"]) for check in checks] == [("text", "胎壓怎麼看", True)]
    assert "胎壓怎麼看" in browser.get(call.get_absolute_url()).content.decode()
    customer = call.work_order.customer
    assert any("胎壓怎麼看" in answer for row in books.export(customer)["follow_ups"] for answer in row["answers"])
    books.erase(customer)
    assert [check["answer"] for check in Feedback.objects.get().checks] == [""]
