"""Cleaning, pickup, acceptance, survey and opinions by the services: right, wrong stage, twice, incomplete."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from delivery import services
from delivery.models import Handover, Opinion, PickupNotice, SurveyResponse, WashTask
from delivery.services.survey import questions
from servicedesk import registry
from servicedesk.clock import now
from servicedesk.messaging.models import Message
from servicedesk.staff.actors import Actor, actor_values
from servicedesk.staff.repeats import Refusal
from servicedesk.workorders.models import Promise
from tests.fixtures.delivery import (
    EXPLAINED,
    GIVEN,
    billed,
    cleaned,
    handed_over,
    invited,
    look_verdicts,
    paid,
    surveyed,
)


def clauses(refusal):
    return [reason.clause for reason in refusal.value.reasons]


def evidence(clause, work_order):
    return registry.evidence.by_clause[clause](work_order).state


def test_each_part_is_ticked_once(visit_in_preparation, detailer):
    by = Actor.of(detailer)
    services.tick_part(visit_in_preparation, "tyres", by=by)
    with pytest.raises(Refusal, match="吳阿明"):
        services.tick_part(visit_in_preparation, "tyres", by=by)
    with pytest.raises(Refusal):
        services.tick_part(visit_in_preparation, "engine", by=by)


def test_the_second_look_waits_for_all_parts_and_all_answers(visit_in_preparation, detailer):
    by = Actor.of(detailer)
    with pytest.raises(Refusal) as refusal:
        services.look(visit_in_preparation, {}, by=by)
    assert clauses(refusal) == ["M5.1-a"] * 3 + ["M5.1-b"] * 5


def test_a_failed_look_opens_the_next_round(visit_in_preparation, detailer):
    by = Actor.of(detailer)
    for part in ("exterior", "interior", "tyres"):
        services.tick_part(visit_in_preparation, part, by=by)
    seen = services.look(
        visit_in_preparation, look_verdicts(visit_in_preparation, "FI-23"), by=by, remarks="儀表台有指紋"
    )
    assert not seen.passed
    assert list(WashTask.objects.values_list("round", flat=True)) == [1, 2]
    assert evidence("M5.1-b", visit_in_preparation) == "open"
    assert cleaned(visit_in_preparation, detailer).passed
    with pytest.raises(Refusal):
        services.tick_part(visit_in_preparation, "tyres", by=by)


def test_a_waived_wash_leaves_the_second_look(visit_in_preparation, detailer):
    WashTask.objects.update(waived=True)
    by = Actor.of(detailer)
    with pytest.raises(Refusal):
        services.tick_part(visit_in_preparation, "tyres", by=by)
    assert len(look_verdicts(visit_in_preparation)) == 3
    assert services.look(visit_in_preparation, look_verdicts(visit_in_preparation), by=by).passed
    assert evidence("M5.1-a", visit_in_preparation) == "not_needed"


def test_ready_asks_for_everything_at_once(visit_in_preparation, detailer, cashier, technician):
    with pytest.raises(Refusal) as refusal:
        services.make_ready(visit_in_preparation, by=Actor.of(detailer))
    assert clauses(refusal) == ["M5.1-a", "M5.1-b", "M5.2-c"]
    cleaned(visit_in_preparation, detailer)
    billed(visit_in_preparation, cashier)
    with pytest.raises(Refusal):
        services.make_ready(visit_in_preparation, by=Actor.of(technician))
    services.make_ready(visit_in_preparation, by=Actor.of(detailer))
    with pytest.raises(Refusal):
        services.make_ready(visit_in_preparation, by=Actor.of(detailer))


def test_a_car_seen_to_be_wrong_goes_back(visit_in_preparation, detailer):
    with pytest.raises(Refusal):
        services.send_back(visit_in_preparation, by=Actor.of(detailer), reason=" ")
    services.send_back(visit_in_preparation, by=Actor.of(detailer), reason="右前門有油污刮痕")
    assert visit_in_preparation.stage == "rework"


def test_the_customer_is_told_once_by_a_person(visit_ready, advisor):
    by = Actor.of(advisor)
    notice = services.notify_pickup(visit_ready, by=by)
    assert notice.message.link.purpose == "pickup"
    with pytest.raises(Refusal, match="許雅婷"):
        services.notify_pickup(visit_ready, by=by)
    assert PickupNotice.objects.count() == 1
    assert evidence("M6.1-a", visit_ready) == "done"


def test_a_customer_who_waits_is_told_in_person(visit_ready, advisor):
    notice = services.notify_pickup(visit_ready, by=Actor.of(advisor), in_person=True)
    assert notice.message is None
    assert Message.objects.filter(kind="pickup_ready").count() == 0


def test_he_says_when_he_comes_not_in_the_past(visit_ready, advisor):
    notice = services.notify_pickup(visit_ready, by=Actor.of(advisor))
    by = Actor.of_link(notice.message.link)
    with pytest.raises(Refusal):
        services.expect_customer(visit_ready, by=by, expected_at=now() - dt.timedelta(hours=1))
    services.expect_customer(visit_ready, by=by, expected_at=now() + dt.timedelta(hours=1), collector=" 林 先生 ")
    notice.refresh_from_db()
    assert notice.collector == "林 先生"


def test_handing_over_asks_for_everything_and_keeps_nothing_when_refused(visit_ready, advisor):
    with pytest.raises(Refusal) as refusal:
        services.hand_over(
            visit_ready, by=Actor.of(advisor), person="林怡君", explained=[], given=[], odometer_out=40_300
        )
    assert clauses(refusal) == ["M6.1-a", "M5.2-c", "M6.1-b", "M6.1-c"]
    assert Handover.objects.count() == 0
    visit_ready.refresh_from_db()
    assert (visit_ready.stage, visit_ready.odometer_out) == ("ready", None)


def test_the_odometer_does_not_run_backwards(visit_ready, advisor, cashier):
    with pytest.raises(Refusal):
        handed_over(visit_ready, advisor, cashier, odometer_out=visit_ready.odometer_in - 1)
    assert Handover.objects.count() == 0


def test_an_account_customer_may_leave_unpaid(visit_ready, advisor, cashier):
    visit_ready.customer.account_customer = True
    visit_ready.customer.save()
    by = Actor.of(advisor)
    services.notify_pickup(visit_ready, by=by)
    services.hand_over(
        visit_ready, by=by, person="林怡君", explained=EXPLAINED, given=GIVEN, odometer_out=visit_ready.odometer_in + 3
    )
    assert evidence("M5.2-c", visit_ready) == "done"


def test_not_accepted_goes_back_with_his_words(visit_ready, advisor):
    by = Actor.of(advisor)
    with pytest.raises(Refusal):
        services.refuse_acceptance(visit_ready, by=by, person="林怡君", objection=" ")
    services.refuse_acceptance(visit_ready, by=by, person="林怡君", objection="煞車還是會叫")
    assert visit_ready.stage == "rework"
    assert Handover.objects.get().accepted is False
    assert Promise.objects.filter(work_order=visit_ready, kind="delivery").count() == 1


def test_somebody_else_collects_the_car(visit_ready, advisor, cashier):
    notice = services.notify_pickup(visit_ready, by=Actor.of(advisor))
    paid(visit_ready, cashier)
    proxy = {"person": "林建國", "relation": "family", "authorised": "link"}

    def hand_over(**values):
        return services.hand_over(
            visit_ready,
            by=Actor.of(advisor),
            explained=EXPLAINED,
            given=GIVEN,
            odometer_out=40_300,
            **{**proxy, **values},
        )

    for wrong in ({"relation": ""}, {"authorised": "x"}, {"person": "林怡君"}, {}):  # {}: he named nobody by his link
        with pytest.raises(Refusal):
            hand_over(**wrong)
    services.expect_customer(visit_ready, by=Actor.of_link(notice.message.link), collector="林建國")
    handover = hand_over()
    assert handover.by_proxy
    (event,) = visit_ready.happened("handover.accepted")
    assert (event.data["relation"], event.data["authorised"]) == ("family", "link")
    proof = registry.evidence.by_clause["M6.1-b"](visit_ready)
    assert (proof.state, "林建國 for the customer (Family member" in str(proof.text)) == ("done", True)


def test_the_database_wants_both_of_a_proxy(visit_ready, advisor):
    with pytest.raises(IntegrityError), transaction.atomic():
        Handover.objects.create(
            work_order=visit_ready,
            at=now(),
            accepted=False,
            person="林建國",
            objection="刮痕",
            relation="family",
            **actor_values(Actor.of(advisor)),
        )


def test_nobody_is_surveyed_before_delivery_or_twice(visit_ready, advisor, cashier):
    with pytest.raises(Refusal) as refusal:
        invited(visit_ready, advisor)
    assert clauses(refusal) == ["M6.2-a", ""]  # the rule, and who moved the car where it is
    handed_over(visit_ready, advisor, cashier)
    invited(visit_ready, advisor)
    with pytest.raises(Refusal):
        invited(visit_ready, advisor)
    assert SurveyResponse.objects.count() == 1


def test_a_low_answer_is_passed_on_and_taken_back_when_changed(visit_delivered, advisor, supervisor):
    response = invited(visit_delivered, advisor)
    by = Actor.of_link(response.link)
    services.answer_question(response, "SV-07", "1", by=by)
    opinion = Opinion.objects.get()
    assert (opinion.department, opinion.state) == ("supervisor", "open")
    services.answer_question(response, "SV-07", "4", by=by)
    opinion.refresh_from_db()
    assert opinion.state == "withdrawn"
    services.answer_question(response, "SV-07", "2", by=by)
    opinion = services.explain_answer(response, "SV-07", by=by, reasons=["quality"], text="還有異音", call_wanted=True)
    promise = Promise.objects.get(kind="call")
    assert (promise.owner_role, promise.state) == ("manager", "pending")
    assert visit_delivered.centre.local(promise.due_at).strftime("%m-%d %H:%M") == "11-25 12:00"
    services.answer_opinion(opinion, by=Actor.of(supervisor), text="已約回廠複檢")
    promise.refresh_from_db()
    assert promise.state == "kept"
    with pytest.raises(Refusal):
        services.answer_opinion(opinion, by=Actor.of(supervisor), text="再一次")


def test_a_survey_with_every_answer_is_finished_whatever_the_last_one_was(visit_delivered, advisor, at_tuesday_ten):
    response = invited(visit_delivered, advisor)
    by, asked = Actor.of_link(response.link), questions()
    for question in asked:
        low = [choice for choice in question.choices if question.is_alarming(choice) == (question is asked[-1])]
        services.answer_question(response, question.code, low[-1], by=by)
    response.refresh_from_db()
    assert Opinion.objects.get().question == asked[-1]
    assert response.completed_at is not None
    services.explain_answer(response, asked[-1].code, by=by, reasons=["quality"])
    with pytest.raises(Refusal):
        services.explain_answer(response, asked[-1].code, by=by, reasons=["price"])
    at_tuesday_ten.move(days=3)
    assert services.remind_of_surveys() == 0


def test_answers_off_the_list_are_refused(visit_delivered, advisor):
    response = invited(visit_delivered, advisor)
    for code, value in (("SV-07", "6"), ("SV-07", "x"), ("SV-13", "5"), ("NONE", "5"), ("SV-06", "5")):
        with pytest.raises(Refusal):
            services.answer_question(response, code, value, by=Actor.of_link(response.link))


def test_a_finished_survey_stays_as_it_is(visit_delivered, advisor):
    response = invited(visit_delivered, advisor)
    by = Actor.of_link(response.link)
    with pytest.raises(Refusal):
        services.finish_survey(response, by=by)
    surveyed(response)
    with pytest.raises(Refusal):
        services.answer_question(response, "SV-07", "1", by=by)
    services.finish_survey(response, by=by, comment="很滿意")
    with pytest.raises(Refusal):
        services.finish_survey(response, by=by, comment="再一次")
    assert Opinion.objects.get().department == "agent"


def test_the_advisor_records_what_he_heard(visit_delivered, advisor):
    by = Actor.of(advisor)
    for text, department in ((" ", "supervisor"), ("很好", "admin"), ("很好", "nobody")):
        with pytest.raises(Refusal):
            services.record_opinion(visit_delivered, by=by, text=text, department=department)
    assert services.record_opinion(visit_delivered, by=by, text="休息室太冷", department="manager").state == "open"
