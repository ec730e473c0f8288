"""A person of the roster, as the log's events have made them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

from alihdaya.kernel.event import Event
from alihdaya.people.events import (
    CertificateIssued,
    CertificateWithdrawn,
    PersonJoined,
    TestTaken,
    WallLowered,
    WallRaised,
)

LEVELS: Final = {"A1": 1, "A2": 2, "B1": 3, "B2": 4, "C1": 5, "C2": 6}
"""Levels of the Common European Framework of Reference for Languages (CEFR), in rising order."""


class Employment(NamedTuple):
    """Who employs somebody, and whom their work serves; the two names decide BPO or non-BPO (S1)."""

    employer: str
    serves: str


class LanguageTest(NamedTuple):
    """A writing or spoken test (S8). `score` and `pass_mark` from 0 to 100; `at` in microseconds."""

    kind: str
    language: str
    score: int
    pass_mark: int
    at: int

    @property
    def passed(self) -> bool:
        """Whether the score reaches the pass mark."""
        return self.score >= self.pass_mark


class Certificate(NamedTuple):
    """A completed training (S9), valid from `start` until before `end`; never again from `withdrawn` on."""

    name: str
    start: int
    end: int
    withdrawn: int | None = None

    def valid(self, at: int) -> bool:
        """Whether it counts at the instant `at`."""
        return self.start <= at < self.end and (self.withdrawn is None or at < self.withdrawn)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can be given work. `languages`: code -> CEFR level; `wage`: decimal text an hour in `currency`.

    `shifts`: weekday in English, lower case, or its number ("0" = Monday) -> texts "HH:MM-HH:MM" in `time_zone`.
    `proficiency`: skill -> 1 to 5, where somebody rated it; `walls`: what they may not touch (people.gate), sorted;
    `lowered`: walls that somebody took down, which no roster brings back.
    """

    id: str
    name: str
    employment: Employment
    country: str
    time_zone: str
    languages: Mapping[str, str] = field(hash=False)
    skills: tuple[str, ...]
    shifts: Mapping[str, tuple[str, ...]] = field(hash=False)
    wage: str
    currency: str
    program: bool = False
    tests: tuple[LanguageTest, ...] = ()
    certificates: tuple[Certificate, ...] = ()
    proficiency: Mapping[str, int] = field(default_factory=dict, hash=False)
    walls: tuple[str, ...] = ()
    lowered: tuple[str, ...] = ()

    def proficient(self, skill: str) -> int:
        """Give the proficiency in a skill, 1 to 5: 1 where nobody rated it, 0 without the skill."""
        return self.proficiency.get(skill, 1) if skill in self.skills else 0


def learn(person: Person | None, event: Event, at: int) -> Person:
    """Give the person after an event of the room people that happened at `at` (microseconds).

    Who joins again, with another wage say, keeps what they proved, and the walls that somebody raised or took down.
    Raises ValueError for an event about somebody
    who has not joined, or that is not about people.
    """
    if isinstance(event, PersonJoined):
        return _joined(event) if person is None else _again(person, _joined(event))
    if person is None:
        raise ValueError(f"{event!r} is about somebody who has not joined")
    match event:
        case TestTaken():
            return replace(person, tests=(*person.tests, LanguageTest(*event[1:])))
        case CertificateIssued():
            return replace(person, certificates=(*person.certificates, Certificate(*event[1:])))
        case CertificateWithdrawn():
            return _without(person, event.certificate, at)
        case WallRaised() | WallLowered():
            return with_wall(person, event.what, stands=isinstance(event, WallRaised))
    raise ValueError(f"{event!r} is not about people")


def with_wall(person: Person, what: str, *, stands: bool) -> Person:
    """Give the person with a wall that somebody raised, or took down."""
    walls, lowered = {*person.walls} - {what}, {*person.lowered} - {what}
    (walls if stands else lowered).add(what)
    return replace(person, walls=tuple(sorted(walls)), lowered=tuple(sorted(lowered)))


def _again(person: Person, joined: Person) -> Person:
    walls = tuple(sorted({*joined.walls, *person.walls} - {*person.lowered}))
    kept = replace(joined, tests=person.tests, certificates=person.certificates)
    return replace(kept, walls=walls, lowered=person.lowered)


def _joined(event: PersonJoined) -> Person:
    return Person(
        id=event.person,
        name=event.name,
        employment=Employment(event.employer, event.serves),
        country=event.country,
        time_zone=event.time_zone,
        languages=dict(event.languages),
        skills=tuple(event.skills),
        shifts={day: tuple(periods) for day, periods in event.shifts.items()},
        wage=event.wage,
        currency=event.currency,
        program=event.program,
        proficiency=dict(event.proficiency),
        walls=tuple(event.walls),
    )


def _without(person: Person, name: str, at: int) -> Person:
    certificates = tuple(
        certificate._replace(withdrawn=at)
        if certificate.name == name and certificate.withdrawn is None
        else certificate
        for certificate in person.certificates
    )
    return replace(person, certificates=certificates)
