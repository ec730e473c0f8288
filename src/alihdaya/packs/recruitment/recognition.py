"""What a recogniser of speech heard, against what was read aloud. It screens; people rate by the rubric.

A recogniser is an entry point of the group `alihdaya.recognisers`: a function of the recording's name and the language
that gives a context with `said` (a text), and, where it heard something, `words` (a text) and whatever else it tells.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Final, NamedTuple

from alihdaya.work.keepable import unkeepable

GROUP: Final = "alihdaya.recognisers"
"""The group of entry points."""

CHOSEN: Final = "ALIHDAYA_RECOGNISER"
"""Names the recogniser to ask; without it all are asked in the order of their names, until one has heard something."""

ALONE: Final = "the human rubric stands alone"

_MEASURED: Final = frozenset({"noisy", "again", "clarity", "seconds", "pauses", "syllables", "errors", "missed"})
"""What is measured here: no recogniser says it instead."""

_KEPT: Final = (str, int, Decimal, list, dict)
_MOST_WORDS: Final = 2000
_MOST_EXAMPLES: Final = 10


class Reading(NamedTuple):
    """How a passage was read: wrong words by those of the passage, and the passage's words that were not heard."""

    errors: Decimal
    missed: list[str]


def recognised(recording: str, language: str, passage: str) -> dict[str, Any]:
    """Let a recogniser listen to a recording; `passage` is what was to be read aloud, or empty.

    Gives `said` (what it comes to, or why nobody listened), `recogniser` (its name, or null) and, where it heard
    something, `words`; with a passage also `errors` (the word error rate) and `missed` (at most ten words).
    """
    nothing: dict[str, Any] = {"recogniser": None, "errors": None}
    found, reasons = _asked(), []
    for one in found:
        heard = _ask(one, recording, language)
        words = heard.get("words")
        if isinstance(words, str):
            return {**nothing, **heard, **_against(passage, words, str(heard["said"])), "recogniser": one.name}
        reasons.append(f"{one.name}: {heard['said']}")
    return {**nothing, "said": f"{'; '.join(reasons) or 'no recogniser is installed'}: {ALONE}"}


def _asked() -> list[EntryPoint]:
    found = sorted(entry_points(group=GROUP), key=lambda one: one.name)
    chosen = os.environ.get(CHOSEN)
    return [one for one in found if one.name == chosen] if chosen else found


def _ask(one: EntryPoint, recording: str, language: str) -> Mapping[str, Any]:
    """Ask a recogniser. That it lacks a part, breaks or talks nonsense is told: it keeps nobody from being rated."""
    try:
        heard = dict(one.load()(recording, language))
    except ImportError as error:
        return {"said": f"{error.name or 'a part of it'} is not installed"}
    except Exception as error:  # noqa: BLE001 (a program of others)
        return {"said": f"it broke off ({type(error).__name__})"}
    told = {name: value for name, value in heard.items() if name not in _MEASURED and isinstance(value, _KEPT)}
    if unkeepable(told):
        return {"said": "what it tells cannot be kept"}
    return {**told, "said": str(told.get("said", ""))}


def _against(passage: str, words: str, said: str) -> dict[str, Any]:
    if not passage.strip():
        return {"said": said}
    read = compare(passage, words)
    told = f"{said}; {read.errors} of the passage's words wrong: a screen, not a verdict"
    return {"said": told, "errors": read.errors, "missed": read.missed}


def compare(passage: str, heard: str) -> Reading:
    """Compare what was heard with the passage: word error rate (fewest words put in, left out or changed), and misses.

    Case and punctuation do not count, nor does what is said after the passage; only the first 2,000 words are read.
    """
    wanted, got = _words(passage), _words(heard)
    rows = list(_rows(wanted, got))
    end = min(range(len(got) + 1), key=rows[-1].__getitem__)
    missed = list(dict.fromkeys(_missed(wanted, got[:end], rows)))[::-1][:_MOST_EXAMPLES]
    return Reading(Decimal(f"{rows[-1][end] / max(1, len(wanted)):.2f}"), missed)


def _rows(wanted: Sequence[str], got: Sequence[str]) -> Iterator[list[int]]:
    """Give the table of Levenshtein's distance over words, a row for each word that was wanted."""
    row = list(range(len(got) + 1))
    yield row
    for n, word in enumerate(wanted, 1):
        before, row = row, [n]
        for m, other in enumerate(got):
            row.append(min(before[m + 1] + 1, row[m] + 1, before[m] + (word != other)))
        yield row


def _missed(wanted: Sequence[str], got: Sequence[str], rows: Sequence[Sequence[int]]) -> Iterator[str]:
    """Give the wanted words that were left out or changed, from the last to the first."""
    n, m = len(wanted), len(got)
    while n:
        same = m > 0 and wanted[n - 1] == got[m - 1]
        if m and rows[n][m] == rows[n - 1][m - 1] + (not same):
            if not same:
                yield wanted[n - 1]
            n, m = n - 1, m - 1
        elif m and rows[n][m] == rows[n][m - 1] + 1:
            m -= 1
        else:
            yield wanted[n - 1]
            n -= 1


def _words(text: str) -> Sequence[str]:
    plain = "".join(char if char.isalnum() or char == "'" else " " for char in text.lower().replace("\u2019", "'"))
    return plain.split()[:_MOST_WORDS]
