"""What the console is shown: small frozen facts, filled by whoever reads the store.

Instants are microseconds since the epoch in business time; shares run from 0 to 1; lengths are seconds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

from alihdaya.packs.vocabulary import NO_VOCABULARY, Vocabulary


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
    """How one SLA clock ("respond" or "resolve") fares; `target` is the promised share, None where none was."""

    clock: str
    target: Decimal | None
    met_today: int
    total_today: int
    met_month: int
    total_month: int


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


@dataclass(frozen=True, slots=True, kw_only=True)
class FloorPicture:
    """Everything on the floor as of the log's entry `seq` at business time `at`, shown in `zone` (IANA name).

    `shore`: "onshore", "nearshore" or "offshore". `items_per_s`: items received per second of wall time.
    """

    seq: int
    at: int
    client: str
    provider: str
    service: str
    shore: str = ""
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

    `state`: "running", "waiting", "stopped", "suspended", "delivered" or "cancelled".
    """

    item: int
    external_id: str
    service: str
    state: str
    data: Mapping[str, Any]
    happenings: tuple[Happening, ...]
    result: Mapping[str, Any] = field(default_factory=dict)
    zone: str = "UTC"
    months: tuple[str, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    vocabulary: Vocabulary = NO_VOCABULARY
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


class Reader(Protocol):
    """Where the console looks. It is called from worker threads, one call at a time for each method's result."""

    def last_seq(self) -> int:
        """Give the number of the log's last entry; cheap, asked for at every poll."""

    def floor(self, now: int) -> FloorPicture:
        """Draw the floor. `now` is wall time; a reader of past data takes its business time from the log."""

    def story(self, item: int) -> Story | None:
        """Tell an item's life, or None where there is no such item."""

    def named(self, text: str) -> Sequence[tuple[int, str, str]]:
        """Give the items of a client's number, and that of ours, as (item, the client's number, service)."""

    def invoice(self, month: str) -> Mapping[str, Any] | None:
        """Give the invoice of a month ("2013-04") as its JSON object, or None where there is none."""

    def recording(self, item: int) -> Asked | None:
        """Give the open task of an item that asks for a recording, or None where there is none."""
