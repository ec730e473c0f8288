"""Indonesian and English for what people read: gettext catalogues and the one function that opens them."""

import gettext
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

LANGUAGES = ("en", "id")
SOURCE = "en"
"""The language of the sources."""

PROBLEM = "problem"
"""The catalogue's context (msgctxt) of what problems say."""

_HERE = Path(__file__).parent
_FRESH = 60.0
"""Seconds by which a .po may be newer than its .mo: an installer writes both within a moment, in any order."""


def _code(wish: str | None) -> str:
    return (wish or "").split(".")[0].split("_")[0].split("-")[0].lower()


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """Messages in `language` ("id", "en", or a locale such as "id_ID.UTF-8"); English where there is none.

    What the sources say is English, so that no catalogue is opened for it. Installing compiles the others; where one
    is missing or was edited since, its text is compiled in memory.
    """
    if _code(language) == SOURCE or _code(language) not in LANGUAGES:
        return gettext.NullTranslations()
    folder = _HERE / _code(language) / "LC_MESSAGES"
    text, compiled = folder / "alihdaya.po", folder / "alihdaya.mo"
    if not text.is_file():
        return gettext.translation("alihdaya", _HERE, [_code(language)], fallback=True)
    if compiled.is_file() and compiled.stat().st_mtime + _FRESH >= text.stat().st_mtime:
        return gettext.translation("alihdaya", _HERE, [_code(language)], class_=_Messages)
    return _Messages(_compiled(text, _code(language)))


class _Messages(gettext.GNUTranslations):
    """A catalogue in which the empty message is empty: gettext keeps the catalogue's own head under it."""

    def gettext(self, message: str) -> str:
        """Translate `message`."""
        return super().gettext(message) if message else ""

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Translate a message about `n` things."""
        return super().ngettext(msgid1, msgid2, n) if msgid1 else ""

    def sentences(self) -> Iterator[tuple[str, str]]:
        """Yield (sentence, translation): those of problems, and the messages that name their facts {so}."""
        known: dict[Any, str] = self._catalog  # type: ignore[attr-defined]
        for key, text in known.items():
            if isinstance(key, str) and key:
                context, mark, sentence = key.rpartition("\x04")
                if context == PROBLEM or (not mark and "{" in sentence):
                    yield sentence, text


def sentences_of(language: str) -> list[tuple[str, str]]:
    """Give (English sentence, translation) of what problems say; none for the language of the sources."""
    held = catalogue(language)
    return list(held.sentences()) if isinstance(held, _Messages) else []


def _compiled(text: Path, language: str) -> BytesIO:
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    out = BytesIO()
    with text.open("rb") as source:
        write_mo(out, read_po(source, locale=language))
    out.seek(0)
    return out


def chosen(*wishes: str | None) -> str:
    """Return the first wish that we speak, else "en". A wish is a code ("id"), a locale ("id_ID.UTF-8") or None."""
    for wish in wishes:
        if _code(wish) in LANGUAGES:
            return _code(wish)
    return "en"
