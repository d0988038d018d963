"""Messages of the end of a visit: the refund's receipt, the survey's reminder, the papers' link."""

from __future__ import annotations

from typing import Any

import pytest

from delivery import services
from delivery.models import Payment
from servicedesk import registry
from servicedesk.clock import now
from servicedesk.customers.models import Customer
from servicedesk.messaging import links, relay
from servicedesk.messaging.models import Message
from servicedesk.staff.actors import Actor
from tests.fixtures.delivery import invited, surveyed

pytestmark = pytest.mark.django_db
KIND = "survey_reminder"


@pytest.fixture
def invitation(visit_delivered: Any, advisor: Any) -> Any:
    """Sent to a customer who agreed to be contacted afterwards; the clock stands at Tuesday 10:00."""
    Customer.objects.update(consent_contact_at=now())
    response = invited(visit_delivered, advisor)
    relay.run()
    return response


def test_money_given_back_is_confirmed_in_writing_once(visit_delivered: Any, cashier: Any) -> None:
    payment = Payment.objects.get(reversal_of=None)
    services.reverse_payment(payment, reason="刷錯卡", by=Actor.of(cashier))
    with pytest.raises(services.payments.PaymentRefused):
        services.reverse_payment(payment, reason="再一次", by=Actor.of(cashier))
    message = Message.objects.get(kind="refund_receipt")
    assert (message.context["amount"], message.context["method"]) == (str(payment.amount), "信用卡")
    assert "刷錯卡" not in str(message.context)
    relay.run()
    message.refresh_from_db()
    assert message.context["bill"] in message.body


def test_the_papers_have_a_page(visit_delivered: Any) -> None:
    message = Message.objects.get(kind="delivered_papers")
    assert (message.link.purpose, message.link.target_id) == ("pickup", visit_delivered.pk)


def test_the_sweep_is_registered() -> None:
    assert services.remind_of_surveys in {entry.run for entry in registry.sweeps}


def test_two_days_after_the_invitation_once(invitation: Any, at_tuesday_ten: Any) -> None:
    at_tuesday_ten.move(days=1, hours=23)
    assert services.remind_of_surveys() == 0
    at_tuesday_ten.move(hours=1)
    assert (services.remind_of_surveys(), services.remind_of_surveys()) == (1, 0)
    message = Message.objects.get(kind=KIND)
    assert (message.link, message.about) == (invitation.link, invitation.work_order.number)
    at_tuesday_ten.move(days=3)
    assert services.remind_of_surveys() == 0


def test_not_at_night(invitation: Any, at_tuesday_ten: Any) -> None:
    at_tuesday_ten.move(days=2, hours=12)
    assert services.remind_of_surveys() == 0
    at_tuesday_ten.move(hours=12)
    assert services.remind_of_surveys() == 1


def test_without_consent_nobody_is_reminded(invitation: Any, at_tuesday_ten: Any) -> None:
    Customer.objects.update(consent_contact_at=None)
    at_tuesday_ten.move(days=3)
    assert services.remind_of_surveys() == 0


def test_who_answered_is_left_alone_and_what_waits_is_withdrawn(invitation: Any, at_tuesday_ten: Any) -> None:
    at_tuesday_ten.move(days=3)
    assert services.remind_of_surveys() == 1
    surveyed(invitation)
    assert Message.objects.get(kind=KIND).state == "cancelled"
    assert services.remind_of_surveys() == 0


@pytest.mark.parametrize("how", ["revoked", "never sent", "long ago"])
def test_nor_who_cannot_answer(visit_delivered: Any, advisor: Any, at_tuesday_ten: Any, how: str) -> None:
    Customer.objects.update(consent_contact_at=now())
    response = invited(visit_delivered, advisor)
    if how != "never sent":
        relay.run()
    if how == "revoked":
        links.revoke(target_kind=response.link.target_kind, target_id=response.link.target_id)
    at_tuesday_ten.move(days=15 if how == "long ago" else 3)
    assert services.remind_of_surveys() == 0


def test_an_idle_sweep_costs_two_queries(invitation: Any, at_tuesday_ten: Any, django_assert_num_queries: Any) -> None:
    at_tuesday_ten.move(days=3)
    services.remind_of_surveys()
    with django_assert_num_queries(2):
        assert services.remind_of_surveys() == 0
