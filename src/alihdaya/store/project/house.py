"""What is about no item: terms, definitions, sources and people."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

from alihdaya.engagement.account.events import ACCOUNT
from alihdaya.engagement.events import EngagementSigned, MonthArchived, PackDeployed, RowRejected, SourceOpened
from alihdaya.engagement.rates.increment import increment_key, increments_in
from alihdaya.engagement.rates.outcome import Outcome, outcomes_in
from alihdaya.kernel.event import Entry, Event, tag_of
from alihdaya.kernel.time import QUARTER
from alihdaya.people.events import (
    CertificateIssued,
    CertificateWithdrawn,
    PersonJoined,
    TestTaken,
    WallLowered,
    WallRaised,
)
from alihdaya.store.archive.partitions import Retired
from alihdaya.store.codec import encode
from alihdaya.store.project.changes import Pending
from alihdaya.store.project.days import Days
from alihdaya.store.project.exchange import EXCHANGE
from alihdaya.store.project.floor import FLOOR
from alihdaya.store.project.noted import FIGURES, QUESTIONS, note
from alihdaya.store.project.sends import SENDS
from alihdaya.store.project.worked import note_worked
from alihdaya.store.schema import (
    ARCHIVE,
    CARRIED,
    CERTIFICATE,
    DEFINITION,
    ENGAGEMENT,
    LEDGER,
    OUTCOME,
    PACE,
    PERSON,
    REJECT,
    RESULTED,
    SOURCE,
    TALLY,
    TEST,
    VERSION,
    WALL,
)

DUPLICATE = "duplicate"
"""The reason of a rejected row that says: this item was received before."""


class Known(NamedTuple):
    """What a projection must know of the tables before it goes on: small tables, whole.

    `zones`: (engagement, terms digest) -> IANA time zone of the client; `sources` and `certificates`: rows;
    `versions`: pack -> digests of its definitions, in the order of their numbers; `outcomes`: (engagement, service) ->
    those that any of its terms bill; `increments`: (engagement, service) -> the seconds to which they round time up.
    """

    zones: dict[tuple[str, str], str]
    sources: list[tuple[Any, ...]]
    certificates: list[tuple[Any, ...]]
    versions: dict[str, list[str]]
    outcomes: dict[tuple[str, str], list[Outcome]]
    increments: dict[tuple[str, str], set[int]]


class House:
    """The house's own facts, and what items need of them: the sources' counters and the clients' days."""

    def __init__(self, known: Known, pending: Pending) -> None:
        self.pending = pending
        self._zones = dict(known.zones)
        self._days: dict[str, Days] = {}
        self._of: dict[tuple[str, str], Days] = {}
        self._sources = {row[0]: list(row) for row in known.sources}
        self._touched: set[int] = set()
        self._versions = {pack: list(digests) for pack, digests in known.versions.items()}
        self._outcomes = {key: {one.key: one for one in some} for key, some in known.outcomes.items()}
        self._increments = {key: tuple(sorted(some)) for key, some in known.increments.items()}
        self._certificates = {tuple(row[:3]): list(row) for row in known.certificates}
        self.handlers: dict[type, Callable[[Entry, Any], None]] = {
            EngagementSigned: self._signed,
            PackDeployed: self._deployed,
            SourceOpened: self._opened,
            RowRejected: self._rejected,
            MonthArchived: self._archived,
            PersonJoined: self._joined,
            TestTaken: self._tested,
            CertificateIssued: self._certified,
            CertificateWithdrawn: self._withdrawn,
            WallRaised: self._walled,
            WallLowered: self._walled,
            **dict.fromkeys(ACCOUNT, self._account),
            **dict.fromkeys(FIGURES | QUESTIONS, partial(note, pending)),
            **{kind: partial(change, pending) for kind, change in (EXCHANGE | SENDS | FLOOR).items()},
        }

    def days(self, engagement: str, terms: str) -> Days:
        """Give the client's calendar days under these terms; UTC where the terms name no zone."""
        found = self._of.get((engagement, terms))
        if found is None:
            zone = self._zones.get((engagement, terms), "UTC")
            found = self._of[engagement, terms] = self._days.setdefault(zone, Days(zone))
        return found

    def resulted(
        self, item: tuple[str, str, int, int], at: int, result: Mapping[str, Any], days: tuple[str, str] = ("", "")
    ) -> None:
        """Note of what outcomes a delivery is. `item`: engagement, service, number, and when it came in.

        `days`: on which it came in, and was delivered.
        """
        engagement, service, number, received_at = item
        for key, outcome in self._outcomes.get((engagement, service), {}).items():
            if outcome.met(result):
                self.pending.insert(RESULTED, [(engagement, service, key, at, number, received_at)])
                self.pending.add(PACE, (engagement, service, f"outcome:{key}", at - at % QUARTER), 1)
                if days[0] != days[1]:
                    self.pending.add(CARRIED, (engagement, days[1], service, f"outcome:{key}", days[0]), 1)

    def worked(self, of: tuple[str, str], at: int, seconds: int) -> None:
        """Note when the time of a finished task of (engagement, service) was spent."""
        note_worked(self.pending, of, at, seconds, self._increments.get(of, ()))

    def count_row(self, source: int, row: int, column: int) -> None:
        """Count a row of a source as received (5), rejected (6) or duplicate (7); it is read up to there."""
        counters = self._sources.get(source)
        if counters is not None:
            counters[column] += 1
            counters[4] = max(counters[4], row)
            self._touched.add(source)

    def flush(self) -> None:
        """Put the sources whose counters moved."""
        for source in self._touched:
            row = self._sources[source]
            self.pending.put(SOURCE, (source,), tuple(row[1:]))
        self._touched.clear()

    def _signed(self, entry: Entry, event: EngagementSigned) -> None:
        key = (event.engagement, event.digest)
        since = entry.at if any(engagement == event.engagement for engagement, _ in self._zones) else 0
        for service, outcome in outcomes_in(event.terms):
            known = self._outcomes.setdefault((event.engagement, service), {})
            if outcome.key not in known:
                known[outcome.key] = outcome
                self.pending.put(OUTCOME, (event.engagement, service, outcome.key), (since,))
        for service, increment in increments_in(event.terms):
            held = self._increments.get((event.engagement, service), ())
            if increment not in held:
                self._increments[event.engagement, service] = tuple(sorted((*held, increment)))
                self.pending.put(OUTCOME, (event.engagement, service, increment_key(increment)), (since,))
        self._zones.pop(key, None)  # the last one signed stands last
        self._zones[key] = zone_of(event.terms)
        self._of.pop(key, None)
        self.pending.put(ENGAGEMENT, key, (encode(event.terms), entry.at))

    def _deployed(self, entry: Entry, event: PackDeployed) -> None:
        self.pending.put(DEFINITION, (event.definition,), (event.pack, encode(event.files)))
        versions = self._versions.setdefault(event.pack, [])
        if event.definition not in versions:
            versions.append(event.definition)
            self.pending.put(VERSION, (event.pack, len(versions)), (event.definition, entry.at))

    def _opened(self, _: Entry, event: SourceOpened) -> None:
        self._sources[event.source] = [event.source, event.name, event.digest, event.rows, 0, 0, 0, 0]
        self._touched.add(event.source)

    def _rejected(self, entry: Entry, event: RowRejected) -> None:
        duplicate = event.reason == DUPLICATE
        self.count_row(event.source, event.row, 7 if duplicate else 6)
        self.pending.put(REJECT, (event.source, event.row, event.column), (event.reason, event.text))
        engagement, day = self._house_day(entry.at)
        self.pending.add(TALLY, (engagement, day, "", "duplicate" if duplicate else "rejected"), 1)

    def _house_day(self, at: int) -> tuple[str, str]:
        """Whose day a fact about no item counts in: the only engagement's, or nobody's in UTC."""
        names = {engagement for engagement, _ in self._zones}
        if len(names) != 1:
            return "", self.days("", "").day(at)
        key = next(reversed(self._zones))
        return key[0], self.days(*key).day(at)

    def _archived(self, entry: Entry, event: MonthArchived) -> None:
        self.pending.put(ARCHIVE, (event.month,), (*event[1:], entry.at))
        self.pending.retired.append(Retired(event.month, event.last, event.last_item))

    def _account(self, entry: Entry, event: Event) -> None:
        rest = (getattr(event, "engagement", ""), tag_of(type(event)), encode(list(event)), entry.at, entry.by)
        self.pending.put(LEDGER, (entry.seq, self.pending.place), rest)

    def _joined(self, entry: Entry, event: PersonJoined) -> None:
        note(self.pending, entry, event)
        newer = event.proficiency or event.walls  # without them, the row is as older versions wrote it
        self.pending.put(PERSON, (event.person,), (encode(event if newer else event[:12]),))

    def _tested(self, entry: Entry, event: TestTaken) -> None:
        note(self.pending, entry, event)
        self.pending.put(TEST, (event.person, event.kind, event.language, event.at), (event.score, event.pass_mark))

    def _certified(self, entry: Entry, event: CertificateIssued) -> None:
        note(self.pending, entry, event)
        self._certificates[event[:3]] = [*event, None]
        self.pending.put(CERTIFICATE, event[:3], (event.end, None))

    def _withdrawn(self, entry: Entry, event: CertificateWithdrawn) -> None:
        note(self.pending, entry, event)
        for key, row in self._certificates.items():
            if key[:2] == event[:2] and row[4] is None:
                row[4] = entry.at
                self.pending.put(CERTIFICATE, key, (row[3], entry.at))

    def _walled(self, entry: Entry, event: WallRaised | WallLowered) -> None:
        note(self.pending, entry, event)
        stands = isinstance(event, WallRaised)
        self.pending.put(WALL, (event.person, event.what), (stands, event.reason, event.by, entry.at))


def zone_of(terms: dict[str, Any]) -> str:
    """Give the client's time zone (IANA name) in the wire form of terms, "UTC" where it names none."""
    client = terms.get("client")
    zone = client.get("time_zone") if isinstance(client, dict) else None
    return zone if isinstance(zone, str) and zone else "UTC"
