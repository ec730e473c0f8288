"""What is known of people, for those who look: their proofs, the tasks they may do, and the log about them."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from alihdaya.kernel.errors import AlihdayaError
from alihdaya.kernel.event import tag_of
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
from alihdaya.store.views.facts import noted
from alihdaya.store.working import WorkingSet


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
    """Give what the log says about somebody, in order.

    What a shard knows from another one is told by that one, and what all of them read in a roster is told once.
    """
    kinds = (PersonJoined, TestTaken, CertificateIssued, CertificateWithdrawn, WallRaised, WallLowered)
    found: dict[object, Fact] = {}
    for one in sorted(noted(store, map(tag_of, kinds), who=(person,)), key=lambda one: one.at):
        again = isinstance(one.fact, (CertificateWithdrawn, WallRaised, WallLowered))
        news = (one.seq,) if again else (one.by, repr(one.fact))
        found.setdefault(news, Fact(one.seq, iso(one.at) or "", one.by, type(one.fact).__name__, _said(one.fact)))
    return list(found.values())


def _said(event: object) -> str:
    match event:
        case PersonJoined(employer=employer, serves=serves, walls=walls):
            kept = "".join(f"; not {told(wall)}" for wall in walls)
            return f"{employer} \N{RIGHTWARDS ARROW} {serves}{kept}"
        case TestTaken(kind=kind, language=language, score=score, pass_mark=mark):
            return f"{kind} {language} {score}/{mark}"
        case CertificateIssued(certificate=name, end=end):
            return f"{name} {day(end)}"
        case CertificateWithdrawn(certificate=name, reason=reason):
            return f"{name}: {reason}"
        case WallRaised(what=what, reason=reason) | WallLowered(what=what, reason=reason):
            return f"{told(what)}: {reason}"
    return ""
