"""Writing a month into files, and reading it back before anything may go."""

import os
import shutil
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from itertools import chain, zip_longest
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Column, Select, select

from alihdaya import __version__
from alihdaya.kernel import event as envelope
from alihdaya.store.archive.manifest import NAME, Manifest, Part, check_part, read_manifest
from alihdaya.store.codec import decode, decode_events
from alihdaya.store.errors import StoreError, problem
from alihdaya.store.schema import ITEM, LOG
from alihdaya.store.store import Store

Row = tuple[Any, ...]

ROWS = 200_000
"""So many rows at the most are in one file, and in memory."""
_GROUP = 20_000

LOG_COLUMNS = tuple(LOG.c)
ITEM_COLUMNS = tuple(column for column in ITEM.c if column.name != "state")
"""An item that is over has no state."""


class Span(NamedTuple):
    """A month that is to be archived: what of the log and of the items belongs to it."""

    month: str
    first: int
    last: int
    entries: int
    first_item: int
    last_item: int
    items: int


def write_month(store: Store, span: Span, folder: Path, *, born: int, previous: str) -> Manifest:
    """Write a month into its folder within `folder`, durably, and prove it by reading it back.

    What an earlier try left there is written again, and stays until the new files are proven: they may be all that is
    left of the month, if the rows went since. Raises StoreError where another store's archive is there, or where what
    is read back is not what the store holds; OSError where the disk refuses.
    """
    final, trial = folder / span.month, folder / f".{span.month}.part"
    _check_ours(final, born)
    folder.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(trial, ignore_errors=True)
    trial.mkdir()
    log, seen = _write_log(store, span, trial)
    manifest = Manifest(
        format=1,
        written_by=f"Alihdaya {__version__}",
        month=span.month,
        born=born,
        first=span.first,
        last=span.last,
        entries=sum(part.rows for part in log),
        items=span.items,
        last_item=span.last_item,
        previous=previous,
        log=log,
        item=tuple(_write_parts(_pages(store, _item_rows(span)), trial, "item", ITEM_COLUMNS)),
        events={tag: _fields(tag) for tag in sorted(seen)},
    )
    (trial / NAME).write_bytes(manifest.encode())
    for file in (*trial.iterdir(), trial):
        _sync(file)
    _prove(store, span, trial, manifest)
    _put(trial, final, manifest)
    return manifest


def _put(trial: Path, final: Path, manifest: Manifest) -> None:
    """Give proven files their name, unless the same are there."""
    if _stands(final, manifest):
        shutil.rmtree(trial)
        return
    shutil.rmtree(final, ignore_errors=True)
    trial.rename(final)
    _sync(final.parent)


def _stands(final: Path, manifest: Manifest) -> bool:
    """Say whether a month's files are there already, whole, with this manifest."""
    try:
        read_manifest(final, manifest.link())
        for part in (*manifest.log, *manifest.item):
            check_part(final, part)
    except StoreError:
        return False
    return True


def frame_rows(file: Path, columns: Sequence[Column[Any]]) -> Iterator[Row]:
    """Yield the rows of one of our files."""
    import polars as pl

    yield from pl.read_parquet(file, columns=[column.name for column in columns]).iter_rows()


def _check_ours(final: Path, born: int) -> None:
    """Refuse to write over what is not a former try of the same store."""
    if (final / NAME).exists() and read_manifest(final).born != born:
        message = "another store's archive is here; name another folder with --to"
        raise StoreError(problem("archive-taken", message, str(final)))


def _log_rows(span: Span) -> Select[Any]:
    return select(*LOG_COLUMNS).where(LOG.c.seq >= span.first, LOG.c.seq <= span.last).order_by(LOG.c.seq)


def _item_rows(span: Span) -> Select[Any]:
    of = (ITEM.c.id >= span.first_item) & (ITEM.c.id <= span.last_item)
    return select(*ITEM_COLUMNS).where(of).order_by(ITEM.c.id)


