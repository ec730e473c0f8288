"""Playing people's work in a demonstration: seeded, pure, and always labelled as simulated.

The same seed and sitting (item and token, of later tasks also the node and when it was queued) give the same handling
time and answer in every run and after every restart, because each draw is a hash of its names and not the next number
of a generator.
"""

from bisect import bisect
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from hashlib import blake2b
from itertools import accumulate
from math import exp
from statistics import NormalDist
from typing import Any

from alihdaya.kernel.time import SECOND
from alihdaya.packs.pack import Form

_MADE_UP = {
    "text": "Simulated",
    "recording": "Simulated",
    "integer": 0,
    "number": 0,
    "boolean": True,
    "date": date(1970, 1, 1),
}
_UNIT = float(1 << 64)
_NORMAL = NormalDist()
_DEFAULTS: Mapping[str, Any] = {"median_minutes": 10, "spread": 0.45, "answers": {}}
_LETTER: Mapping[str, Any] = {"within_hours": 24, "share": 1, "answers": {}}


@dataclass(frozen=True, slots=True)
class Script:
    """How a task is played: median handling time in seconds, spread (sigma of its logarithm), answers with weights.

    `answers`: result field -> {answer: weight}; weights need not sum to 1.
    """

    median_seconds: float = 600.0
    spread: float = 0.45
    answers: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    @classmethod
    def of(cls, table: Mapping[str, Any]) -> "Script":
        """Build it from a task's table in rehearsal.toml: median_minutes, spread, answers. Raises ValueError."""
        minutes, spread, answers = (table.get(key, default) for key, default in _DEFAULTS.items())
        if not (_positive(minutes) and _positive(spread) and isinstance(answers, Mapping)):
            raise ValueError("median_minutes and spread are numbers above 0, answers a table of tables")
        _weigh(answers)
        return cls(float(minutes) * 60, float(spread), answers)


@dataclass(frozen=True, slots=True)
class Letter:
    """How a message from outside is played: `share` of those who may send it do, evenly within so many seconds."""

    within_seconds: int
    share: float = 1.0
    answers: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    @classmethod
    def of(cls, table: Mapping[str, Any]) -> "Letter":
        """Build it from a message's table in rehearsal.toml: within_hours, share, answers. Raises ValueError."""
        hours, share, answers = (table.get(key, default) for key, default in _LETTER.items())
        if not (_positive(hours) and _positive(share) and share <= 1 and isinstance(answers, Mapping)):
            raise ValueError("within_hours is a number above 0, share one of at most 1, answers a table of tables")
        _weigh(answers)
        return cls(max(1, round(hours * 3600)), float(share), answers)

    def due(self, seed: int, at: int, *wait: object) -> int | None:
        """Give the first instant from `at` (microseconds) at which a wait's message may come; None: it never comes.

        The instants are a grid, so that the same one is found again from any moment before it.
        """
        if uniform(seed, "share", *wait) >= self.share:
            return None
        step = self.within_seconds * SECOND
        return at + (int(uniform(seed, "letter", *wait) * step) - at) % step


def _weigh(answers: Mapping[str, Any]) -> None:
    for name, weights in answers.items():
        if not (isinstance(weights, Mapping) and weights and all(map(_positive, weights.values()))):
            raise ValueError(f"answers.{name} must give each answer a weight above 0")


def _positive(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < _UNIT


def uniform(seed: int, *names: object) -> float:
    """Give a number in (0, 1) that depends on the seed and the names alone."""
    digest = blake2b(repr((seed, *names)).encode(), digest_size=8).digest()
    return (int.from_bytes(digest) + 0.5) / _UNIT


def handling_seconds(script: Script, seed: int, *sitting: object) -> int:
    """Whole seconds that the played person needs: log-normal, between one minute and four hours."""
    drawn = script.median_seconds * exp(script.spread * _NORMAL.inv_cdf(uniform(seed, "seconds", *sitting)))
    return max(60, min(14_400, round(drawn)))


def answer(script: Script | Letter, seed: int, *sitting: object) -> dict[str, str]:
    """Give the played person's result: for each field one of the answers, drawn by weight."""
    result = {}
    for name, weights in script.answers.items():
        steps = list(accumulate(weights.values()))
        drawn = bisect(steps, uniform(seed, "answer", name, *sitting) * steps[-1])
        result[name] = list(weights)[min(drawn, len(steps) - 1)]
    return result


def filled(form: Form | None, played: Mapping[str, Any], seed: int, *sitting: object) -> dict[str, Any]:
    """Give what was played with an answer for each required field of the form that the script does not speak of.

    A choice is drawn, all options alike; the rest is plainly made up: "Simulated", 0, true, 1970-01-01.
    """
    result = dict(played)
    for field_ in form.fields if form else ():
        if field_.required and field_.name not in result:
            drawn = int(uniform(seed, "field", field_.name, *sitting) * len(field_.options))
            result[field_.name] = field_.options[drawn] if field_.options else _MADE_UP[field_.type]
    return result
