"""From the store to bits and scores, service by service; the spectrum reads them from here as well."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from alihdaya.operations.books.questions import minutes_spent, questions
from alihdaya.operations.books.questions.own import asked_of
from alihdaya.planning.spectrum import bits

if TYPE_CHECKING:
    from alihdaya.store import Store


class Scored(NamedTuple):
    """The questions of a service: how many are registered and settled, and what their answers were worth."""

    engagement: str
    service: str
    registered: int
    settled: int
    bits: bits.Bits
    scores: list[bits.Score]
    reliability: list[bits.Bin]


def score_services(
    store: "Store", engagement: str | None, service: str | None, *, seed: int, draws: int
) -> list[Scored]:
    """Score each service of each engagement that questions are registered for, or the wanted ones."""
    found: dict[tuple[str, str], list[bits.Asked]] = {}
    for one in questions(store).values():
        asked = one.asked
        if engagement in (None, asked.engagement) and service in (None, asked.service):
            found.setdefault((asked.engagement, asked.service), []).append(asked_of(one))
    spent = spent_in(store)
    return [_scored(*key, asked, spent, seed=seed, draws=draws) for key, asked in found.items()]


def spent_in(store: "Store") -> Callable[[int], Mapping[str, float]]:
    """Give item -> person -> minutes, each item read once."""
    return cache(lambda item: minutes_spent(store, item))


def _scored(
    engagement: str,
    service: str,
    asked: list[bits.Asked],
    spent: Callable[[int], Mapping[str, float]],
    *,
    seed: int,
    draws: int,
) -> Scored:
    settled = sum(one.outcome is not None for one in asked)
    worth = bits.read_bits(asked, spent, seed=seed, draws=draws)
    return Scored(
        engagement, service, len(asked), settled, worth, bits.scores(asked), bits.reliability(asked)
    )  # fmt: skip


def plain_scored(one: Scored) -> dict[str, Any]:
    """Give it as JSON has it, four digits behind the point."""
    return {
        "engagement": one.engagement,
        "service": one.service,
        "registered": one.registered,
        "settled": one.settled,
        "bits": plain_bits(one.bits),
        "scores": [_four(row._asdict()) for row in one.scores],
        "reliability": [_four(row._asdict()) for row in one.reliability],
    }


def plain_bits(one: bits.Bits) -> dict[str, Any]:
    """Give what answers were worth as JSON has it."""
    return _four(one._asdict())


def _four(values: dict[str, Any]) -> dict[str, Any]:
    return {name: round(value, 4) if isinstance(value, float) else value for name, value in values.items()}