def _pages(store: Store, query: Select[Any]) -> Generator[list[Row], None, None]:
    with store.snapshot() as connection, connection.execute(query.execution_options(yield_per=ROWS)) as found:
        for page in found.partitions():
            yield [tuple(row) for row in page]


def _write_log(store: Store, span: Span, folder: Path) -> tuple[tuple[Part, ...], set[str]]:
    """Write the entries, with the tags of their events in a column of their own for those who only look."""
    seen: set[str] = set()

    def tagged() -> Iterator[list[Row]]:
        for page in _pages(store, _log_rows(span)):
            tags = [[wire[0] for wire in decode(row[-1])] for row in page]
            seen.update(*tags)
            yield [(*row, of) for row, of in zip(page, tags, strict=True)]

    return tuple(_write_parts(tagged(), folder, "log", LOG_COLUMNS, tags=True)), seen


def _write_parts(
    pages: Iterator[list[Row]], folder: Path, stem: str, columns: Sequence[Column[Any]], *, tags: bool = False
) -> Iterator[Part]:
    import polars as pl

    for number, page in enumerate(pages, 1):
        name = f"{stem}-{number:05}.parquet"
        frame = pl.DataFrame(page, schema=_schema(columns, tags=tags), orient="row")
        frame.write_parquet(folder / name, compression="zstd", row_group_size=_GROUP)
        of = [row[3] for row in page if row[3]] if stem == "log" else [row[0] for row in page]
        ends = (page[0][0], page[-1][0], min(of, default=0), max(of, default=0))
        yield _described(folder / name, len(page), ends)


def _described(file: Path, rows: int, ends: tuple[int, int, int, int]) -> Part:
    from hashlib import file_digest

    with file.open("rb") as stream:
        return Part(file.name, rows, file.stat().st_size, file_digest(stream, "sha256").hexdigest(), *ends)


def _schema(columns: Sequence[Column[Any]], *, tags: bool) -> dict[str, Any]:
    import polars as pl

    kinds: dict[str, pl.DataType | type[pl.DataType]] = {
        "int": pl.Int64,
        "text": pl.String,
        "blob": pl.Binary,
        "bool": pl.Boolean,
    }
    made: dict[str, Any] = {column.name: kinds[column.info["kind"]] for column in columns}
    return made | {"tags": pl.List(pl.String)} if tags else made


def _fields(tag: str) -> list[str]:
    return list(getattr(envelope.kind_of(tag), "_fields", ()))


def _sync(file: Path) -> None:
    handle = os.open(file, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _prove(store: Store, span: Span, folder: Path, manifest: Manifest) -> None:
    """Read everything back from the files, and compare it row by row with what the store holds."""
    for part in (*manifest.log, *manifest.item):
        check_part(folder, part)
    log = (row for part in manifest.log for row in frame_rows(folder / part.name, LOG_COLUMNS))
    with closing(_pages(store, _log_rows(span))) as pages:
        ours = chain.from_iterable(pages)
        for seq, (kept, read) in enumerate(zip_longest(ours, log), span.first):
            if kept != read or kept[0] != seq:
                raise _differs(folder, "entry", seq)
            decode_events(read[-1])
    items = (row for part in manifest.item for row in frame_rows(folder / part.name, ITEM_COLUMNS))
    with closing(_pages(store, _item_rows(span))) as pages:
        for kept, read in zip_longest(chain.from_iterable(pages), items):
            if kept != read:
                raise _differs(folder, "item", (kept or read)[0])
    if (manifest.entries, sum(part.rows for part in manifest.item)) != (span.entries, span.items):
        raise _differs(folder, "month", 0)


def _differs(folder: Path, what: str, number: int) -> StoreError:
    message = f"{what} {number} is not read back as it was written: nothing was dropped"
    return StoreError(problem("archive-differs", message, str(folder)))
