"""Files as a source of work: CSV, JSON Lines and Parquet, row by row exact, bad rows apart, resumable by row."""

import csv
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from hashlib import file_digest
from itertools import chain
from pathlib import Path
from typing import Any, Final, Literal

from alihdaya.channels.batch import Batch, Chunk, FileRefused, Reject, Row
from alihdaya.channels.convert import Converter
from alihdaya.channels.csv_chunks import csv_chunks, csv_count, csv_rows
from alihdaya.channels.json_chunks import json_chunks, json_count
from alihdaya.channels.parquet_chunks import parquet_chunks, parquet_count
from alihdaya.kernel.cell import harmless
from alihdaya.kernel.errors import Problem, Source
from alihdaya.packs.intake import Intake

__all__ = [
    "Batch",
    "FileRefused",
    "Reject",
    "Row",
    "count_rows",
    "digest",
    "format_of",
    "read_rows",
    "spreadsheet_rows",
    "write_rejects",
]

_UNKNOWN: Final[Mapping[int, int]] = {}

Format = Literal["csv", "jsonl", "parquet"]

_ENDINGS: Final[dict[str, Format]] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".pq": "parquet",
}
_FOREIGN: Final = {
    b"PK\x03\x04": "a ZIP archive or a spreadsheet; save the sheet as CSV",
    b"\x1f\x8b": "compressed by gzip; unpack it first",
    b"\xff\xfe": "UTF-16 text; save it as UTF-8",
    b"\xfe\xff": "UTF-16 text; save it as UTF-8",
    b"\xd0\xcf\x11\xe0": "an old spreadsheet; save the sheet as CSV",
}
_CHUNKS: Final = {"csv": csv_chunks, "jsonl": json_chunks, "parquet": parquet_chunks}
_COUNTS: Final[dict[Format, Callable[[Path], int]]] = {"csv": csv_count, "jsonl": json_count, "parquet": parquet_count}


def read_rows(path: str | Path, intake: Intake, *, after: int = 0, size: int = 20_000) -> Iterator[Batch]:
    """Read a file in batches of at most `size` rows: the good ones ready for the engine, the bad ones with reasons.

    Rows are numbered from 1, bad ones included, blank lines not; the rows up to `after` are passed over, so that
    an interrupted reading goes on where it was. Values do not depend on the format: `1.50` is Decimal("1.5") from
    all three. Raises FileRefused at the first step of the iteration where nothing can be read, and later where a
    file turns out to be broken further on; what was given before stays good.
    """
    path = Path(path)
    chunks: Iterator[Chunk] = _CHUNKS[format_of(path)](path, intake, after=after, size=size)
    converter = Converter(intake)
    try:
        for chunk in chunks:
            yield converter.batch(chunk)
    except OSError as error:
        raise _unreadable(path, error) from None


def format_of(path: str | Path) -> Format:
    """Tell the format by the file's name and its first bytes. Raises FileRefused for what we do not read."""
    path = Path(path)
    _require_file(path)
    try:
        with path.open("rb") as stream:
            head = stream.read(4096)
    except OSError as error:
        raise _unreadable(path, error) from None
    if not head.removeprefix(b"\xef\xbb\xbf").strip():
        raise _refuse(path, "empty-file", "the file is empty")
    for magic, what in _FOREIGN.items():
        if head.startswith(magic):
            raise _refuse(path, "foreign-format", f"this is {what}")
    if head.startswith(b"PAR1"):
        return "parquet"
    found = _ENDINGS.get(path.suffix.lower())
    if found is None:
        known = ", ".join(_ENDINGS)
        raise _refuse(path, "unknown-format", f"the ending {path.suffix!r} is none of {known}")
    return found


def count_rows(path: str | Path) -> int:
    """Count the data rows, good and bad, as `read_rows` numbers them. Raises FileRefused."""
    path = Path(path)
    return _COUNTS[format_of(path)](path)


def digest(path: str | Path) -> str:
    """SHA-256 of the content, in hex, read in a stream. Raises FileRefused."""
    path = Path(path)
    _require_file(path)
    try:
        with path.open("rb") as stream:
            return file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise _unreadable(path, error) from None


def spreadsheet_rows(path: str | Path, numbers: Collection[int]) -> dict[int, int]:
    """Give number of a data row -> the row in which a spreadsheet shows it, of these; none of what is no CSV."""
    path = Path(path)
    if format_of(path) != "csv":
        return {}
    return {number: row for number, row in csv_rows(path) if number in numbers}


def write_rejects(path: str | Path, rejects: Iterable[Reject], shown: Mapping[int, int] = _UNKNOWN) -> int:
    """Write rejects as CSV and give their number; no file where there are none.

    The columns are row, column, reason, text, and spreadsheet_row: in which row a spreadsheet shows the file's row, as
    `shown` has it.
    A text that a spreadsheet would run as a formula gets an apostrophe in front.
    """
    pending = iter(rejects)
    first = next(pending, None)
    if first is None:
        return 0
    with Path(path).open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(("row", "column", "reason", "text", "spreadsheet_row"))
        return sum(_write(writer, reject, shown) for reject in chain([first], pending))


def _write(writer: Any, reject: Reject, shown: Mapping[int, int]) -> int:
    writer.writerow([reject.row, *map(harmless, reject[2:]), shown.get(reject.row, "")])
    return 1


def _require_file(path: Path) -> None:
    """Raise FileRefused for a pipe or a device, which may never end; what is not there is told when it is opened."""
    if path.exists() and not path.is_file():
        raise _refuse(path, "no-file", "this is no regular file")


def _refuse(path: Path, code: str, message: str) -> FileRefused:
    return FileRefused(Problem(code, message, Source(str(path))))


def _unreadable(path: Path, error: OSError) -> FileRefused:
    return _refuse(path, "unreadable", error.strerror or str(error))
