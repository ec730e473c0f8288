"""Quality sampling: which finished tasks somebody else looks at again, and what they found."""

from collections.abc import Mapping
from hashlib import blake2b
from typing import NamedTuple

from alihdaya.kernel.event import event


@event("review.due")
class ReviewDue(NamedTuple):
    """A finished task fell into the sample: somebody else is to look at it."""

    token: int
    node: str
    person: str


@event("review.done")
class ReviewDone(NamedTuple):
    """Somebody looked at a task that `person` had done `at`. `points` by criterion; `percent` of all points.

    `passed`: it reached the pass mark, and nothing that spoils the whole was missed.
    """

    token: int
    node: str
    person: str
    at: int
    reviewer: str
    points: Mapping[str, int]
    percent: int
    passed: bool
    note: str


@event("review.disputed")
class ReviewDisputed(NamedTuple):
    """Whoever did a task does not agree with what `reviewer` found: somebody else is to look at it once more."""

    token: int
    node: str
    person: str
    at: int
    reviewer: str
    note: str


def falls_in(item: int, token: int, percent: int, seed: int) -> bool:
    """Say whether a finished task is in the sample: for ever the same, and for each about as often as any other."""
    mark = blake2b(f"{item}:{token}".encode(), digest_size=8, key=str(seed).encode())
    return int.from_bytes(mark.digest(), "big") % 100 < percent
