"""The page of message templates: who reads it, and that it shows what would be sent."""

import pytest

from servicedesk.customers.models import Customer
from servicedesk.messaging import relay
from servicedesk.messaging.kinds import KINDS
from servicedesk.messaging.models import Message
from tests.fixtures.people import client_of

pytestmark = pytest.mark.django_db
URL = "/messages/templates/"


@pytest.mark.parametrize("role", ["manager", "admin"])
def test_managers_and_administrators_see_every_kind(everyone, role):
    person = client_of(everyone[role])
    page = person.get(URL).content.decode()
    for key, kind in KINDS.items():
        assert f"{URL}{key}/" in page
        assert str(kind.label) in page
    assert 'href="/messages/templates/" aria-current' in page or f'href="{URL}"' in page
    assert Customer.objects.count() == Message.objects.count() == 0


@pytest.mark.parametrize("role", ["advisor", "technician", "agent"])
def test_others_do_not(everyone, role):
    person = client_of(everyone[role])
    for address in (URL, f"{URL}new_link/", f"{URL}new_link/en/"):
        assert person.get(address).status_code == 403


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_shown_in_each_language_and_channel(manager, kind):
    person = client_of(manager)
    page = person.get(f"{URL}{kind}/").content.decode()
    for shown in ("【台北內湖廠】", "台北內湖廠: ", 'lang="zh-hans"', f"{URL}{kind}/zh-hant/"):
        assert shown in page
    for language in ("en", "zh-hant", "zh-hans"):
        answer = person.get(f"{URL}{kind}/{language}/")
        letter = answer.content.decode()
        assert "台北內湖廠" in letter
        assert "style=" not in letter
        assert 'css/email.css"' in letter
        assert "style-src 'self'" in answer["Content-Security-Policy"]


def test_what_does_not_exist_is_not_found(manager):
    person = client_of(manager)
    for address in (f"{URL}nonsense/", f"{URL}nonsense/en/", f"{URL}new_link/fr/"):
        assert person.get(address).status_code == 404


def test_a_page_costs_the_same_however_many_kinds_there_are(manager, django_assert_max_num_queries):
    person = client_of(manager)
    person.get(URL)
    with django_assert_max_num_queries(8) as one:
        person.get(f"{URL}new_link/")
    with django_assert_max_num_queries(8) as all_of_them:
        person.get(URL)
    assert len(one) == len(all_of_them)


def test_the_preview_is_the_code_that_sends(queue, link, manager):
    """With the same values the words are the same, but for the link."""
    from servicedesk.messaging import samples

    message = queue("pickup_ready", context=samples.context_of("pickup_ready", "zh-hant", link.centre), link=link)
    relay.run()
    message.refresh_from_db()
    page = client_of(manager).get(f"{URL}pickup_ready/").content.decode()
    assert message.subject in page
