"""What the writer can be asked to do. Each command is about one item, a migration about many, an entry for each."""

from typing import Any, NamedTuple

from alihdaya.operations.books.questions.commands import Inquire
from alihdaya.operations.books.record import Record
from alihdaya.operations.books.retire import Retire
from alihdaya.operations.desk import Service
from alihdaya.operations.exchange.commands import Broadcast
from alihdaya.operations.exchange.handover.commands import HandoverCommand
from alihdaya.operations.exchange.shards.commands import ShardCommand
from alihdaya.operations.floor.commands import FloorCommand, Look, SpendTime
from alihdaya.operations.instance.commands import InstanceCommand
from alihdaya.operations.jobs.commands import JobCommand
from alihdaya.operations.migrate.order import Migrate
from alihdaya.operations.people.commands import PeopleCommand
from alihdaya.operations.people.programs.commands import ProgramCommand
from alihdaya.work.outbox import SendKey


class Receive(NamedTuple):
    """Take an item in. `row` of `source` (0, 0 where it came from no file); `data` are the process's variables."""

    service: Service
    channel: str
    external_id: str
    source: int
    row: int
    data: dict[str, Any]


class Reject(NamedTuple):
    """Turn a row away, with the column at fault (may be empty), the reason, and the offending text, shortened."""

    source: int
    row: int
    column: str
    reason: str
    text: str


class Assign(NamedTuple):
    """Give the task that waits at `token` of `item` to a person; the gate decides (S8, S9). `by` goes into the log."""

    item: int
    token: int
    person: str
    by: str = "router"


class Complete(NamedTuple):
    """The person who holds the task is done: `result` by field of the form, `seconds` of handling time.

    None: as long as they have had it.
    """

    item: int
    token: int
    person: str
    seconds: int | None
    result: dict[str, Any]
    simulated: bool = False
    code: str = ""
    """The wrap-up code."""


class Fire(NamedTuple):
    """A timer of an item is due; `trouble` says why it only stops its item, by an incident."""

    item: int
    timer: int
    trouble: str = ""


class Deliver(NamedTuple):
    """A message arrived for whoever waits for `name` with `key`; it is kept for `keep` microseconds if nobody does."""

    name: str
    key: str
    payload: dict[str, Any]
    keep: int = 0


class Retry(NamedTuple):
    """Try again what ended in an incident at `token` of `item`."""

    item: int
    token: int


class Sent(NamedTuple):
    """What was to go out under `key` is there, answered with `status` (HTTP) and, for a waiting token, `result`."""

    key: SendKey
    status: int
    result: dict[str, Any]


class Unsent(NamedTuple):
    """What was to go out under `key` is not there; it is tried again at `next_at` (microseconds), 0: not by itself."""

    key: SendKey
    reason: str
    next_at: int
    trouble: str = "not-sent"
    """Code of the incident where it is not tried again."""


ItemCommand = Receive | Reject | Assign | Complete | Fire | Deliver | Retry
Command = (
    ItemCommand
    | Broadcast
    | Sent
    | Unsent
    | JobCommand
    | InstanceCommand
    | Migrate
    | PeopleCommand
    | Record
    | Inquire
    | Retire
    | ShardCommand
    | HandoverCommand
    | FloorCommand
    | Look
    | SpendTime
    | ProgramCommand
)
