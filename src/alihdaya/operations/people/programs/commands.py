"""What a program asks of the writer. `person` is its id on the roster, `lock` the lease's as the fetch gave it."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from alihdaya.packs import Pack
from alihdaya.packs.golden import Golden


class FetchTask(NamedTuple):
    """Take the next task that it may do, of these services (none named: of all), for so many microseconds."""

    person: str
    services: frozenset[str]
    micros: int


class Beat(NamedTuple):
    """It is still at the task, and needs it for so many microseconds from now."""

    item: int
    token: int
    person: str
    lock: int
    micros: int


class HandIn(NamedTuple):
    """It is done: `result` by field of the form."""

    item: int
    token: int
    person: str
    lock: int
    result: dict[str, Any]


class GiveBack(NamedTuple):
    """It cannot do the task, and says why."""

    item: int
    token: int
    person: str
    lock: int
    reason: str


class Holds(NamedTuple):
    """Give what it has now."""

    person: str


class Proofs(NamedTuple):
    """Give what it proved."""

    person: str


class SetTest(NamedTuple):
    """Set it the practical test for a certificate."""

    person: str
    pack: Pack
    golden: Golden


class AnswerTest(NamedTuple):
    """Its answers to the questions of a practical test, in their order."""

    person: str
    test: int
    answers: Sequence[Mapping[str, Any]]


ProgramCommand = FetchTask | Beat | HandIn | GiveBack | Holds | Proofs | SetTest | AnswerTest
