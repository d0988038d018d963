"""Catalogues of strings without the system's gettext: extract, merge, check and compile with Babel.

English is the source, so a msgid is what an English reader sees. A .po file is sorted by msgid and carries neither
dates nor places in the code, so that two people's work merges.
"""

import datetime as dt
import io
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
LOCALES = {"zh_Hant": "zh_Hant", "zh_Hans": "zh_Hans"}
"""Folder in locale/ → Babel's name of the locale."""
SOURCES = ("servicedesk", "appointments", "reception", "workshop", "quality", "delivery", "followup", "complaints")
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|\{\w*\}")
LONG_AGO = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def po_path(locale: str) -> Path:
    """Return where the strings of `locale` are kept."""
    return ROOT / "locale" / locale / "LC_MESSAGES" / "django.po"


def sources() -> Iterator[tuple[Path, str]]:
    """Yield every file that may hold strings, with its text as Python."""
    for folder in SOURCES:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path, path.read_text()
    for path in sorted((ROOT / "templates").rglob("*")):
        if path.suffix in {".html", ".txt"}:
            yield path, as_python(path)


def as_python(template: Path) -> str:
    """Return a template's strings as calls of gettext, one line of the template a line."""
    from django.utils.translation.template import templatize  # the embedded start compiles without Django

    lines = templatize(template.read_text(), origin=str(template)).splitlines()
    return "\n".join(line.strip() if "gettext(" in line or "_(" in line else "" for line in lines)


def extracted() -> Catalog:
    """Return every string of the source, untranslated."""
    catalog = Catalog()
    for path, text in sources():
        found = extract("python", io.BytesIO(text.encode()), keywords=KEYWORDS, options={"encoding": "utf-8"})  # type: ignore[arg-type]
        for line, message, _comments, context in found:
            catalog.add(message, None, [(str(path.relative_to(ROOT)), line)], context=context)
    return catalog


def stored(locale: str) -> Catalog:
    """Return the catalogue of `locale` as it is kept; an empty one when there is none yet."""
    path = po_path(locale)
    if not path.exists():
        return Catalog(locale=LOCALES[locale])
    with path.open("rb") as file:
        return read_po(file, locale=LOCALES[locale])


Words = dict[tuple[str | None, str], str]
"""(context or None, English) → translation."""


def words_of(tables: Iterable[Path]) -> dict[str, Words]:
    """Read tables of msgid, zh_Hant, zh_Hans and perhaps a context, separated by tabs (`\\n` is a new line), by locale."""
    words: dict[str, Words] = {locale: {} for locale in LOCALES}
    for table in tables:
        for number, line in enumerate(table.read_text().splitlines(), 1):
            if not line.strip():
                continue
            text, *cells = (cell.replace("\\n", "\n") for cell in line.split("\t"))
            if len(cells) not in {2, 3}:
                raise ValueError(
                    f"{table}, line {number}: three or four columns are wanted, {len(cells) + 1} are there."
                )
            context = cells[2] or None if len(cells) == 3 else None
            for locale, translation in zip(LOCALES, cells[:2], strict=True):
                words[locale][context, text] = translation
    return words


def ids(message: Message) -> tuple[str, ...]:
    """Return the English text of a message: one, or singular and plural."""
    return tuple(message.id) if isinstance(message.id, list | tuple) else (message.id,)


def texts(message: Message | None) -> tuple[str, ...]:
    """Return the translation of a message: none, one, or one for each plural form."""
    if message is None or message.fuzzy or not message.string:
        return ()
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)


def merged(locale: str, source: Catalog, words: Words) -> Catalog:
    """Return `source` with what was translated before, over which `words` win; what left the source is dropped."""
    old, new = stored(locale), Catalog(locale=LOCALES[locale], project="servicedesk", version="1", header_comment="")
    new.creation_date = new.revision_date = LONG_AGO
    new.fuzzy = False
    for message in source:
        if not message.id:
            continue
        before = old.get(ids(message)[0], context=message.context)
        keys = [(context, text) for context in (message.context, None) for text in reversed(ids(message))]
        given = next((words[key] for key in keys if words.get(key)), None)
        text = given or next(iter(texts(before)), "")
        new.add(message.id, (text,) if isinstance(message.id, tuple) else text, context=message.context)
    return new


def update(tables: Iterable[Path] = ()) -> None:
    """Extract again, merge with what is kept and with `tables`, write every .po file and compile it."""
    source, words = extracted(), words_of(tables)
    for locale in LOCALES:
        path = po_path(locale)
        path.parent.mkdir(parents=True, exist_ok=True)
        catalog = merged(locale, source, words[locale])
        with path.open("wb") as file:
            write_po(file, catalog, width=120, no_location=True, sort_output=True)
    compile_all()


def problems() -> list[str]:
    """Return one sentence for each string that a Chinese reader would see in English, or with a broken placeholder."""
    source, found = extracted(), []
    for locale in LOCALES:
        kept = stored(locale)
        for message in source:
            if not message.id:
                continue
            strings = texts(kept.get(ids(message)[0], context=message.context))
            place = ":".join(map(str, message.locations[0]))
            if not strings or not all(strings):
                found.append(f"{locale}: {ids(message)[0]!r} is not translated ({place})")
            elif not all(same_placeholders(message, text) for text in strings):
                found.append(f"{locale}: {ids(message)[0]!r} has other placeholders than its translation ({place})")
    return found


def same_placeholders(message: Message, translation: str) -> bool:
    """Say whether a translation names exactly what the source names; with plural forms, what one of them names."""
    wanted = [set(PLACEHOLDER.findall(text)) for text in ids(message)]
    return set(PLACEHOLDER.findall(translation)) in wanted


def compile_all() -> None:
    """Write the .mo file of every .po file that is newer; harmless to repeat, and needs no Django."""
    for locale in LOCALES:
        po, mo = po_path(locale), po_path(locale).with_suffix(".mo")
        if not po.exists() or (mo.exists() and mo.stat().st_mtime >= po.stat().st_mtime):
            continue
        draft = mo.with_suffix(".draft")
        with draft.open("wb") as file:
            write_mo(file, stored(locale))
        draft.rename(mo)
