"""From a file's rows to commands: where it was left off, what came before, what must be turned away."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from alihdaya.engagement.events import SourceOpened
from alihdaya.operations.commands import Receive, Reject
from alihdaya.operations.desk import Desk, Service
from alihdaya.store.project import DUPLICATE


class Row(NamedTuple):
    """A good row: its number in the file, what it is called, when it came (None: now), its variables."""

    number: int
    external_id: str
    received_at: int | None
    data: dict[str, Any]


class Rejected(NamedTuple):
    """A bad row, or one value of it."""

    number: int
    column: str
    reason: str
    text: str


class Batch(NamedTuple):
    """Rows of a file in order; `last` is the number of the last row that the batch speaks of."""

    rows: list[Row]
    rejects: list[Rejected]
    last: int


Batches = Callable[[int], Iterator[Batch]]
"""Give the file's batches after a row."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file to be read: its digest names it, however it is called; `rows` is the number of its rows."""

    path: Path
    digest: str
    rows: int
    batches: Batches


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


def commands(desk: Desk, service: Service, source: int, batch: Batch) -> Iterator[tuple[int | None, Receive | Reject]]:
    """Give the batch's commands in the order of the rows, each with the moment it happened, None for now.

    A row whose external id was received before, in this batch or ever, is turned away as a duplicate of that item.
    """
    known = desk.store.known(service.channel, [row.external_id for row in batch.rows])
    rejects = iter(batch.rejects)
    reject = next(rejects, None)
    for row in batch.rows:
        while reject is not None and reject.number < row.number:
            yield None, Reject(source, *reject)
            reject = next(rejects, None)
        former = known.get(row.external_id)
        if former is not None:
            yield row.received_at, Reject(source, row.number, "", DUPLICATE, f"{row.external_id} is item {former}")
        else:
            known[row.external_id] = desk.last_item + 1
            yield row.received_at, Receive(service, service.channel, row.external_id, source, row.number, row.data)
    while reject is not None:
        yield None, Reject(source, *reject)
        reject = next(rejects, None)
