"""What the writer reads when it starts or goes on: what is open, who is there, what is in force."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection, Row, Select, Table, func, select

from alihdaya.engagement.rates.increment import increments_in
from alihdaya.engagement.rates.outcome import Outcome, outcomes_in
from alihdaya.engine.state import from_wire
from alihdaya.people.events import CertificateIssued, PersonJoined, TestTaken
from alihdaya.store.codec import decode, revive
from alihdaya.store.project import Known, Standing
from alihdaya.store.project.house import zone_of
from alihdaya.store.project.standing import NARROW
from alihdaya.store.schema import (
    ARCHIVE,
    CERTIFICATE,
    DEFINITION,
    ENGAGEMENT,
    ITEM,
    PERSON,
    RECEIVED,
    SOURCE,
    SUBSCRIPTION,
    TASK,
    TEST,
    TIMER,
    VERSION,
    WALL,
)

T = TypeVar("T")
_CHUNK = 900


class OpenTask(NamedTuple):
    """A task that waits or is being worked on; the columns of the table `task`, instants in microseconds."""

    item: int
    token: int
    node: str
    name: str
    service: str
    skill: str
    language: str
    level: str
    certificate: str
    priority: int
    queued_at: int
    respond_due: int | None
    resolve_due: int | None
    person: str | None
    assigned_at: int | None


class Timer(NamedTuple):
    """A timer that is set: its number within the item, and when it is due (microseconds)."""

    item: int
    timer: int
    due: int


class SourceRow(NamedTuple):
    """A file that was read up to row `cursor`; rows count from 1 and were received, rejected or duplicates."""

    id: int
    name: str
    digest: str
    rows: int
    cursor: int
    received: int
    rejected: int
    duplicates: int


class Held(NamedTuple):
    """A certificate as it was issued, and when it was withdrawn, if it was (microseconds)."""

    issued: CertificateIssued
    withdrawn_at: int | None


class Wall(NamedTuple):
    """A conflict wall that somebody raised, or took down, by hand; `at` in microseconds."""

    person: str
    what: str
    stands: bool
    reason: str
    by: str
    at: int


class Person(NamedTuple):
    """Somebody on the roster with what they proved, and walls that were raised or taken down by hand."""

    facts: PersonJoined
    tests: tuple[TestTaken, ...]
    certificates: tuple[Held, ...]
    walls: tuple[Wall, ...]


class Engagement(NamedTuple):
    """Terms that were signed; `terms` is the whole parsed terms.toml."""

    id: str
    digest: str
    terms: dict[str, Any]
    signed_at: int


class Definition(NamedTuple):
    """A pack's models: relative path -> text."""

    digest: str
    pack: str
    files: dict[str, str]


class Version(NamedTuple):
    """A pack's models as they were deployed: their number from 1 within the pack, digest, and when (microseconds)."""

    pack: str
    number: int
    digest: str
    deployed_at: int


