"""Playing people's work in a demonstration: seeded, pure, and always labelled as simulated.

The same (seed, item, token) gives the same handling time and answer in every run and after every restart, because
each draw is a hash of its names and not the next number of a generator.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from math import exp
from statistics import NormalDist
from typing import Any

_UNIT = float(1 << 64)
_NORMAL = NormalDist()


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
        """Build it from a pack's `[rehearsal.<task>]` table: median_minutes, spread, answers."""
        return cls(float(table.get("median_minutes", 10)) * 60, float(table.get("spread", 0.45)), table.get("answers", {}))


def uniform(seed: int, *names: object) -> float:
    """Give a number in (0, 1) that depends on the seed and the names alone."""
    digest = blake2b(repr((seed, *names)).encode(), digest_size=8).digest()
    return (int.from_bytes(digest) + 0.5) / _UNIT


def handling_seconds(script: Script, seed: int, item: int, token: int) -> int:
    """Whole seconds that the played person needs: log-normal, between one minute and four hours."""
    drawn = script.median_seconds * exp(script.spread * _NORMAL.inv_cdf(uniform(seed, "seconds", item, token)))
    return max(60, min(14_400, round(drawn)))


def answer(script: Script, seed: int, item: int, token: int) -> dict[str, str]:
    """Give the played person's result: for each field one of the answers, drawn by weight."""
    result = {}
    for name, weights in script.answers.items():
        left = uniform(seed, "answer", name, item, token) * sum(weights.values())
        for choice, weight in weights.items():
            left -= weight
            if left < 0:
                break
        result[name] = choice
    return result
