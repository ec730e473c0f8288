"""What is known of people, for those who look: their proofs, the tasks they may do, and the log about them."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from alihdaya.kernel.errors import AlihdayaError
from alihdaya.kernel.event import HOUSE
from alihdaya.kernel.time import iso
from alihdaya.notation.bpmn import UserWork
from alihdaya.operations.opening import person_of, stored_pack
from alihdaya.people.events import (
    CertificateIssued,
    CertificateWithdrawn,
    PersonJoined,
    TestTaken,
    WallLowered,
    WallRaised,
)
from alihdaya.people.gate import OF_ENGAGEMENT, OF_ITEM, Needs, gate
from alihdaya.people.person import Certificate, LanguageTest, Person
from alihdaya.people.walls import told
from alihdaya.store import Store
from alihdaya.store.working import WorkingSet
from alihdaya.work.exchange import ShardReached


class Standing(NamedTuple):
    """Somebody on the roster, or an applicant (`person` None) with tests only."""

    id: str
    person: Person | None
    tests: tuple[LanguageTest, ...]
    certificates: tuple[Certificate, ...]


class Verdict(NamedTuple):
    """Whether a person may do a task: no reason against it means yes."""

    pack: str
    task: str
    name: str
    reasons: tuple[str, ...]


class Walled(NamedTuple):
    """A conflict wall, as it `stands` or not; `at` (microseconds) None and `by` "" for one that a roster has."""

    person: str
    what: str
    stands: bool
    reason: str
    by: str
    at: int | None


class Fact(NamedTuple):
    """A fact about a person as the log has it."""

    seq: int
    at: str
    by: str
    event: str
    says: str


def day(at: int) -> str:
    """Write the day of an instant, in UTC."""
    return (iso(at) or "")[:10]


def standings(store: WorkingSet) -> list[Standing]:
    """Give everybody by id, applicants among them."""
    found = [Standing(one.id, one, one.tests, one.certificates) for one in map(person_of, store.persons())]
    applicants = [
        Standing(who, None, tuple(LanguageTest(*test[1:]) for test in tests), ()) for who, tests in store.applicants()
    ]
    return sorted(found + applicants, key=lambda one: one.id)


def plain(one: Standing, at: int) -> dict[str, Any]:
    """Give somebody as JSON has them, with what counts at `at` (microseconds)."""
    person = one.person
    tests = [{**test._asdict(), "at": iso(test.at), "passed": test.passed} for test in one.tests]
    certificates = [
        {"name": held.name, "from": iso(held.start), "until": iso(held.end), "withdrawn": iso(held.withdrawn)}
        | {"valid": held.valid(at)}
        for held in one.certificates
    ]
    facts: dict[str, Any] = {"id": one.id, "joined": person is not None}
    if person is not None:
        facts |= {"name": person.name, "employer": person.employment.employer, "serves": person.employment.serves}
        facts |= {"languages": dict(person.languages), "skills": list(person.skills)}
        facts |= {"walls": list(person.walls)} if person.walls else {}
    return {**facts, "tests": tests, "certificates": certificates}


def walls(store: WorkingSet) -> list[Walled]:
    """Give all walls by person: those of rosters, and those that somebody raised or took down by hand."""
    found = []
    for one in store.persons():
        rows = [Walled(*row) for row in one.walls]
        said = {row.what for row in rows}
        rows += [Walled(one.facts.person, what, True, "", "", None) for what in one.facts.walls if what not in said]
        found += rows
    return sorted(found, key=lambda row: (row.person, row.what))


def plain_wall(one: Walled) -> dict[str, Any]:
    """Give a wall as JSON has it."""
    what = one.what
    kind = next((kind for kind in (OF_ENGAGEMENT, OF_ITEM) if what.startswith(kind)), "client:")
    about = {kind.removesuffix(":"): what.removeprefix(kind)}
    return {"person": one.person, **about, "stands": one.stands, "at": iso(one.at), "by": one.by, "reason": one.reason}


def ends_within(one: Standing, at: int, span: int) -> bool:
    """Say whether a certificate that counts at `at` ends within `span` microseconds, and no later one follows."""
    last: dict[str, int] = {}
    for held in one.certificates:
        if held.valid(at):
            last[held.name] = max(held.end, last.get(held.name, 0))
    return any(end <= at + span for end in last.values())


def may_do(store: Store, one: Standing, at: int) -> list[Verdict]:
    """Put the person before the gate of every user task of the newest version of every pack."""
    newest = {version.pack: version.digest for version in store.versions()}
    return [verdict for pack, digest in sorted(newest.items()) for verdict in _verdicts(store, pack, digest, one, at)]


def _verdicts(store: Store, name: str, digest: str, one: Standing, at: int) -> Iterator[Verdict]:
    try:
        pack = stored_pack(store, digest)
    except AlihdayaError:
        return  # what cannot be read any more asks for nothing
    test = "spoken" if pack.manifest.voice else "writing"
    for process in pack.processes.values():
        for node in process.nodes:
            if isinstance(node.detail, UserWork):
                work = node.detail
                needs = Needs(work.skill, work.language, work.level, work.certificate, test=test)
                reasons = gate(one.person, needs, at) if one.person is not None else ("not-joined",)
                yield Verdict(name, node.id, node.name or node.id, reasons)


def history(store: Store, person: str) -> list[Fact]:
    """Give what the log says about somebody, in order. It reads all of the house's own entries.

    What a shard knows from another one is told by that one, and what all of them read in a roster is told once.
    """
    told = [
        (entry, event, said)
        for entry in store.read_log(item=HOUSE)
        if not (entry.events and isinstance(entry.events[0], ShardReached))
        for event in entry.events
        if (said := _said(event, person))
    ]
    found: dict[object, Fact] = {}
    for entry, event, said in sorted(told, key=lambda one: one[0].at):
        again = isinstance(event, (CertificateWithdrawn, WallRaised, WallLowered))
        news = (entry.seq,) if again else (entry.by, repr(event))
        found.setdefault(news, Fact(entry.seq, iso(entry.at) or "", entry.by, type(event).__name__, said))
    return list(found.values())


def _said(event: object, person: str) -> str:
    match event:
        case PersonJoined(person=who, employer=employer, serves=serves, walls=walls) if who == person:
            kept = "".join(f"; not {told(wall)}" for wall in walls)
            return f"{employer} \N{RIGHTWARDS ARROW} {serves}{kept}"
        case TestTaken(person=who, kind=kind, language=language, score=score, pass_mark=mark) if who == person:
            return f"{kind} {language} {score}/{mark}"
        case CertificateIssued(person=who, certificate=name, end=end) if who == person:
            return f"{name} {day(end)}"
        case CertificateWithdrawn(person=who, certificate=name, reason=reason) if who == person:
            return f"{name}: {reason}"
        case WallRaised(person=who, what=what, reason=reason) | WallLowered(person=who, what=what, reason=reason) if (
            who == person
        ):
            return f"{told(what)}: {reason}"
    return ""
