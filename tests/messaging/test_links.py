"""Customers' links: what opens them, what does not, and that looking changes nothing."""

import random

import pytest
from django.test import Client

from servicedesk.clock import now
from servicedesk.messaging import link_views, links
from servicedesk.messaging.models import TOKEN_LENGTH, LinkMiss, Message, SignedLink, make_token, token_hash
from servicedesk.staff.logs import WithoutTokens

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.messaging.urls_for_links")]
PAGE = "/tests/page/"


def rows() -> list[dict]:
    return list(SignedLink.objects.order_by("pk").values()) + list(Message.objects.order_by("pk").values())


def test_opening_swaps_the_token_for_a_cookie(link, client):
    answer = client.get(link.url)
    assert (answer.status_code, answer["Location"]) == (302, PAGE)
    cookie = answer.cookies["link_testing"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/tests/", True, "Lax")
    assert link.token not in cookie.value
    page = client.get(PAGE)
    assert page.content.decode() == "7 zh-hant link False"
    for response in (answer, page):
        assert response["Cache-Control"] == "no-store"
        assert response["Referrer-Policy"] == "same-origin"
        assert response["X-Robots-Tag"] == "noindex, nofollow"


def test_looking_never_changes_anything(link, client):
    before = rows()
    for method in ("get", "head", "options"):
        for _time in range(5):
            answer = getattr(client, method)(link.path)
            assert answer.status_code == (204 if method == "options" else 302)
            assert client.get(PAGE).status_code == 200
    assert rows() == before
    assert client.post(link.path).status_code == 405


def test_acting_twice_is_harmless_and_the_link_still_opens(link, client):
    client.get(link.path)
    assert client.post(PAGE).content.decode().endswith("True")
    used = SignedLink.objects.get().used_at
    assert client.post(PAGE).content.decode().endswith("False")
    assert SignedLink.objects.get().used_at == used
    assert Client().get(link.path).status_code == 302


def test_the_database_holds_only_the_hash(link):
    row = SignedLink.objects.values().get(pk=link.pk)
    assert row["token_hash"] == token_hash(link.token)
    assert link.token not in str(row)
    assert len(link.token) == TOKEN_LENGTH == 16


def test_an_old_secret_still_finds_the_token(link, settings):
    token = link.token
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another"
    assert link.token == token
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(ValueError, match="secret key"):
        _gone = link.token


def test_a_longer_token_of_former_days_still_opens(link, client, settings):
    longer = make_token(link.purpose, link.nonce, settings.SECRET_KEY, 22)
    SignedLink.objects.filter(pk=link.pk).update(token_hash=token_hash(longer))
    link.refresh_from_db()
    assert link.token == longer
    assert client.get(f"/l/{longer}").status_code == 302


def test_a_short_domain_may_stand_before_links(link, settings):
    settings.LINK_URL = "https://s.hm.test"
    assert link.url == f"https://s.hm.test/{link.token}"


def test_wrong_tokens_get_one_and_the_same_404_then_429(link, settings):
    chance = random.Random(5)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    genuine = link.token
    wrong = ["".join(chance.choices(alphabet, k=TOKEN_LENGTH)) for _n in range(300)]
    for n in range(TOKEN_LENGTH):  # each character changed
        flipped = chr(ord(genuine[n]) ^ 1)
        wrong.append(genuine[:n] + flipped + genuine[n + 1 :])
    wrong += [genuine[:-1], genuine + "A", genuine.swapcase(), "a/b/c", "%00", "..", "林", "x" * 5000, "' OR 1=1 --"]
    bodies = set()
    for n, token in enumerate(wrong):
        answer = Client(REMOTE_ADDR=f"10.0.{n // 15}.1").get(f"/l/{token}")
        assert answer.status_code == 404, token
        bodies.add(answer.content)
    assert len(bodies) == 1
    stranger = Client(REMOTE_ADDR="10.9.9.9")
    codes = [stranger.get(f"/l/{token}").status_code for token in wrong[:30]]
    assert codes == [404] * 20 + [429] * 10
    assert stranger.get(link.path).status_code == 302
    assert Client(REMOTE_ADDR="10.9.9.8").get("/l/x").status_code == 404


def test_the_throttle_forgets(link, at_tuesday_ten):
    stranger = Client(REMOTE_ADDR="2001:db8::1")
    for n in range(21):
        code = stranger.get(f"/l/{n}").status_code
    assert code == 429
    assert Client(REMOTE_ADDR="2001:db8::2").get("/l/x").status_code == 429
    at_tuesday_ten.move(minutes=11)
    assert stranger.get("/l/x").status_code == 404
    assert LinkMiss.objects.get().address == "2001:db8::/64"


def test_a_made_up_forwarded_address_counts_only_behind_our_proxy(rf, settings):
    request = rf.get("/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR="1.1.1.1, 2.2.2.2")
    assert link_views.address_of(request) == "10.0.0.1"
    settings.TRUSTED_PROXIES = 1
    assert link_views.address_of(request) == "2.2.2.2"


def test_one_purpose_does_not_open_another(link, client, customer, centre):
    client.get(link.path)
    assert client.get("/tests/other/").status_code == 404
    client.cookies["link_other"] = client.cookies["link_testing"].value
    assert client.get("/tests/other/").status_code == 404


@pytest.mark.parametrize("value", ["", "7", "7:abc:def", "x" * 3000, "1:1t:AAAA"])
def test_a_forged_cookie_opens_nothing(link, client, value):
    client.cookies["link_testing"] = value
    answer = client.get(PAGE)
    assert answer.status_code == 404
    assert answer["Cache-Control"] == "no-store"


def test_expired_is_410_without_anything_personal(link, client, customer, at_tuesday_ten):
    client.get(link.path)
    at_tuesday_ten.move(days=8)
    for answer in (client.get(PAGE), Client().get(link.path)):
        assert answer.status_code == 410
        page = answer.content.decode()
        for secret in (customer.name, customer.email, str(customer.phone), "912345678", link.token):
            assert secret not in page
        assert "+886255500188" in page


def test_a_new_link_goes_to_the_stored_address_only(link, client, at_tuesday_ten):
    at_tuesday_ten.move(days=8)
    page = client.get(link.path)
    form = {"link": page.context["renewal"], "email": "thief@example.com", "phone": "+886900000000"}
    assert client.post("/l/renew/", form).status_code == 200
    message = Message.objects.get()
    assert (message.kind, message.to, message.link.target_id) == ("new_link", "lin@example.com", 7)
    assert message.link_id != link.pk
    assert client.get(message.link.path).status_code == 302
    for _again in range(5):
        assert client.post("/l/renew/", form).status_code == 200
    assert Message.objects.count() == 1
    at_tuesday_ten.move(minutes=11)
    client.post("/l/renew/", form)
    assert Message.objects.count() == 2


@pytest.mark.parametrize("value", ["", "7", "7:x", "eyJ:1:2"])
def test_asking_for_a_new_link_needs_the_page_of_an_old_one(link, client, value):
    assert client.post("/l/renew/", {"link": value}).status_code == 404
    assert Message.objects.count() == 0


def test_a_revoked_link_is_gone_for_good(link, client):
    assert links.revoke(target_kind="test", target_id=7) == 1
    page = client.get(link.path)
    assert (page.status_code, page.context["renewal"]) == (410, "")
    assert links.renew(link) is None


def test_asking_needs_its_csrf_token(link, at_tuesday_ten):
    at_tuesday_ten.move(days=8)
    strict = Client(enforce_csrf_checks=True)
    renewal = strict.get(link.path).context["renewal"]
    assert strict.post("/l/renew/", {"link": renewal}).status_code == 403


def test_a_forged_host_and_next_lead_nowhere(link, client, settings):
    assert link.url == f"{settings.SITE_URL}/l/{link.token}"
    answer = client.get(link.path + "?next=https://evil.example/", headers={"X-Forwarded-Host": "evil.example"})
    assert answer["Location"] == PAGE
    assert client.get(link.path, headers={"Host": "evil.example"}).status_code == 400


def test_the_visitor_may_choose_another_language(link, client):
    client.get(link.path)
    client.cookies["language"] = "en"
    assert client.get(PAGE).content.decode().split()[1] == "en"


def test_logs_never_show_a_token(link, caplog):
    import logging

    record = logging.LogRecord("x", logging.WARNING, "", 0, "Not Found: %s", (link.path,), None)
    WithoutTokens().filter(record)
    assert link.token not in record.getMessage()


def test_unknown_purposes_are_our_mistake(customer, centre):
    with pytest.raises(KeyError):
        links.issue("nothing", target_kind="x", target_id=1, customer=customer, centre=centre)


def test_a_link_lasts_as_long_as_said(link, purposes, customer, centre):
    assert (link.expires_at - link.created_at).days == 7
    assert link.expires_at > now()
