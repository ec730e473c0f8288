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


class SetWall(NamedTuple):
    """Raise a conflict wall between a person and `what` (people.gate), or take it down, where it is not to `stand`."""

    person: str
    what: str
    stand: bool
    reason: str
    by: str = "operator"


PeopleCommand = Withdraw | Review | SetWall
