"""Reading archived months, alone and together with what is still in the store."""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import select

from alihdaya.kernel.event import HOUSE, Entry
from alihdaya.store.archive.files import ITEM_COLUMNS, LOG_COLUMNS
from alihdaya.store.archive.manifest import Manifest, Part, check_part, read_manifest
from alihdaya.store.codec import decode_events
from alihdaya.store.schema import ARCHIVE
from alihdaya.store.store import Store
from alihdaya.store.working import WorkingSet

if TYPE_CHECKING:
    import polars as pl

Row = tuple[Any, ...]


class Archived(NamedTuple):
    """A month that is in files: its entries first to last, its items up to `last_item`; `at` when it was archived.

    `until`: when the last of its items was delivered (microseconds).
    """

    month: str
    first: int
    last: int
    entries: int
    items: int
    last_item: int
    folder: str
    chain: str
    born: int
    until: int
    at: int


def archived(store: WorkingSet) -> list[Archived]:
    """Give the months that were archived, oldest first."""
    with store.snapshot() as connection:
        return [Archived(*row) for row in connection.execute(select(ARCHIVE).order_by(ARCHIVE.c.first))]


def folder_of(store: WorkingSet, month: Archived) -> Path:
    """Give the folder of a month's files; `archive_folder` of the store, where it is set, is where they were moved."""
    base = store.archive_folder or (Path(month.folder) if month.folder else store.archive_home()) or Path()
    return base / month.month


def manifest_of(store: WorkingSet, month: Archived) -> Manifest:
    """Read a month's manifest and prove it by the log. Raises StoreError."""
    return read_manifest(folder_of(store, month), month.chain)


def history(store: Store, *, after: int = HOUSE, item: int | None = None) -> Iterator[Entry]:
    """Yield entries with seq > after in order, of one item or of all: from the archive, then from the store.

    Raises StoreError where a file of the archive is missing or was changed.
    """
    yield from archived_entries(store, after=after, item=item)
    yield from store.read_log(after=after, item=item)


def archived_entries(store: WorkingSet, *, after: int = HOUSE, item: int | None = None) -> Iterator[Entry]:
    """Yield the archived ones of these entries."""
    for month in archived(store):
        if month.last > after:
            folder = folder_of(store, month)
            for part in manifest_of(store, month).log:
                if part.last > after and (item in (None, HOUSE) or part.items_from <= (item or 0) <= part.items_to):
                    yield from _entries(folder, part, after, item)


def _entries(folder: Path, part: Part, after: int, item: int | None) -> Iterator[Entry]:
    import polars as pl

    wanted = pl.col("seq") > after
    if item is not None:
        wanted &= pl.col("item") == item
    yield from _decoded(folder, part, wanted)


def items_entries(store: WorkingSet, first: int, last: int) -> Iterator[Entry]:
    """Yield the archived entries about items first to last (both included), in order."""
    import polars as pl

    for month in archived(store):
        folder = folder_of(store, month)
        for part in manifest_of(store, month).log:
            if part.items_from <= last and first <= part.items_to:
                yield from _decoded(folder, part, pl.col("item").is_between(first, last))


def _decoded(folder: Path, part: Part, wanted: "pl.Expr") -> Iterator[Entry]:
    for seq, at, _, about, by, body in _rows(folder, part, LOG_COLUMNS, wanted):
        yield Entry(seq, at, about, by, decode_events(body))


def archived_items(store: WorkingSet, wanted: "pl.Expr | None" = None, *, item: int | None = None) -> Iterator[Row]:
    """Yield rows of archived items by id: the columns of the table without its state; those that are `wanted`."""
    for month in archived(store):
        if item is None or item <= month.last_item:
            folder = folder_of(store, month)
            parts = manifest_of(store, month).item
            yield from chain.from_iterable(
                _rows(folder, part, ITEM_COLUMNS, wanted)
                for part in parts
                if item is None or part.items_from <= item <= part.items_to
            )


def archived_item(store: WorkingSet, item: int) -> tuple[Row, Archived] | None:
    """Give the row of an archived item and its month, None for an item that is not archived."""
    import polars as pl

    month = next((one for one in archived(store) if item <= one.last_item), None)
    found = next(archived_items(store, pl.col("id") == item, item=item), None) if month is not None else None
    return None if month is None or found is None else (found, month)


def _rows(folder: Path, part: Part, columns: Any, wanted: "pl.Expr | None") -> Iterator[Row]:
    import polars as pl

    check_part(folder, part)
    frame = pl.scan_parquet(folder / part.name).select([column.name for column in columns])
    yield from (frame if wanted is None else frame.filter(wanted)).collect().iter_rows()
