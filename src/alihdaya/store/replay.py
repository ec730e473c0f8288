"""Proof that the log is the whole truth: every table is rebuilt from it in a fresh store, and compared row by row."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice, zip_longest
from pathlib import Path
from typing import Any

from sqlalchemy import Table, select, text

from alihdaya.store.archive.reading import history
from alihdaya.store.log import check_follows
from alihdaya.store.schema import PROJECTED
from alihdaya.store.store import Store, open_store

_BATCH = 2_000

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """A row that two stores do not agree on; None where one has no row of this key."""

    table: str
    key: tuple[Any, ...]
    left: tuple[Any, ...] | None
    right: tuple[Any, ...] | None

    def __str__(self) -> str:
        return f"{self.table} {self.key}: {self.left} against {self.right}"


@contextmanager
def rebuilt(store: Store, *, on_progress: Callable[[int], None] | None = None) -> Iterator[Store]:
    """Give a fresh store made from the log of `store` alone, for as long as the `with` lasts.

    It is a temporary file, or a schema of its own in the same PostgreSQL database. `on_progress` hears the number of
    the last entry replayed.
    """
    with _fresh(store) as fresh:
        replay(store, fresh, on_progress=on_progress)
        yield fresh


def replay(store: Store, into: Store, *, on_progress: Callable[[int], None] | None = None) -> int:
    """Feed the log of one store to the projection of another, empty one; give the number of entries.

    What was archived is read from its files. Raises GapError where an entry is missing, StoreError where a file is.
    """
    entries = history(store)
    last = 0
    while batch := list(islice(entries, _BATCH)):
        check_follows(batch, last, store.place)
        into.project(batch)
        last = batch[-1].seq
        if on_progress is not None:
            on_progress(last)
    return last


def compare(left: Store, right: Store) -> Iterator[Difference]:
    """Yield every row of every projected table in which two stores differ, in the order of the keys; reads streams."""
    for table in PROJECTED:
        yield from _compare_table(table, left, right)


def _compare_table(table: Table, left: Store, right: Store) -> Iterator[Difference]:
    """Compare page by page while the pages are equal, and row by row from the first one that is not."""
    lefts, rights = _pages(left, table), _pages(right, table)
    for ours, theirs in zip_longest(lefts, rights, fillvalue=()):
        if ours != theirs:
            yield from _merge(
                table, chain(ours, chain.from_iterable(lefts)), chain(theirs, chain.from_iterable(rights))
            )


def _merge(table: Table, lefts: Iterator[Row], rights: Iterator[Row]) -> Iterator[Difference]:
    size = len(table.primary_key.columns)  # the key comes first
    ours, theirs = next(lefts, None), next(rights, None)
    while ours is not None or theirs is not None:
        if theirs is None or (ours is not None and ours[:size] < theirs[:size]):
            yield Difference(table.name, (ours or ())[:size], ours, None)
            ours = next(lefts, None)
        elif ours is None or theirs[:size] < ours[:size]:
            yield Difference(table.name, theirs[:size], None, theirs)
            theirs = next(rights, None)
        else:
            if ours != theirs:
                yield Difference(table.name, ours[:size], ours, theirs)
            ours, theirs = next(lefts, None), next(rights, None)


def _pages(store: Store, table: Table) -> Iterator[Sequence[Row]]:
    query = select(table).order_by(*table.primary_key.columns).execution_options(yield_per=_BATCH)
    with store.snapshot() as connection:
        for page in connection.execute(query).partitions():
            yield [tuple(row) for row in page]


@contextmanager
def _fresh(store: Store) -> Iterator[Store]:
    database = store.database
    if database.is_sqlite:
        with (
            tempfile.TemporaryDirectory(prefix="alihdaya-replay-") as folder,
            open_store(Path(folder) / "replay.db", durable=False) as fresh,
        ):
            yield fresh
        return
    schema = f"replay_{id(store):x}_{store.last_seq()}"
    try:
        with open_store(database.url.render_as_string(hide_password=False), schema=schema, durable=False) as fresh:
            yield fresh
    finally:
        with database.connect() as connection, connection.begin():
            connection.execute(text(f'drop schema if exists "{schema}" cascade'))
