"""Parquet: typed columns, turned into exact texts, so that all formats give the same values for the same row."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alihdaya.channels.batch import Cell, Chunk, FileRefused
from alihdaya.channels.header import match
from alihdaya.kernel.errors import Problem, Source
from alihdaya.packs.intake import Column, Intake

if TYPE_CHECKING:
    import polars as pl


def parquet_chunks(path: Path, intake: Intake, *, after: int, size: int) -> Iterator[Chunk]:
    """Cells of a Parquet file in chunks of at most `size` rows, without the rows up to `after`.

    Floats are read as the shortest decimal text that means them. Raises FileRefused where the file is broken, a
    required column is missing, or a column's type cannot hold what the pack wants.
    """
    import polars as pl

    with _refusing(path):
        schema = pl.read_parquet_schema(path)
    names = list(schema)
    places, notes = match(names, intake, str(path))
    texts = _texts(intake, places, schema, path)
    height = parquet_count(path)
    start = after
    while start < height or (notes and start == after):
        with _refusing(path):
            frame = pl.scan_parquet(path).slice(start, size).select(texts).collect()
        columns: list[list[Cell] | None] = [
            None if place is None else frame.get_column(column.name).to_list()
            for column, place in zip(intake.columns, places, strict=True)
        ]
        last = min(start + size, height)
        yield Chunk(columns, list(range(start + 1, last + 1)), None, [], max(last, after), notes)
        start, notes = start + size, ()


def parquet_count(path: Path) -> int:
    """Count the rows of a Parquet file, by its metadata. Raises FileRefused."""
    import polars as pl

    with _refusing(path):
        counted: int = pl.scan_parquet(path).select(pl.len()).collect().item()
        return counted


@contextmanager
def _refusing(path: Path) -> Iterator[None]:
    import polars as pl

    try:
        yield
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        reason = str(error).partition("\n")[0][:200]
        message = f"not a whole Parquet file (cut short, perhaps): {reason}"
        raise FileRefused(Problem("bad-parquet", message, Source(str(path)))) from None


def _texts(intake: Intake, places: list[int | None], schema: Any, path: Path) -> "list[pl.Expr]":
    texts = []
    problems = []
    for column, place in zip(intake.columns, places, strict=True):
        if place is None:
            continue
        found = _text(column, schema[column.name])
        if isinstance(found, str):
            problems.append(Problem("column-type", found, Source(str(path), element=column.name)))
        else:
            texts.append(found)
    if problems:
        raise FileRefused(problems)
    return texts


def _text(column: Column, dtype: "pl.DataType") -> "pl.Expr | str":
    import polars as pl

    cell = pl.col(column.name)
    if isinstance(dtype, pl.Datetime):
        if dtype.time_zone is None and column.type == "instant":
            return f"column {column.name!r} has times without a time zone"
        if column.type == "instant":
            return cell.dt.epoch("us")
        utc = cell if dtype.time_zone is None else cell.dt.convert_time_zone("UTC")
        return utc.dt.strftime("%Y-%m-%dT%H:%M:%S%.6f" + ("" if dtype.time_zone is None else "Z"))
    plain = dtype.is_numeric() or dtype in (pl.String, pl.Boolean, pl.Date, pl.Null)
    if plain or isinstance(dtype, (pl.Categorical, pl.Enum)):
        return cell.cast(pl.String)
    return f"column {column.name!r} is of type {dtype}, which cannot be read as {column.type}"
