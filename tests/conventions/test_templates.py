"""Templates keep the strict content security policy, and every form its proof of origin and its request key."""

import re

import pytest

from tests.conventions.tree import templates

INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)(?![^>]*type=[\"']application/json)[^>]*>|<style\b|\sstyle=[\"']|\son[a-z]+=[\"']|javascript:"
    r"|\bhx-on|\bhx-vars|hx-vals=[\"']js:",
    re.IGNORECASE,
)
FORM = re.compile(r"<form\b(?P<tag>[^>]*(?:%}[^>]*)*)>(?P<body>.*?)</form>", re.IGNORECASE | re.DOTALL)
POST = re.compile(r"method=[\"']?post|hx-post", re.IGNORECASE)
COMMENT = re.compile(r"{% comment %}.*?{% endcomment %}|{#.*?#}", re.DOTALL)
HARMLESS = re.compile(r"staff:(sign_in|sign_out|set_language|set_centre)")
"""Forms without a request key: nothing is recorded that could be recorded twice."""
SIGN_IN = "templates/staff/sign_in.html"  # the same, but its forms name no action


def inline_code(text: str) -> list[str]:
    """Return every inline script, style or handler, which the browser would refuse."""
    return [found.group(0) for found in INLINE.finditer(text)]


def bare_forms(text: str) -> list[str]:
    """Return what a POST form lacks."""
    lacking = []
    for form in FORM.finditer(text):
        if not POST.search(form["tag"]):
            continue
        if "{% csrf_token %}" not in form["body"]:
            lacking.append(f"no csrf_token: <form{form['tag']}>")
        if "{% request_key" not in form["body"] and not HARMLESS.search(form["tag"]):
            lacking.append(f"no request_key: <form{form['tag']}>")
    return lacking


def loose_posts(text: str) -> list[str]:
    """Return elements that POST by htmx alone: without scripts they would do nothing."""
    saved_with_their_form = {"form", "input", "select", "textarea"}
    return [tag for tag in re.findall(r"<(\w+)[^<]*?\shx-post=", text) if tag.lower() not in saved_with_their_form]


@pytest.mark.parametrize(
    "bad",
    [
        "<script>go()</script>",
        "<p style='x'>",
        '<a onclick="go()">',
        "<style>",
        '<a href="javascript:go()">',
        "<p hx-on:click>",
    ],
)
def test_inline_code_is_seen(bad):
    assert inline_code(bad)


def test_a_script_file_is_no_inline_code():
    assert not inline_code("<script defer src=\"{% static 'js/x.js' %}\"></script>")


def test_a_bare_form_is_seen():
    assert len(bare_forms('<form method="post" action="{% url "x" %}"><button></form>')) == 2
    assert not bare_forms('<form method="post">{% csrf_token %}{% request_key %}</form><form method="get"></form>')


def test_a_loose_post_is_seen():
    assert loose_posts('<button class="x" hx-post="/x">') == ["button"]
    assert not loose_posts('<form method="post" hx-post="/x">')


def test_rows_say_which_cell_is_the_person():
    """On a phone a row stands on a grid that asks each cell what it is; it cannot place a row without a person."""
    lists = {path: text for path, text in templates() if "sd-rows" in text and "<td" in text}
    assert lists
    assert [path for path, text in lists.items() if text.count("sd-rows") != text.count('data-at="who"')] == []


def test_templates_keep_the_rules():
    found = {}
    for path, text in templates():
        code = COMMENT.sub("", text)
        lacking = [line for line in bare_forms(code) if path != SIGN_IN or "csrf" in line]
        found[path] = inline_code(code) + lacking + loose_posts(code)
    assert {path: lines for path, lines in found.items() if lines} == {}
