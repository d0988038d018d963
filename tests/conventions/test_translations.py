"""No Chinese reader meets English: every string of code and templates has both translations."""

import ast

import pytest
from babel.messages.catalog import Catalog, Message

from servicedesk import translations
from tests.conventions.tree import python_files


def test_every_string_is_translated():
    assert translations.problems() == []


def test_strings_of_templates_are_found(tmp_path):
    page = tmp_path / "page.html"
    page.write_text(
        """{% load i18n %}<p title="{% trans "Hello (you)" %}">it's
           {% blocktrans with n=a.b trimmed %}Good {{ n }}
             day{% endblocktrans %}
        {% blocktrans count n=x %}{{ n }} car{% plural %}{{ n }} cars{% endblocktrans %}{{ x|default:_("none") }}"""
    )
    python = translations.as_python(page)
    assert [line.strip() for line in python.splitlines() if line] == [
        part for part in map(str.strip, python.splitlines()) if part
    ]
    found = {word for word in ("Hello (you)", "Good %(n)s day", "%(n)s car", "%(n)s cars", "none") if word in python}
    assert found == {"Hello (you)", "Good %(n)s day", "%(n)s car", "%(n)s cars", "none"}


@pytest.fixture
def one_string(monkeypatch, tmp_path):
    """The source holds one string; locale/ is empty."""
    source = Catalog()
    source.add("%(n)s cars wait", locations=[("page.html", 1)])
    monkeypatch.setattr(translations, "extracted", lambda: source)
    monkeypatch.setattr(translations, "po_path", lambda locale: tmp_path / f"{locale}.po")
    return tmp_path


def test_a_missing_translation_is_seen(one_string):
    assert len(translations.problems()) == 2


def test_a_table_is_merged_and_survives_the_next_extraction(one_string):
    table = one_string / "words.tsv"
    table.write_text("%(n)s cars wait\t%(n)s 輛車等候中\t%(n)s 辆车等候中\n")
    translations.update([table])
    translations.update()
    assert translations.problems() == []
    assert (one_string / "zh_Hans.mo").exists()


def test_a_broken_placeholder_is_seen(one_string):
    table = one_string / "words.tsv"
    table.write_text("%(n)s cars wait\t%(m)s 輛車等候中\t车等候中\n")
    translations.update([table])
    assert len(translations.problems()) == 2


def test_a_plural_may_leave_out_the_number_where_english_does():
    message = Message(("an hour", "%(n)s hours"))
    assert translations.same_placeholders(message, "%(n)s 小時")
    assert not translations.same_placeholders(message, "%(m)s 小時")


def test_a_context_has_its_own_translation_or_the_common_one(monkeypatch, one_string):
    source = Catalog()
    for context in (None, "noun", "verb"):
        source.add("Booking", locations=[("page.html", 1)], context=context)
    monkeypatch.setattr(translations, "extracted", lambda: source)
    table = one_string / "words.tsv"
    table.write_text("Booking\t預約\t预约\nBooking\t預訂\t预订\tverb\n")
    translations.update([table])
    kept = translations.stored("zh_Hant")
    found = {context: kept.get("Booking", context=context).string for context in (None, "noun", "verb")}
    assert found == {None: "預約", "noun": "預約", "verb": "預訂"}
    assert translations.problems() == []


def test_a_line_of_a_table_with_too_few_columns_is_named(one_string):
    table = one_string / "words.tsv"
    table.write_text("a\tb\n")
    with pytest.raises(ValueError, match="line 1: three or four columns"):
        translations.update([table])


def test_no_string_hides_in_an_f_string():
    """Extraction does not look inside f-strings on Python 3.11: a string there would stay English without a word."""
    names = {"_", "gettext", "gettext_lazy", "ngettext", "pgettext", "pgettext_lazy"}
    hidden = [
        f"{path}:{call.lineno}"
        for path, text in python_files()
        for string in ast.walk(ast.parse(text))
        if isinstance(string, ast.JoinedStr)
        for call in ast.walk(string)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in names
    ]
    assert hidden == []
