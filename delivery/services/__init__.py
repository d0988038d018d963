"""The verbs of chapters 5 and 6: clean, bill, take payment, call for, hand over, ask how it was."""

from delivery.services.billing import adjust_line, credit_bill, issue_bill, recalculate
from delivery.services.handover import (
    expect_customer,
    hand_over,
    make_ready,
    notify_pickup,
    refuse_acceptance,
    send_back,
)
from delivery.services.opinions import answer_opinion, record_opinion
from delivery.services.payments import pay, release, reverse_payment
from delivery.services.reminders import remind_of_surveys
from delivery.services.survey import answer_question, explain_answer, finish_survey, invite_to_survey
from delivery.services.wash import look, tick_part

__all__ = [
    "adjust_line",
    "answer_opinion",
    "answer_question",
    "credit_bill",
    "expect_customer",
    "explain_answer",
    "finish_survey",
    "hand_over",
    "invite_to_survey",
    "issue_bill",
    "look",
    "make_ready",
    "notify_pickup",
    "pay",
    "recalculate",
    "record_opinion",
    "refuse_acceptance",
    "release",
    "remind_of_surveys",
    "reverse_payment",
    "send_back",
    "tick_part",
]
