"""What the writer can be asked to do about a person."""

from collections.abc import Mapping
from typing import NamedTuple


class Withdraw(NamedTuple):
    """Let a certificate no longer count, from now on: `reason` and `by` go into the log."""

    person: str
    certificate: str
    reason: str
    by: str = "operator"


class Review(NamedTuple):
    """Look at a finished task of the sample: `points` by criterion of the pack's scorecard.

    `seconds`: how long it took; they count to the service's labour.
    """

    item: int
    token: int
    reviewer: str
    points: Mapping[str, int]
    note: str = ""
    seconds: int = 0


class Dispute(NamedTuple):
    """Whoever did a task does not agree with its review, and says why: somebody else looks at it, once more."""

    item: int
    token: int
    person: str
    note: str


PeopleCommand = Withdraw | Review | Dispute
