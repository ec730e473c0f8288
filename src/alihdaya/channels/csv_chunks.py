"""Comma-separated files as strangers send them: any of four separators, broken lines, foreign bytes."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from alihdaya.channels.batch import Chunk, FileRefused, Reject, shorten
from alihdaya.channels.header import match
from alihdaya.kernel.errors import Problem, Source
from alihdaya.packs.intake import Intake

FIELD_LIMIT = 64 * 1024 * 1024
"""Longest field that is read, in characters; an unclosed quote ends there at the latest."""

_SEPARATORS = ",;\t|"


class _Lines:
    """Lines of a file for the csv module; `foreign` says that one of them was not UTF-8 since it was last cleared."""

    def __init__(self, stream: Iterator[str]) -> None:
        self._stream = stream
        self.foreign = False

    def __iter__(self) -> Iterator[str]:
        for line in self._stream:
            if not line.isascii() and not self.foreign:
                self.foreign = _broken(line)
            yield line


def _broken(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


class _Records:
    """The records of one file, numbered from 1 and without the header; blank lines are not records."""

    def __init__(self, path: Path, stream: Any) -> None:
        self.file = str(path)
        lines = _Lines(stream)
        first = next(iter(lines), "")
        if _broken(first):
            raise FileRefused(Problem("not-utf8", "the header is not UTF-8 text", Source(self.file, 1)))
        separator = max(_SEPARATORS, key=first.count)
        self.header = [name.strip() for name in _parse_header(first, separator, self.file)]
        lines.foreign = False
        self._lines = lines
        self._reader = csv.reader(iter(lines), delimiter=separator, strict=True)
        self.number = 0
        self.row = 1
        """Where a spreadsheet shows the record: the header is row 1 there, and a blank line is a row, too."""

    @property
    def line(self) -> int:
        return self._reader.line_num + 1

    def __iter__(self) -> Iterator[list[str] | Reject]:
        width = len(self.header)
        while True:
            start = self.line + 1
            self.row += 1
            try:
                fields = next(self._reader)
            except StopIteration:
                return
            except csv.Error as error:
                self.number += 1
                yield self._reject(f"not CSV: {error} (lines {start} to {self.line})", "")
                continue
            if not fields:
                continue
            self.number += 1
            if self._lines.foreign:
                yield self._foreign(fields)
            elif len(fields) != width:
                yield self._reject(f"{len(fields)} fields, and the header has {width}", ",".join(fields))
            else:
                yield fields

    def _reject(self, reason: str, text: str, column: str = "") -> Reject:
        self._lines.foreign = False
        return Reject(self.number, self.line, column, reason, shorten(text))

    def _foreign(self, fields: list[str]) -> Reject:
        place = next((place for place, field in enumerate(fields) if _broken(field)), 0)
        column = self.header[place] if place < len(self.header) else ""
        return self._reject("not UTF-8 text", fields[place], column)


def _parse_header(line: str, separator: str, file: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=separator, strict=True), [])
    except csv.Error as error:
        raise FileRefused(Problem("bad-header", f"the header is not CSV: {error}", Source(file, 1))) from None


def csv_chunks(path: Path, intake: Intake, *, after: int, size: int) -> Iterator[Chunk]:
    """Cells of a CSV file in chunks of at most `size` rows, without the rows up to `after`. Raises FileRefused."""
    with _open(path) as stream:
        records = _Records(path, stream)
        places, notes = match(records.header, intake, str(path))
        rows: list[list[str]] = []
        numbers: list[int] = []
        lines: list[int] = []
        rejects: list[Reject] = []
        for record in records:
            if records.number <= after:
                continue
            if isinstance(record, Reject):
                rejects.append(record)
            else:
                rows.append(record)
                numbers.append(records.number)
                lines.append(records.line)
            if len(rows) + len(rejects) >= size:
                yield Chunk(_columns(rows, places), numbers, lines, rejects, records.number, notes)
                rows, numbers, lines, rejects, notes = [], [], [], [], ()
        if rows or rejects or notes:
            yield Chunk(_columns(rows, places), numbers, lines, rejects, records.number, notes)


def csv_count(path: Path) -> int:
    """Count the data rows of a CSV file, good and bad. Raises FileRefused."""
    with _open(path) as stream:
        records = _Records(path, stream)
        for _ in records:
            pass
        return records.number


def csv_rows(path: Path) -> Iterator[tuple[int, int]]:
    """Yield (number of the data row, row in which a spreadsheet shows it) of a CSV file. Raises FileRefused."""
    with _open(path) as stream:
        records = _Records(path, stream)
        for _ in records:
            yield records.number, records.row


def _open(path: Path) -> Any:
    csv.field_size_limit(max(csv.field_size_limit(), FIELD_LIMIT))
    return path.open(encoding="utf-8-sig", errors="surrogateescape", newline="")


def _columns(rows: list[list[str]], places: list[int | None]) -> list[Any]:
    if not rows:
        return [None if place is None else [] for place in places]
    columns = list(zip(*rows, strict=True))
    return [None if place is None else columns[place] for place in places]
