"""What the writer can be asked to do about a person."""

from collections.abc import Mapping
from typing import NamedTuple

from alihdaya.packs.courses.allowance import Told
from alihdaya.people.events import CoursePlayed


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


class Dispute(NamedTuple):
    """Whoever did a task does not agree with its review, and says why: somebody else looks at it, once more."""

    item: int
    token: int
    person: str
    note: str


class Play(NamedTuple):
    """Note how a module of a course goes that an item waits for; `percent`: what the whole course comes to, at its end.

    `enrolment`: the key of the message that the item waits for; `closed`: the module is; `told`: what the log had of
    the attempt when this was asked for.
    """

    item: int
    enrolment: str
    played: CoursePlayed
    percent: int | None = None
    by: str = "outside"
    closed: bool = False
    told: Told = Told()


class Forget(NamedTuple):
    """Note that a recording of an item is deleted, for one of people.keeping.WHY.

    `known`: so often the log said that of it when this was wished; where it says so oftener, this is done. None: no
    matter.
    """

    item: int
    recording: str
    why: str
    note: str = ""
    by: str = "operator"
    known: int | None = None


PeopleCommand = Withdraw | Review | Dispute | SetWall | Play | Forget
