"""What of a person the gate looks at, as a value: people of equal capability may do the same work at this moment."""

from typing import Final, NamedTuple

from alihdaya.people.gate import OF_ITEM
from alihdaya.people.person import Certificate, Employment, LanguageTest, Person

_EVER: Final = 1 << 62
_PASS: Final = 50


class Capability(NamedTuple):
    """Each part sorted: skills with proficiency, languages with level, latest tests with verdict, valid certificates.

    `walls` are the clients and engagements that a conflict wall keeps them from; of single items the items know.
    """

    skills: tuple[tuple[str, int], ...]
    languages: tuple[tuple[str, str], ...]
    tests: tuple[tuple[str, str, bool], ...]
    certificates: tuple[str, ...]
    walls: tuple[str, ...]


def capability(person: Person, now: int) -> Capability:
    """Give what a person is capable of at `now` (microseconds)."""
    latest: dict[tuple[str, str], LanguageTest] = {}
    for test in person.tests:
        known = latest.get((test.kind, test.language))
        if test.at <= now and (known is None or test.at >= known.at):
            latest[test.kind, test.language] = test
    return Capability(
        tuple(sorted((skill, person.proficient(skill)) for skill in person.skills)),
        tuple(sorted(person.languages.items())),
        tuple(sorted((kind, language, test.passed) for (kind, language), test in latest.items())),
        tuple(sorted({one.name for one in person.certificates if one.valid(now)})),
        tuple(sorted(wall for wall in person.walls if not wall.startswith(OF_ITEM))),
    )


def changes_at(person: Person, now: int) -> int | None:
    """Say when time alone changes the capability next: a certificate begins or ends, or a test to come counts."""
    instants = [instant for one in person.certificates for instant in (one.start, one.end, one.withdrawn)]
    instants += [test.at for test in person.tests]
    return min((one for one in instants if one is not None and one > now), default=None)


def stand_in(capable: Capability) -> Person:
    """Give a person without a name who has this capability at any time, for the gate to look at once for all."""
    return Person(
        id="",
        name="",
        employment=Employment("", ""),
        country="",
        time_zone="UTC",
        languages=dict(capable.languages),
        skills=tuple(skill for skill, _ in capable.skills),
        shifts={},
        wage="0",
        currency="",
        tests=tuple(
            LanguageTest(kind, language, _PASS if passed else 0, _PASS, 0) for kind, language, passed in capable.tests
        ),
        certificates=tuple(Certificate(name, 0, _EVER) for name in capable.certificates),
        proficiency=dict(capable.skills),
        walls=capable.walls,
    )
