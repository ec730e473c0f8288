"""What happens to people: who they are, what they proved, when they are at work."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from alihdaya.kernel.event import event


@event("person.joined")
class PersonJoined(NamedTuple):
    """Somebody joined the roster. `employer` and `serves` decide BPO or non-BPO (S1). `wage`: loaded cost an hour.

    `languages`: language code -> CEFR level ("B2"); `shifts`: weekday (0 = Monday) -> list of "HH:MM-HH:MM" in
    `time_zone`; `wage` is a decimal text in `currency`. `program` is True for a worker that is a program.
    `proficiency`: skill -> 1 to 5; `walls`: what they may not touch: clients' work, engagements, single
    items (people.gate).
    """

    person: str
    name: str
    employer: str
    serves: str
    country: str
    time_zone: str
    languages: dict[str, str]
    skills: tuple[str, ...]
    shifts: dict[str, tuple[str, ...]]
    wage: str
    currency: str
    program: bool = False
    proficiency: Mapping[str, int] = {}  # never changed
    walls: tuple[str, ...] = ()


@event("test.taken")
class TestTaken(NamedTuple):
    """A writing or spoken test of the sponsor's language (S8). `score` and `pass_mark` from 0 to 100."""

    person: str
    kind: str
    language: str
    score: int
    pass_mark: int
    at: int


@event("certificate.issued")
class CertificateIssued(NamedTuple):
    """A training was completed (S9). Valid from `start` until before `end` (microseconds)."""

    person: str
    certificate: str
    start: int
    end: int


@event("wall.raised")
class WallRaised(NamedTuple):
    """By hand a conflict wall was raised: it keeps a person from `what` (people.gate), whatever a roster says."""

    person: str
    what: str
    reason: str
    by: str


@event("wall.lowered")
class WallLowered(NamedTuple):
    """By hand a conflict wall was taken down, whoever raised it. No roster brings it back; a hand may raise it anew."""

    person: str
    what: str
    reason: str
    by: str


@event("fact.refused")
class FactRefused(NamedTuple):
    """An item came to its end `node`, which was to say something about a person that cannot be; `reasons` say why."""

    node: str
    reasons: tuple[str, ...]


@event("course.played")
class CoursePlayed(NamedTuple):
    """How far a module of a course is that `person` plays; a later entry of the same module holds instead.

    `package`: the mark of the course's package (packs.courses.shelf); `attempt`: at the quiz, from 1. `percent`: whole,
    None where the module gave no score; `seconds`: in all. `place` and `held` are the module's own notes to go on by;
    `same`: they are those of its entry before in this attempt, and not written again.
    """

    person: str
    course: str
    package: str
    attempt: int
    module: str
    title: str
    status: str
    percent: int | None
    seconds: int
    place: str
    held: str
    same: bool = False


@event("recording.deleted")
class RecordingDeleted(NamedTuple):
    """A recording of the item is gone from its folder. `why`: "term", "request", "consent", or "gone" before."""

    recording: str
    why: str
    note: str


@event("practical.set")
class PracticalSet(NamedTuple):
    """A program was set a practical test for a certificate, which counts `months` and `micros` where it is passed.

    `items`: of each question the task's id, its variables, and the right values; the test's number is the entry's.
    """

    person: str
    pack: str
    certificate: str
    pass_mark: int
    months: int
    micros: int
    items: tuple[tuple[str, dict[str, Any], dict[str, Any]], ...]


@event("practical.answered")
class PracticalAnswered(NamedTuple):
    """A program answered the practical test `test`; `right` says of each answer whether it was."""

    person: str
    test: int
    answers: tuple[dict[str, Any], ...]
    right: tuple[bool, ...]


@event("certificate.withdrawn")
class CertificateWithdrawn(NamedTuple):
    """A certificate no longer counts from the moment of this entry."""

    person: str
    certificate: str
    reason: str


ABOUT_PEOPLE = (PersonJoined, TestTaken, CertificateIssued, CertificateWithdrawn, WallRaised, WallLowered)
"""Every fact about somebody that all shards come to know."""
