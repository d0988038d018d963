"""The pages under Messages: who reads what, and sending again."""

import datetime as dt
from types import SimpleNamespace

import pytest
from django.db import connection
from django.template.loader import render_to_string

from servicedesk.clock import now
from servicedesk.messaging import panels, relay
from servicedesk.messaging.models import Message
from tests.fixtures.people import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def failed(queue, customer):
    address, customer.email, customer.phone = customer.email, "", ""
    message = queue()
    customer.email = address
    return message


@pytest.mark.parametrize("role", ["advisor", "agent", "manager"])
def test_readers_see_list_and_message(everyone, role, queue, link):
    message = queue(link=link)
    relay.run()
    person = client_of(everyone[role])
    assert "B2611-0427" in person.get("/messages/").content.decode()
    page = person.get(message.get_absolute_url()).content.decode()
    assert "09:30" in page
    assert link.path in page
    letter = person.get(message.get_absolute_url() + "preview/")
    assert link.path in letter.content.decode()
    assert "style=" not in letter.content.decode()


@pytest.mark.parametrize("role", ["technician", "inspector", "cashier", "parts", "admin", "detailer", "supervisor"])
def test_others_do_not(everyone, role, failed):
    person = client_of(everyone[role])
    url = failed.get_absolute_url()
    for address in ("/messages/", url, url + "preview/"):
        assert person.get(address).status_code == 403
    assert person.act(url + "send-again/").status_code == 403
    assert Message.objects.get().state == "failed"


def test_a_strangers_message_does_not_exist(outsider, failed):
    person = client_of(outsider)
    url = failed.get_absolute_url()
    assert person.get("/messages/?about=B2611-0427").context["page"].rows == []
    for address in (url, url + "preview/"):
        assert person.get(address).status_code == 404
    assert person.act(url + "send-again/").status_code == 404
    assert Message.objects.get().state == "failed"


def test_sending_again(agent, failed):
    person = client_of(agent)
    assert "Send again" in person.get(failed.get_absolute_url()).content.decode()
    url = failed.get_absolute_url() + "send-again/"
    answer = person.act(url, key="same-key-1")
    assert (answer.status_code, answer["Location"]) == (302, failed.get_absolute_url())
    assert person.act(url, key="same-key-1")["Location"] == failed.get_absolute_url()
    failed.refresh_from_db()
    assert (failed.state, failed.to, failed.by_user) == ("pending", "lin@example.com", agent)
    relay.run()
    answer = person.act(url)
    assert answer.status_code == 302
    assert "was sent" in person.get(answer["Location"]).content.decode()
    failed.refresh_from_db()
    assert failed.state == "sent"


def test_outside_the_embedded_mode_no_link_is_shown(agent, queue, link, settings):
    message = queue(link=link)
    relay.run()
    settings.EMAIL_CHANNEL = "smtp"
    person = client_of(agent)
    assert link.token not in person.get(message.get_absolute_url()).content.decode()
    assert link.token not in person.get(message.get_absolute_url() + "preview/").content.decode()


def test_what_cannot_be_rendered_can_still_be_read(agent, queue):
    message = queue()
    Message.objects.filter(pk=message.pk).update(kind="gone")
    person = client_of(agent)
    assert "TemplateDoesNotExist" in person.get(message.get_absolute_url()).content.decode()
    assert person.get(message.get_absolute_url() + "preview/").status_code == 200


@pytest.mark.parametrize(
    ("state", "seen"), [("", 3), ("waiting", 1), ("failed", 1), ("sent", 1), ("cancelled", 0), ("nonsense", 3)]
)
def test_filters(agent, queue, failed, state, seen):
    sent = queue()
    Message.objects.filter(pk=sent.pk).update(state="sent", sent_at=now(), body="x", subject="x")
    queue()
    page = client_of(agent).get("/messages/", {"state": state, "after": "garbage", "about": ""})
    assert len(page.context["page"].rows) == seen


def test_the_list_is_paged_and_costs_the_same(agent, queue, django_assert_max_num_queries):
    person = client_of(agent)
    queue()
    person.get("/messages/")
    with django_assert_max_num_queries(15) as one:
        person.get("/messages/")
    for _n in range(59):
        queue()
    with django_assert_max_num_queries(15) as many:
        first = person.get("/messages/")
    assert len(one) == len(many)
    second = person.get("/messages/", {"after": first.context["page"].next})
    keys = [m.pk for m in (*first.context["page"].rows, *second.context["page"].rows)]
    assert keys == sorted(Message.objects.values_list("pk", flat=True), reverse=True)


def test_the_list_is_in_the_order_of_the_time_it_shows(agent, queue):
    early, late = queue(), queue(context={"number": "B1", "plate": ""}, about="")
    Message.objects.filter(pk=late.pk).update(created_at=now() - dt.timedelta(hours=3))
    Message.objects.filter(pk=early.pk).update(due_at=now() + dt.timedelta(days=3))
    response = client_of(agent).get("/messages/")
    assert [row.pk for row in response.context["page"].rows] == [early.pk, late.pk]
    page = response.content.decode()
    assert '<span class="sd-plate" translate="no">BKQ-5821</span><small>B2611-0427</small>' in page
    assert "to be sent 27 Nov" in page
    head = client_of(agent).get(early.get_absolute_url()).content.decode()
    assert '<span class="sd-plate" translate="no">BKQ-5821</span>' in head[: head.index("<section")]


def test_the_list_is_read_from_an_index_in_its_order(agent):
    rows = Message.objects.filter(centre__in=agent.centre_ids()).order_by("-created_at", "-id")[:51]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        cursor.execute("SET LOCAL enable_sort = off")  # on a table this small sorting is cheap
    assert "message_newest" in (plan := rows.explain())
    assert "Sort" not in plan


def test_typed_words_stay_words(agent, queue):
    message = queue("complaint_received", context={"number": "C1", "matter": "<script>alert(1)</script>"})
    person = client_of(agent)
    for address in (message.get_absolute_url(), message.get_absolute_url() + "preview/"):
        assert "<script>alert" not in person.get(address).content.decode()


def test_a_visit_shows_what_was_told_about_it(queue, centre, other_centre, django_assert_num_queries):
    visit = SimpleNamespace(number="W2611-0318", full_number="NH-W2611-0318", centre=centre)
    assert panels.visit_messages(None, visit) is None
    told = [queue("pickup_ready", about=number) for number in ("W2611-0318", "NH-W2611-0318")]
    queue(about="W2611-0318", centre=other_centre)
    with django_assert_num_queries(1):
        context = panels.visit_messages(None, visit)
        page = render_to_string("messaging/_visit.html", context)
    assert context["sent_messages"] == told[::-1]
    assert told[0].get_absolute_url() in page
