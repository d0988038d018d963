"""Django's admin: superusers only, and rows that the process writes are there to look at."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib import admin
from django.test import RequestFactory
from django.urls import reverse
from django.utils.translation import override

from servicedesk.staff.models import User
from tests.fixtures.people import Person, client_of

pytestmark = pytest.mark.django_db
KEPT_BY_PEOPLE = {"staff", "catalogue", "axes", "auth"}
"""Accounts, centres, calendars, reference data and lock-outs are what the admin is for."""

MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
PROCESS = [model for model in MODELS if model._meta.app_label not in KEPT_BY_PEOPLE]


@pytest.fixture
def root(db: None) -> Person:
    return client_of(User.objects.create(username="root", is_superuser=True, is_staff=True))


def page(model: Any, name: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=args)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_every_list_opens_for_a_superuser(model: Any, root: Person, everyone: dict[str, User], customer: Any) -> None:
    assert root.get(page(model, "changelist")).status_code == 200
    assert root.get(page(model, "changelist") + "?q=%00x").status_code < 500


@pytest.mark.parametrize("model", PROCESS, ids=lambda model: model._meta.label)
def test_rows_of_the_process_are_read_only(model: Any, root: Person, rf: RequestFactory) -> None:
    request = rf.get("/")
    request.user = User.objects.get(username="root")
    register = admin.site._registry[model]
    allowed = [getattr(register, f"has_{verb}_permission")(request) for verb in ("add", "change", "delete")]
    assert allowed == [False, False, False]
    assert root.get(page(model, "add")).status_code == 403


def chinese(words: Any) -> bool:
    """Whether a name is in Chinese, or an abbreviation that has no other name."""
    return any("\u4e00" <= letter <= "\u9fff" for letter in str(words)) or str(words).isupper()


@pytest.mark.parametrize("language", ["zh-hant", "zh-hans"])
def test_what_superusers_look_after_is_named_in_their_language(language: str) -> None:
    """Every room and model of ours, and each field that can be edited."""
    ours = [model for model in MODELS if model._meta.app_label not in {"axes", "auth"}]
    with override(language):
        names = {f"{model._meta.label}": model._meta.verbose_name_plural for model in ours}
        names |= {model._meta.app_config.name: model._meta.app_config.verbose_name for model in ours}
        for model in ours:
            if model not in PROCESS:
                inlines = [inline.model for inline in admin.site._registry[model].inlines]
                for field in [field for each in [model, *inlines] for field in each._meta.fields]:
                    if field.editable and field.name != "id" and field.related_model is not model:
                        names[str(field)] = field.verbose_name
        assert sorted(name for name, words in names.items() if not chinese(words)) == []


def test_nobody_else_gets_in(everyone: dict[str, User]) -> None:
    for role, user in everyone.items():
        for url in (reverse("admin:index"), page(User, "changelist")):
            answer = client_of(user).get(url)
            assert (role, answer.status_code, answer["Location"].startswith("/admin/login/")) == (role, 302, True)


def test_the_name_of_staff_alone_opens_nothing(advisor: User) -> None:
    User.objects.filter(pk=advisor.pk).update(is_staff=True)
    for model in MODELS:
        assert client_of(advisor).get(page(model, "changelist")).status_code == 403
