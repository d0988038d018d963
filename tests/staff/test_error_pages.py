"""Through the real middleware: the sign-in page and the pages that say no come in our look, under the strict policy."""

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("language", "lang"), [("en", "en"), ("zh-hant", "zh-Hant"), ("zh-hans", "zh-Hans")])
def test_sign_in_page_in_each_language(client, language, lang):
    client.cookies["language"] = language
    answer = client.get("/sign-in/")
    assert answer.status_code == 200
    assert f'<html lang="{lang}"' in answer.content.decode()
    assert "unsafe-inline" not in answer.headers["Content-Security-Policy"]


def test_wrong_password_keeps_the_name_and_says_so(client):
    answer = client.post("/sign-in/", {"username": "nobody", "password": "wrong"})
    html = answer.content.decode()
    assert answer.status_code == 200
    assert 'value="nobody"' in html
    assert 'role="alert"' in html
    assert 'value="wrong"' not in html


def test_unknown_address_is_404_in_our_look(client):
    answer = client.get("/no/such/page/")
    assert answer.status_code == 404
    assert "sd-errorpage" in answer.content.decode()


def test_form_without_its_token_is_403_in_our_look():
    get_user_model().objects.create_user("somebody", password="x")
    answer = Client(enforce_csrf_checks=True).post("/sign-in/", {"username": "somebody", "password": "x"})
    assert answer.status_code == 403
    assert "sd-errorpage" in answer.content.decode()