class WorkingSet:
    """The reads of the writer. Each runs in a read-only transaction of its own and blocks nobody."""

    archive_folder: Path | None = None
    """Where archived months lie, if not where they were written to."""

    archive_part: str = ""
    """The folder within that one which is this store's: each of many shards has its own."""

    @property
    def factor(self) -> int:
        """What numbers count by: of many shards read as one, a number is its own times this, and the shard."""
        return 1

    def archive_home(self) -> Path | None:
        """Give where a store's archive lies if nothing else is said: beside a file; a server has no such place."""
        return None

    def snapshot(self) -> AbstractContextManager[Connection]:
        """Give a connection that reads one moment of the store."""
        raise NotImplementedError

    def moment(self) -> AbstractContextManager[None]:
        """Let all that this thread reads within be of one moment of the store. What it writes meanwhile is not seen."""
        return nullcontext()

    def once(self, _what: Hashable, read: Callable[[], T], /) -> T:
        """Give what `read` gives; within a `moment`, where it cannot change, read but once for the same question.

        Whoever gets it must not change it.
        """
        return read()

    def _all(self, query: Select[Any]) -> list[Row[Any]]:
        with self.snapshot() as connection:
            return list(connection.execute(query).all())

    def next_item(self) -> int:
        """Give the number of the next item: one more than the highest, even if that one is archived."""
        highest = (select(func.max(ITEM.c.id)), select(func.max(ARCHIVE.c.last_item)))
        return max(self._all(query)[0][0] or 0 for query in highest) + 1

    def waiting_instance(self, item: int) -> Any:
        """Give the engine's instance of an item that waits or is stopped, None for any other."""
        found = self._all(select(ITEM.c.state).where(ITEM.c.id == item))
        return from_wire(decode(found[0][0])) if found and found[0][0] is not None else None

    def open_tasks(self) -> list[OpenTask]:
        """Give all tasks that are neither done nor cancelled, in the order of item and token."""
        return [OpenTask._make(row) for row in self._all(_everything(TASK))]

    def timers_due(self, now: int, limit: int = 1_000) -> list[Timer]:
        """Give the first `limit` timers that are due at `now`, earliest first."""
        query = select(TIMER).where(TIMER.c.due <= now).order_by(TIMER.c.due, TIMER.c.item, TIMER.c.timer)
        return [Timer._make(row) for row in self._all(query.limit(limit))]

    def next_due(self) -> int | None:
        """Say when the next timer is due."""
        found: int | None = self._all(select(func.min(TIMER.c.due)))[0][0]
        return found

    def subscribers(self, name: str, key: str) -> list[tuple[int, int]]:
        """Give (item, token) of all that await this message."""
        wanted = (SUBSCRIPTION.c.name == name) & (SUBSCRIPTION.c.key == key)
        rows = self._all(_everything(SUBSCRIPTION).where(wanted))
        return [(row.item, row.token) for row in rows]

    def sources(self) -> list[SourceRow]:
        """Give all files that were ever read."""
        return [SourceRow._make(row) for row in self._all(_everything(SOURCE))]

    def known(self, channel: str, external_ids: Iterable[str]) -> dict[str, int]:
        """Give external id -> item of those that were received before."""
        found: dict[str, int] = {}
        query = select(RECEIVED.c.external_id, RECEIVED.c.item).where(RECEIVED.c.channel == channel)
        with self.snapshot() as connection:
            for some in _chunks(external_ids):
                found.update(
                    (row[0], row[1]) for row in connection.execute(query.where(RECEIVED.c.external_id.in_(some)))
                )
        return found

    def persons(self) -> list[Person]:
        """Give the roster, with tests and certificates in the order they count in."""
        return self._roster("")

    def person(self, who: str) -> Person | None:
        """Give somebody of the roster by their id."""
        return next(iter(self._roster(who)), None) if who else None

    def _roster(self, who: str) -> list[Person]:
        def of(table: Table, column: str) -> Select[Any]:
            return _everything(table).where(table.c[column] == who) if who else _everything(table)

        with self.snapshot() as connection:
            people = connection.execute(of(PERSON, "id")).all()
            tests, held, walls = defaultdict(list), defaultdict(list), defaultdict(list)
            for row in connection.execute(of(TEST, "person")):
                tests[row.person].append(
                    TestTaken(row.person, row.kind, row.language, row.score, row.pass_mark, row.at)
                )
            for row in connection.execute(of(CERTIFICATE, "person")):
                held[row.person].append(Held(CertificateIssued(*row[:4]), row[4]))
            for row in connection.execute(of(WALL, "person")):
                walls[row.person].append(Wall._make(row))
        return [
            Person(joined_from(row.facts), tuple(tests[row.id]), tuple(held[row.id]), tuple(walls[row.id]))
            for row in people
        ]

    def applicants(self) -> list[tuple[str, tuple[TestTaken, ...]]]:
        """Give who took tests and is not on the roster, with the tests in the order they count in."""
        query = _everything(TEST).where(TEST.c.person.not_in(select(PERSON.c.id)))
        found: dict[str, list[TestTaken]] = defaultdict(list)
        for row in self._all(query):
            found[row.person].append(TestTaken(row.person, row.kind, row.language, row.score, row.pass_mark, row.at))
        return [(who, tuple(tests)) for who, tests in found.items()]

    def engagements(self) -> list[Engagement]:
        """Give all terms that were ever signed, the last ones last."""
        return list(self.once("engagements", self._engagements))

    def _engagements(self) -> list[Engagement]:
        query = select(ENGAGEMENT).order_by(ENGAGEMENT.c.signed_at, ENGAGEMENT.c.id, ENGAGEMENT.c.digest)
        return [Engagement(one.id, one.digest, decode(one.terms), one.signed_at) for one in self._all(query)]

    def definition(self, digest: str) -> Definition | None:
        """Give the models with this digest."""
        found = self._all(select(DEFINITION).where(DEFINITION.c.digest == digest))
        return Definition(digest, found[0].pack, decode(found[0].files)) if found else None

    def versions(self) -> list[Version]:
        """Give every definition by pack and number."""
        return [Version._make(row) for row in self._all(_everything(VERSION))]


def joined_from(facts: bytes) -> PersonJoined:
    """Give the event that a row of the table `person` keeps."""
    event = revive(["person.joined", *decode(facts)])
    assert isinstance(event, PersonJoined)  # noqa: S101 - the tag says so
    return event


def known(connection: Connection) -> Known:
    """Read what a projection must know before it goes on."""
    terms = select(ENGAGEMENT).order_by(ENGAGEMENT.c.signed_at, ENGAGEMENT.c.id, ENGAGEMENT.c.digest)
    zones, outcomes = dict[tuple[str, str], str](), dict[tuple[str, str], list[Outcome]]()
    increments: dict[tuple[str, str], set[int]] = {}
    for row in connection.execute(terms):
        wire = decode(row.terms)
        zones[row.id, row.digest] = zone_of(wire)
        for service, outcome in outcomes_in(wire):
            outcomes.setdefault((row.id, service), []).append(outcome)
        for service, increment in increments_in(wire):
            increments.setdefault((row.id, service), set()).add(increment)
    sources = [tuple(row) for row in connection.execute(_everything(SOURCE))]
    versions: dict[str, list[str]] = {}
    for row in connection.execute(_everything(VERSION)):
        versions.setdefault(row.pack, []).append(row.digest)
    certificates = [tuple(row) for row in connection.execute(_everything(CERTIFICATE))]
    return Known(zones, sources, certificates, versions, outcomes, increments)


def standing(connection: Connection, items: Iterable[int]) -> Iterator[Standing]:
    """Read items with all that is open about them."""
    for some in _chunks(items):
        found = {row.id: Standing(tuple(row), fresh=False) for row in connection.execute(_of(ITEM, ITEM.c.id, some))}
        for table in NARROW:
            for row in connection.execute(_of(table, table.c.item, some)):
                found[row.item].open[table.name][row[1]] = tuple(row[2:])
        yield from found.values()


def _of(table: Table, column: Any, items: list[Any]) -> Select[Any]:
    return select(table).where(column.in_(items))


def _everything(table: Table) -> Select[Any]:
    return select(table).order_by(*table.primary_key.columns)


def _chunks(values: Iterable[Any]) -> Iterator[list[Any]]:
    whole = list(values)
    for start in range(0, len(whole), _CHUNK):
        yield whole[start : start + _CHUNK]
