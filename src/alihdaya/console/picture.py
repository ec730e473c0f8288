"""What the console is shown: small frozen facts, filled by whoever reads the store.

Instants are microseconds since the epoch in business time; shares run from 0 to 1; lengths are seconds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from alihdaya.packs.vocabulary import NO_VOCABULARY, Vocabulary

if TYPE_CHECKING:
    from alihdaya.operations.books.account.months import MonthRow
    from alihdaya.operations.books.account.traced import Traced
    from alihdaya.operations.instance.sla import Told


@dataclass(frozen=True, slots=True)
class Queue:
    """The tasks of one name that wait for a person. `oldest`: when the longest waiting one came in."""

    task: str
    waiting: int
    oldest: int | None = None
    due_soon: int = 0
    overdue: int = 0


@dataclass(frozen=True, slots=True)
class Attainment:
    """How one SLA clock ("respond" or "resolve") of a service fares; `target` is the promised share of `level`'s items.

    `today` and `month`: (in time, of how many); `today` is None where the log counts no days of that service. Of a
    promised mean (`limit`, seconds), `today` is None, `mean` this month's in seconds, None of no item, and `month` says
    (1, 1) if it is kept.
    """

    clock: str
    target: Decimal
    today: tuple[int, int] | None
    month: tuple[int, int]
    service: str = ""
    level: str = ""
    limit: float | None = None
    mean: float | None = None


@dataclass(frozen=True, slots=True)
class Proof:
    """A certificate or test of a person. `state`: "valid", "missing", "expired", "withdrawn" or "failed"."""

    name: str
    state: str
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Worker:
    """A person of the roster. `item`, `external_id`, `task` and `since` are set while they work on something."""

    person: str
    name: str
    present: bool
    done_today: int = 0
    item: int | None = None
    external_id: str = ""
    task: str = ""
    since: int | None = None
    languages: Mapping[str, str] = field(default_factory=dict)
    proofs: tuple[Proof, ...] = ()
    simulated: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """The gate kept a person from tasks (S8, S9), the last time at `at`; `times`: how often so far.

    `reasons` are codes with their facts.
    """

    at: int
    person: str
    name: str
    reasons: tuple[str, ...]
    item: int = 0
    external_id: str = ""
    times: int = 1


@dataclass(frozen=True, slots=True)
class Happening:
    """One event of the log. `facts` are its fields by name; `simulated`: a simulation played the person."""

    seq: int
    at: int
    item: int
    tag: str
    by: str = ""
    external_id: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    simulated: bool = False


@dataclass(frozen=True, slots=True)
class Signed:
    """An engagement that is signed here: its id, whose it is, and the services that it is about."""

    engagement: str
    client: str
    services: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FloorPicture:
    """One engagement on the floor as of the log's entry `seq` at business time `at`, shown in `zone` (IANA name).

    `shores`: those of the services, each "onshore", "nearshore" or "offshore". `items_per_s`: items received per second
    of wall time. People and refusals are of the whole house.
    """

    seq: int
    at: int
    client: str
    provider: str
    services: tuple[str, ...]
    engagement: str = ""
    shores: tuple[str, ...] = ()
    zone: str = "UTC"
    received: int = 0
    delivered: int = 0
    straight_through: int = 0
    to_people: int = 0
    stopped: int = 0
    rejected: int = 0
    items_per_s: float | None = None
    queues: tuple[Queue, ...] = ()
    sla: tuple[Attainment, ...] = ()
    people: tuple[Worker, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    happenings: tuple[Happening, ...] = ()
    months: tuple[str, ...] = ()
    simulated: bool = False
    vocabulary: Vocabulary = NO_VOCABULARY

    @property
    def names(self) -> dict[str, str]:
        """Person -> name."""
        return {one.person: one.name for one in self.people}

    @property
    def called(self) -> dict[int, str]:
        """Item -> the client's number for it, as far as the happenings tell."""
        return {one.item: one.external_id for one in self.happenings if one.external_id}

    @property
    def waiting(self) -> int:
        """Tasks in all queues."""
        return sum(queue.waiting for queue in self.queues)

    @property
    def overdue(self) -> int:
        """Tasks in all queues whose due time has passed."""
        return sum(queue.overdue for queue in self.queues)


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """The whole life of one item, oldest happening first. `names`: person -> name, for those who took part.

    `state`: "running", "waiting", "stopped", "suspended", "delivered" or "cancelled". `billed`: on which invoices it
    is, None where that is not for whoever reads it.
    """

    item: int
    external_id: str
    service: str
    state: str
    data: Mapping[str, Any]
    happenings: tuple[Happening, ...]
    result: Mapping[str, Any] = field(default_factory=dict)
    zone: str = "UTC"
    billed: "Traced | None" = None
    names: Mapping[str, str] = field(default_factory=dict)
    vocabulary: Vocabulary = NO_VOCABULARY
    engagement: str = ""
    archived: str = ""
    """The folder of the archive that it was read from; empty for an item that is in the store."""

    @property
    def simulated(self) -> bool:
        """Whether any step was played by a simulation."""
        return any(one.simulated for one in self.happenings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """An open task that asks for a recording in the field `field`: what to do for it, and what to read aloud."""

    item: int
    external_id: str
    task: str
    field: str
    language: str = ""
    instruction: str = ""
    passage: str = ""
    vocabulary: Vocabulary = NO_VOCABULARY


class BehindRow(NamedTuple):
    """What a line of an invoice counts: item `item` of the client's number `external_id`, 0 and "" of none.

    `at`: when it was delivered, or the work was done, in microseconds; `who`: by whom, or the name of a milestone;
    `seconds`: in how long, 0 of what is not counted by time.
    """

    item: int
    external_id: str
    at: int | None
    who: str
    seconds: int


class Behind(NamedTuple):
    """A page (from 1) of what is behind a line of an invoice, both in plain form; `more`: another page follows."""

    invoice: Mapping[str, Any]
    line: Mapping[str, Any]
    page: int
    rows: tuple[BehindRow, ...]
    more: bool
    zone: str


class Reader(Protocol):
    """Where the console looks. It is called from worker threads, one call at a time for each method's result."""

    def last_seq(self) -> int:
        """Give the number of the log's last entry; cheap, asked for at every poll."""

    def engagements(self) -> Sequence[Signed]:
        """Give the engagements that are signed, the one signed last at the end."""

    def floor(self, now: int, engagement: str = "") -> FloorPicture:
        """Draw the floor of an engagement, "" of the one signed last.

        `now` is wall time; a reader of past data takes its business time from the log.
        """

    def story(self, item: int) -> Story | None:
        """Tell an item's life, or None where there is no such item."""

    def named(self, text: str) -> Sequence[tuple[int, str, str]]:
        """Give the items of a client's number, and that of ours, as (item, the client's number, service)."""

    def invoice(self, month: str, engagement: str = "", *, items: bool = False) -> Mapping[str, Any] | None:
        """Give an engagement's invoice of a month ("2013-04") as its JSON object, or None where there is none.

        `items`: with the numbers of the items behind each line, however many these are.
        """

    def months(self, engagement: str) -> "Sequence[MonthRow]":
        """Give the months of an engagement that have something to bill, or were closed, the latest first."""

    def behind(self, engagement: str, month: str, line: int, page: int) -> Behind | None:
        """Give a page (from 1) of what is behind a line of an invoice, or None where there is none."""

    def clocks(self, item: int, now: int) -> "Told | None":
        """Explain the service level clocks of an item, as of `now` or of the log's end in a rehearsal; None: no item.

        `now` is wall time.
        """

    def recording(self, item: int) -> Asked | None:
        """Give the open task of an item that asks for a recording, or None where there is none."""
