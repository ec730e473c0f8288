"""What answers to registered questions were worth: bits an expert hour, and how well stated probabilities held.

An answer brings KL(after ‖ before) = sum of after x log2(after / before) bits; before is what was answered last, or
the client's prior. Once the outcome is known, log2(after / before) of it is what it truly brought: over many
questions both come to the same for whoever is well calibrated.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import log2, sqrt
from typing import Final, NamedTuple

LEAST: Final = 100
"""Under so many answered questions there is no interval; as many as the other measures ask of cases."""

BINS: Final = 10
_TWO: Final = 2

Chances = tuple[float, ...]


class Given(NamedTuple):
    """An answer: who gave it, its probabilities, expert minutes beyond its item's, the item (0: none), evidence."""

    person: str
    chances: Chances
    minutes: float
    item: int = 0
    evidence: int = 0


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of a service; `outcome` is the place of what came true, None while nobody knows."""

    name: str
    prior: Chances
    answers: tuple[Given, ...] = ()
    outcome: int | None = None


class Bits(NamedTuple):
    """What the answers to some questions brought. `rate`: bits an expert hour, with its interval (95 %).

    `realised`: the same of settled questions alone, by what came true; `stated` by what was said of the same ones.
    Without numbers: `state` is "no facts" or "too few".
    """

    state: str
    questions: int
    answers: int
    evidence: int
    bits: float
    hours: float
    rate: float | None = None
    low: float | None = None
    high: float | None = None
    stated: float | None = None
    realised: float | None = None


class Bin(NamedTuple):
    """Probabilities stated from `low` to under `high`: how many, their mean, and how often it came true (95 %)."""

    low: float
    high: float
    stated: int
    mean: float
    true: float
    true_low: float
    true_high: float


class Score(NamedTuple):
    """How good the last answers before the outcome were. `brier`: 0 to 2, less is better; `log`: bits, less is better.

    `prior_brier` and `prior_log`: those of the priors of the same questions.
    """

    person: str
    answers: int
    brier: float
    log: float
    prior_brier: float
    prior_log: float


def divergence(after: Chances, before: Chances) -> float:
    """Give KL(after ‖ before) in bits."""
    return sum(new * log2(new / old) for new, old in zip(after, before, strict=True) if new)


def _steps(one: Asked) -> list[tuple[Chances, Chances]]:
    believed = [one.prior, *(answer.chances for answer in one.answers)]
    return list(zip(believed[1:], believed[:-1], strict=True))


def stated_bits(one: Asked) -> float:
    """Give what the answers to a question brought, by their own probabilities."""
    return sum(divergence(after, before) for after, before in _steps(one))


def realised_bits(one: Asked) -> float:
    """Give what they brought by what came true; 0 while nobody knows. Below 0 where they led away from it."""
    if one.outcome is None:
        return 0.0
    return sum(log2(after[one.outcome] / before[one.outcome]) for after, before in _steps(one))


def hours_of(asked: Sequence[Asked], spent: Callable[[int], Mapping[str, float]]) -> list[float]:
    """Give each question's expert hours: the answers' own, and what their givers spent on the items they name.

    `spent`: item -> person -> minutes. Somebody's time on an item counts once, at the first question it answered.
    """
    seen: set[tuple[int, str]] = set()
    found = []
    for one in asked:
        minutes = 0.0
        for answer in one.answers:
            minutes += answer.minutes
            if answer.item and (answer.item, answer.person) not in seen:
                seen.add((answer.item, answer.person))
                minutes += spent(answer.item).get(answer.person, 0.0)
        found.append(minutes / 60)
    return found


def read_bits(
    asked: Sequence[Asked], spent: Callable[[int], Mapping[str, float]], *, seed: int = 1, draws: int = 400
) -> Bits:
    """Work out the bits an expert hour of a service's answered questions; the bootstrap draws questions."""
    import numpy as np

    answered = [one for one in asked if one.answers]
    hours = np.array(hours_of(answered, spent))
    bits = np.array([stated_bits(one) for one in answered])
    known = np.array([one.outcome is not None for one in answered], dtype=bool)
    true = np.array([realised_bits(one) for one in answered])
    counts = (
        len(answered),
        sum(len(one.answers) for one in answered),
        sum(answer.evidence for one in answered for answer in one.answers),
    )
    sums = float(bits.sum()), float(hours.sum())
    if not answered or not sums[1]:
        return Bits("no facts", *counts, *sums)
    if len(answered) < LEAST:
        return Bits("too few", *counts, *sums)
    chance = np.random.default_rng(seed)
    drawn = []
    for _ in range(draws):
        some = chance.integers(0, len(answered), len(answered))
        if (whole := hours[some].sum()) > 0:
            drawn.append(bits[some].sum() / whole)
    low, high = np.percentile(drawn, [2.5, 97.5])
    settled = float(hours[known].sum())
    compared = (float(bits[known].sum()) / settled, float(true[known].sum()) / settled) if settled else (None, None)
    return Bits("measured", *counts, *sums, sums[0] / sums[1], float(low), float(high), *compared)


def scores(asked: Sequence[Asked]) -> list[Score]:
    """Score everybody's last answer to each settled question; the first row, without a name, is of all of them."""
    found: dict[str, list[tuple[Asked, Chances]]] = {"": []}
    for one in asked:
        last = {answer.person: answer.chances for answer in one.answers} if one.outcome is not None else {}
        for person, chances in last.items():
            found.setdefault(person, []).append((one, chances))
            found[""].append((one, chances))
    return [_score(person, rows) for person, rows in sorted(found.items()) if rows]


def _score(person: str, rows: Sequence[tuple[Asked, Chances]]) -> Score:
    count = len(rows)
    brier, log = (sum(rule(chances, one.outcome) for one, chances in rows) / count for rule in (_brier, _log))
    before = (sum(rule(one.prior, one.outcome) for one, _ in rows) / count for rule in (_brier, _log))
    return Score(person, count, brier, log, *before)


def _brier(chances: Chances, outcome: int | None) -> float:
    return sum((chance - (place == outcome)) ** 2 for place, chance in enumerate(chances))


def _log(chances: Chances, outcome: int | None) -> float:
    return -log2(chances[outcome or 0])


def reliability(asked: Sequence[Asked]) -> list[Bin]:
    """Give, for tenths of probability, how often what was stated so came true, by everybody's last answers.

    All outcomes count; where there are two, only the first: the other one says the same again.
    """
    found: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for one in asked:
        last = {answer.person: answer.chances for answer in one.answers} if one.outcome is not None else {}
        for chances in last.values():
            for place, chance in enumerate(chances if len(chances) > _TWO else chances[:1]):
                found[min(int(chance * BINS + 1e-9), BINS - 1)].append((chance, place == one.outcome))
    return [_bin(number, rows) for number, rows in enumerate(found) if rows]


def _bin(number: int, rows: Sequence[tuple[float, bool]]) -> Bin:
    count = len(rows)
    true = sum(came for _, came in rows) / count
    low, high = wilson(true, count)
    mean = sum(chance for chance, _ in rows) / count
    return Bin(number / BINS, (number + 1) / BINS, count, mean, true, low, high)


def wilson(share: float, count: int) -> tuple[float, float]:
    """Give the 95 % interval of a share (Wilson's score)."""
    z = 1.959964
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z * sqrt(share * (1 - share) / count + z * z / (4 * count * count)) / (1 + z * z / count)
    return max(0.0, middle - half), min(1.0, middle + half)
