"""From a file's rows to commands: where it was left off, what came before, what must be turned away."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from typing import Any, Final, Protocol
from zoneinfo import ZoneInfo

from alihdaya.engagement.events import SourceOpened
from alihdaya.engagement.terms import Terms
from alihdaya.kernel.time import DAY, HOUR, micros
from alihdaya.operations.books.account.agree import Standing, turned_away
from alihdaya.operations.commands import Receive, Reject
from alihdaya.operations.desk import Desk, Service
from alihdaya.store.project import DUPLICATE
from alihdaya.work.keepable import MOST_KEY_BYTES, names_too_long

SKEW: Final = 24 * HOUR
"""So far ahead of ours the client's clock may be."""


class Row(Protocol):
    """A good row: its number in the file, what it is called, when it came (None: now), its variables."""

    @property
    def number(self) -> int: ...  # noqa: D102
    @property
    def external_id(self) -> str: ...  # noqa: D102
    @property
    def received_at(self) -> int | None: ...  # noqa: D102
    @property
    def data(self) -> dict[str, Any]: ...  # noqa: D102


class Rejected(Protocol):
    """A bad row: its number, the column at fault (may be empty), why, and the offending text."""

    @property
    def row(self) -> int: ...  # noqa: D102
    @property
    def column(self) -> str: ...  # noqa: D102
    @property
    def reason(self) -> str: ...  # noqa: D102
    @property
    def text(self) -> str: ...  # noqa: D102


class Batch(Protocol):
    """A stretch of a file, rows and rejects each in order; `last` is the number of its last row."""

    @property
    def rows(self) -> Sequence[Row]: ...  # noqa: D102
    @property
    def rejects(self) -> Sequence[Rejected]: ...  # noqa: D102
    @property
    def last(self) -> int: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Source:
    """A file to be read: its digest names it, however it is called; `rows` is the number of its rows.

    `batches` gives what comes after a row; `by_data` says that rows happened when they say, not now.
    """

    path: Path
    digest: str
    rows: int
    batches: Callable[[int], Iterator[Batch]]
    by_data: bool = True


def open_source(desk: Desk, source: Source, at: int) -> tuple[int, int]:
    """Give the source's number and the row up to which it was read before; a new one is noted in the log."""
    known = desk.store.sources()
    for row in known:
        if row.digest == source.digest:
            return row.id, row.cursor
    number = len(known) + 1
    desk.note(max(at, desk.at), "intake", SourceOpened(number, source.path.name, source.digest, source.rows))
    desk.commit()
    return number, 0


def bounds(terms: Terms, now: int, standing: Standing | None = None) -> tuple[int, int]:
    """Give the instants between which an item can have come in: within the terms, and not in the future.

    `standing`: what changed since they were signed, if anything.

    An arrival moves the log's clock, and with it every timer: a mistyped year must not.
    """
    zone = ZoneInfo(terms.client.time_zone)
    start = micros(datetime.combine(terms.start, time(), zone))
    end = micros(datetime.combine(terms.until, time(), zone)) + DAY
    if standing is not None:
        start, end = standing.agreement.segments[0].start, standing.agreement.closes
    return start, min(end, now + SKEW)


def commands(
    desk: Desk, service: Service, source: int, batch: Batch, window: tuple[int, int] | None
) -> Iterator[tuple[int | None, Receive | Reject]]:
    """Give the batch's commands in the order of the rows, each with the moment it happened, None for now.

    A row whose external id was received before, in this batch or ever, is turned away as a duplicate of that item.
    """
    known = desk.store.known(service.channel, [row.external_id for row in batch.rows])
    rejects = iter(batch.rejects)
    bad = next(rejects, None)
    for row in batch.rows:
        while bad is not None and bad.row < row.number:
            yield None, Reject(source, bad.row, bad.column, bad.reason, bad.text)
            bad = next(rejects, None)
        former = known.get(row.external_id)
        if window and row.received_at is not None and not window[0] <= row.received_at < window[1]:
            column = service.pack.intake.received_at or ""
            why = "came in before the engagement, after it, or in the future"
            yield None, Reject(source, row.number, column, why, row.external_id)
        elif names_too_long(row.external_id):
            why = f"its external id is longer than {MOST_KEY_BYTES:,} bytes"
            yield None, Reject(source, row.number, "", why, row.external_id[:80])
        elif former is None:
            known[row.external_id] = desk.last_item + 1
            yield row.received_at, Receive(service, service.channel, row.external_id, source, row.number, row.data)
        else:
            yield row.received_at, Reject(source, row.number, "", DUPLICATE, f"{row.external_id} is item {former}")
    while bad is not None:
        yield None, Reject(source, bad.row, bad.column, bad.reason, bad.text)
        bad = next(rejects, None)


def allowed(desk: Desk, command: Receive | Reject, at: int) -> Receive | Reject:
    """Give the command, or the rejection of a row that comes in after the engagement's end."""
    if type(command) is not Receive or not desk.standings:
        return command
    why = turned_away(desk, command.service, at)
    return Reject(command.source, command.row, "", why, command.external_id) if why else command
