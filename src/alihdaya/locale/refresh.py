"""Bring the catalogues up to date with the sources: `python -m alihdaya.locale.refresh`.

A message is what stands in `say(…)`, `count(…)` or `mark(…)` in Python, in `_(…)`, `ngettext(…)` or a trans block in a
template, and what a problem says (locale.sentences). Known translations stay; new messages come in empty, and a test
says which.
"""

import sys
from collections.abc import Sequence
from copy import deepcopy
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from alihdaya.locale import LANGUAGES, PROBLEM
from alihdaya.locale.sentences import sentences

ROOT = Path(__file__).parents[1]
SAYING = (
    *("cli", "console", "channels", "operations", "store", "planning", "packs"),
    *("work", "engagement", "people", "engine", "notation"),
)
"""The rooms whose problems people read: all but what other programs are told (embedded)."""

_METHODS = [("**/templates/**.html", "jinja2"), ("**.py", "python")]
_KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "say": None, "count": (1, 2), "mark": None}
_OPTIONS = {"**/templates/**.html": {"newstyle_gettext": "true", "trimmed": "true"}}
_HEADER = """\
# Messages of Alihdaya in this language; brought up to date by alihdaya.locale.refresh.
msgid ""
msgstr ""
"Project-Id-Version: alihdaya\\n"
"Language: {language}\\n"
"Plural-Forms: {plurals}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""
_PLURALS = {"id": "nplurals=1; plural=0;", "en": "nplurals=2; plural=(n != 1);"}


def po_path(language: str) -> Path:
    """Path of the catalogue's text in `language`."""
    return ROOT / "locale" / language / "LC_MESSAGES" / "alihdaya.po"


def extracted() -> Catalog:
    """Every message of the package, from Python and templates."""
    found = Catalog(project="alihdaya", charset="utf-8", fuzzy=False)
    for name, _line, message, comments, context in extract_from_dir(
        ROOT, _METHODS, _OPTIONS, keywords=_KEYWORDS, comment_tags=["Translators:"], strip_comment_tags=True
    ):
        found.add(message, None, [(Path(name).as_posix(), 0)], auto_comments=comments, context=context)
    for room in SAYING:
        for path in sorted((ROOT / room).rglob("*.py")):
            for sentence in sentences(path.read_text(encoding="utf-8")):
                found.add(sentence, None, [(path.relative_to(ROOT).as_posix(), 0)], context=PROBLEM)
    return found


def refreshed(language: str, messages: Catalog) -> Catalog:
    """Give the catalogue of `language` with exactly `messages`; English says what the sources say."""
    path = po_path(language)
    header = _HEADER.format(language=language, plurals=_PLURALS[language]).encode()
    old = BytesIO(path.read_bytes() if path.exists() else header)
    made = read_po(old, locale=language, domain="alihdaya")
    made.fuzzy = False
    made.update(deepcopy(messages), no_fuzzy_matching=True)
    made.obsolete.clear()
    if language == "en":
        for message in made:
            if message.id:
                message.string = message.id
    return made


def write(language: str, made: Catalog) -> None:
    """Write a catalogue's text; the same messages give the same bytes."""
    out = BytesIO()
    write_po(out, made, width=110, sort_output=True, include_lineno=False, omit_header=True)
    header = _HEADER.format(language=language, plurals=_PLURALS[language])
    po_path(language).write_bytes(header.encode() + out.getvalue())


def untranslated(made: Catalog) -> list[str]:
    """Name the messages that lack a translation."""
    return [m.id if isinstance(m.id, str) else m.id[0] for m in made if m.id and not all(_texts(m))]


def _texts(message: Message) -> Sequence[str]:
    """Give the translation, one text for each plural form that the language has."""
    return [message.string or ""] if isinstance(message.string, str | None) else list(message.string)


def main() -> None:
    """Rewrite both catalogues; names what is still untranslated."""
    messages = extracted()
    for language in LANGUAGES:
        made = refreshed(language, messages)
        write(language, made)
        for message in untranslated(made):
            sys.stdout.write(f"{language}: {message!r}\n")


if __name__ == "__main__":
    main()
