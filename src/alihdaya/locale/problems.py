"""A problem's sentence in the reader's language: found again among the sentences of the sources (locale.sentences)."""

import re
from functools import cache, lru_cache
from string import Formatter
from typing import NamedTuple, Self

from alihdaya.locale import SOURCE, catalogue, chosen, sentences_of

_NUMBER = re.compile(r"-?\d{1,3}(,\d{3})*(\.\d+)?|-?\d+(\.\d+)?")
_INNER = 2
"""So deep are the sentences within sentences that are translated."""


class _Known(NamedTuple):
    """A sentence of the sources, with {0} or {name} for its facts, and its translation.

    `words`: how many letters are its own; `longest`: the longest text between two facts.
    """

    words: int
    longest: str
    sentence: str
    translation: str


def translated(message: str, language: str) -> str:
    """Say an English sentence of a problem in `language`; as it is where the catalogue does not have it.

    A fact that is a sentence itself, as the gate's reasons are, is translated as well.
    """
    return message if chosen(language) == SOURCE else _said(message, chosen(language), 0)[1]


def _said(message: str, language: str, deep: int) -> tuple[int, str]:
    """Translate with the sentence that says most: the whole, or what stands behind a name ("amount: must be …").

    Gives how many letters were translated, and the text; (0, message) where nothing was.
    """
    if deep and catalogue(language).gettext(message) != message:
        return len(message), catalogue(language).gettext(message)
    found = [_found(message, language, deep)]
    for between in (": ", " ") if not deep else ():
        name, _, rest = message.partition(between)
        words, told = _found(rest, language, deep)
        found.append((words, name + between + told))
    return max(found, key=lambda one: one[0]) if any(words for words, _ in found) else (0, message)


def _found(message: str, language: str, deep: int) -> tuple[int, str]:
    """Translate by the first sentence that fits, with its facts."""
    for one in _known(language):
        texts = _facts(one.sentence, message) if one.longest in message else None
        if texts is not None:
            inner = [_fact(text, language, deep) for text in texts]
            facts = [_Fact(text, language) for _, text in inner]
            fields = _fields(one.sentence)
            named = {name: fact for name, fact in zip(fields, facts, strict=True) if not name.isdecimal()}
            return one.words + sum(words for words, _ in inner), one.translation.format(*facts, **named)
    return 0, message


def _fact(text: str, language: str, deep: int) -> tuple[int, str]:
    return _said(text, language, deep + 1) if deep < _INNER and " " in text else (0, text)


class _Fact(str):
    """What a sentence names, as it was written there; a translation may ask for it as a number: {0:n}."""

    __slots__ = ("language",)
    language: str

    def __new__(cls, text: str, language: str) -> Self:
        made = super().__new__(cls, text)
        made.language = language
        return made

    def __format__(self, spec: str) -> str:
        if spec != "n" or not _NUMBER.fullmatch(self):
            return str(self)
        from babel.numbers import get_decimal_symbol, get_group_symbol

        signs = str.maketrans(",.", get_group_symbol(self.language) + get_decimal_symbol(self.language))
        return str(self).translate(signs)


@cache
def _known(language: str) -> list[_Known]:
    """Give the sentences, those with the most words first: they say best what was meant."""
    found = []
    for sentence, translation in sentences_of(language):
        parts = [text for text, *_ in Formatter().parse(sentence)]
        found.append(_Known(sum(map(len, parts)), max(parts, key=len, default=""), sentence, translation))
    return sorted(found, key=lambda one: -one.words)


def _fields(sentence: str) -> list[str]:
    return [name for _, name, _, _ in Formatter().parse(sentence) if name is not None]


@lru_cache(maxsize=4096)
def _literals(sentence: str) -> tuple[str, ...]:
    """Give what a sentence says before, between and after its facts."""
    found = [""]
    for text, name, _, _ in Formatter().parse(sentence):
        found[-1] += text
        found += [""] if name is not None else []
    return tuple(found)


def _facts(sentence: str, message: str) -> list[str] | None:
    """Give the facts of a message that was made of a sentence, each as short as can be; None where it was not.

    Each text of the sentence is looked for once, from the one before it: whatever the facts are, that takes no longer
    than the message is long, where a regular expression might try without end.
    """
    first, *rest = _literals(sentence)
    if not rest:
        return [] if message == first else None
    *between, last = rest
    at, end = len(first), len(message) - len(last)
    if not (message.startswith(first) and message.endswith(last) and at <= end):
        return None
    found = []
    for text in between:
        place = message.find(text, at, end)
        if place < 0:
            return None
        found.append(message[at:place])
        at = place + len(text)
    return [*found, message[at:end]]
