"""Bring the catalogues up to date with the sources: `python -m alihdaya.locale.refresh`.

A message is what stands in `say(…)`, `count(…)` or `mark(…)` in Python and in `_(…)`, `ngettext(…)` or a trans
block in a template. Known translations stay; new messages come in empty, and a test says which.
"""

import sys
from copy import deepcopy
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from alihdaya.locale import LANGUAGES

ROOT = Path(__file__).parents[1]
_METHODS = [("**/templates/**.html", "jinja2"), ("**.py", "python")]
_KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "say": None, "count": (1, 2), "mark": None}
_OPTIONS = {"**/templates/**.html": {"newstyle_gettext": "true", "trimmed": "true"}}


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
    return found


def refreshed(language: str, messages: Catalog) -> Catalog:
    """Give the catalogue of `language` with exactly `messages`; English says what the sources say."""
    path = po_path(language)
    old = BytesIO(path.read_bytes() if path.exists() else b"")
    made = read_po(old, locale=language, domain="alihdaya")
    made.update(deepcopy(messages), no_fuzzy_matching=True)
    made.obsolete.clear()
    if language == "en":
        for message in made:
            if message.id:
                message.string = message.id
    return made


def main() -> None:
    """Rewrite both catalogues; names what is still untranslated."""
    messages = extracted()
    for language in LANGUAGES:
        made = refreshed(language, messages)
        with po_path(language).open("wb") as out:
            write_po(out, made, width=110, sort_output=True, include_lineno=False, omit_header=False)
        for message in made:
            if message.id and not (all(message.string) if message.pluralizable else message.string):
                sys.stdout.write(f"{language}: {message.id!r}\n")


if __name__ == "__main__":
    main()
