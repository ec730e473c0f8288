"""Reading archived months, alone and together with what is still in the store."""

from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import select

from alihdaya.kernel.event import HOUSE, Entry
from alihdaya.store.archive.files import ITEM_COLUMNS, LOG_COLUMNS
from alihdaya.store.archive.manifest import Manifest, Part, check_part, read_manifest
from alihdaya.store.codec import decode_events
from alihdaya.store.lease.fence import folder_of_shard
from alihdaya.store.schema import ARCHIVE
from alihdaya.store.store import Store
from alihdaya.store.working import WorkingSet

if TYPE_CHECKING:
    import polars as pl

Row = tuple[Any, ...]

_COUNTED = frozenset({"seq", "item", "id", "source"})
"""Columns of log and items that count within a shard (store.lease.house)."""


class Archived(NamedTuple):
    """A month that is in files: its entries first to last, its items up to `last_item`; `at` when it was archived.

    `until`: when the last of its items came to its end (microseconds).
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
    if store.archive_folder is not None:
        part = store.archive_part or (folder_of_shard(month.first % store.factor) if store.factor > 1 else "")
        return store.archive_folder / part / month.month
    return ((Path(month.folder) if month.folder else store.archive_home()) or Path()) / month.month


class _Numbers(NamedTuple):
    """How what a file numbers is numbered in a store of many shards: times `factor`, and the shard."""

    factor: int
    shard: int

    def of(self, number: int) -> int:
        """Give the number in the store; 0 is no item's anywhere."""
        return number * self.factor + self.shard if number > 0 else number

    def part(self, part: Part) -> tuple[int, int]:
        """Give the least and the greatest item of a file."""
        return self.of(part.items_from), self.of(part.items_to)


def _numbers(store: WorkingSet, month: Archived) -> _Numbers:
    return _Numbers(store.factor, month.first % store.factor)


def manifest_of(store: WorkingSet, month: Archived) -> Manifest:
    """Read a month's manifest and prove it by the log. Raises StoreError."""
    return read_manifest(folder_of(store, month), month.chain)


def history(store: Store, *, after: int = HOUSE, item: int | None = None) -> Iterator[Entry]:
    """Yield entries with seq > after in order, of one item or of all: from the archive, then from the store.

    Raises StoreError where a file of the archive is missing or was changed.
    """
    yield from archived_entries(store, after=after, item=item)
    yield from store.read_log(after=after, item=item)


def archived_entries(
    store: WorkingSet,
    *,
    after: int = HOUSE,
    item: int | None = None,
    within: tuple[int, int] | None = None,
    tags: Iterable[str] = (),
) -> Iterator[Entry]:
    """Yield the archived ones of these entries; of many shards, a month of one shard after the other.

    `within`: of entries from the first instant up to the second alone; `tags`: of those with any such event.
    """
    import polars as pl

    wanted = pl.col("seq") > after
    if item is not None:
        wanted &= pl.col("item") == item
    if within is not None:
        wanted &= pl.col("at").is_between(*within, closed="left")
    if tags:
        wanted &= pl.any_horizontal(pl.col("tags").list.contains(tag) for tag in tags)
    for month in archived(store):
        numbers = _numbers(store, month)
        if month.last <= after or (item and item % store.factor != numbers.shard):
            continue
        folder = folder_of(store, month)
        for part in manifest_of(store, month).log:
            low, high = numbers.part(part)
            if numbers.of(part.last) > after and (item in (None, HOUSE) or low <= (item or 0) <= high):
                yield from _decoded(folder, part, wanted, numbers)


def items_entries(store: WorkingSet, first: int, last: int) -> Iterator[Entry]:
    """Yield the archived entries about items first to last (both included), in order."""
    import polars as pl

    for month in archived(store):
        folder, numbers = folder_of(store, month), _numbers(store, month)
        for part in manifest_of(store, month).log:
            low, high = numbers.part(part)
            if low <= last and first <= high:
                yield from _decoded(folder, part, pl.col("item").is_between(first, last), numbers)


def _decoded(folder: Path, part: Part, wanted: "pl.Expr", numbers: _Numbers) -> Iterator[Entry]:
    for seq, at, _, about, by, body in _rows(folder, part, LOG_COLUMNS, wanted, numbers):
        yield Entry(seq, at, about, by, decode_events(body))


def archived_items(store: WorkingSet, wanted: "pl.Expr | None" = None, *, item: int | None = None) -> Iterator[Row]:
    """Yield rows of archived items by id: the columns of the table without its state; those that are `wanted`.

    Of many shards, a month of one shard comes after the other.
    """
    for month in archived(store):
        numbers = _numbers(store, month)
        if item is None or (item <= month.last_item and item % store.factor == numbers.shard):
            folder = folder_of(store, month)
            parts = manifest_of(store, month).item
            yield from chain.from_iterable(
                _rows(folder, part, ITEM_COLUMNS, wanted, numbers)
                for part in parts
                if item is None or numbers.of(part.items_from) <= item <= numbers.of(part.items_to)
            )


def archived_item(store: WorkingSet, item: int) -> tuple[Row, Archived] | None:
    """Give the row of an archived item and its month, None for an item that is not archived."""
    import polars as pl

    mine = (one for one in archived(store) if (one.first - item) % store.factor == 0)
    month = next((one for one in mine if item <= one.last_item), None)
    found = next(archived_items(store, pl.col("id") == item, item=item), None) if month is not None else None
    return None if month is None or found is None else (found, month)


def _rows(folder: Path, part: Part, columns: Any, wanted: "pl.Expr | None", numbers: _Numbers) -> Iterator[Row]:
    import polars as pl

    check_part(folder, part)
    frame = pl.scan_parquet(folder / part.name)
    if numbers.factor > 1:
        counted = [pl.col(column.name) for column in columns if column.name in _COUNTED]
        frame = frame.with_columns(
            pl.when(one > 0).then(one * numbers.factor + numbers.shard).otherwise(one) for one in counted
        )
    found = frame if wanted is None else frame.filter(wanted)
    yield from found.select([column.name for column in columns]).collect().iter_rows()
