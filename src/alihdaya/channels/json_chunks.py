"""JSON Lines: one object a line, numbers kept as they are written."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

from alihdaya.channels.batch import Chunk, Reject, shorten
from alihdaya.channels.header import match
from alihdaya.packs.cell import CellError, text_of
from alihdaya.packs.intake import Intake

LINE_LIMIT = 64 * 1024 * 1024
"""Longest line that is read, in bytes; a longer one is rejected."""


class _Objects:
    """The objects of one file, numbered from 1; blank lines are not rows."""

    def __init__(self, stream: BinaryIO) -> None:
        import msgspec

        self._stream = stream
        self._decode = msgspec.json.Decoder(float_hook=Decimal).decode
        self._errors = (msgspec.MsgspecError, ValueError, RecursionError)
        self.number = self.line = 0

    def __iter__(self) -> Iterator[dict[str, Any] | Reject]:
        while line := self._next():
            self.line += 1
            if self.line == 1:
                line = line.removeprefix(b"\xef\xbb\xbf")
            if not line.strip():
                continue
            self.number += 1
            yield self._read(line)

    def _next(self) -> bytes:
        line = self._stream.readline(LINE_LIMIT)
        rest = line
        while len(rest) == LINE_LIMIT and not rest.endswith(b"\n"):
            rest = self._stream.readline(LINE_LIMIT)
            line = line[:LINE_LIMIT] + b"\n"  # cannot be whole any more, so it cannot be JSON
        return line

    def _read(self, line: bytes) -> dict[str, Any] | Reject:
        try:
            value = self._decode(line)
        except UnicodeDecodeError:
            return self._reject("not UTF-8 text", line)
        except (*self._errors, ArithmeticError) as error:
            return self._reject(f"not JSON: {error}", line)
        return value if isinstance(value, dict) else self._reject("not a JSON object", line)

    def _reject(self, reason: str, line: bytes) -> Reject:
        text = line[:500].decode("utf-8", "surrogateescape").rstrip("\r\n")
        return Reject(self.number, self.line, "", reason, shorten(text))


def json_chunks(path: Path, intake: Intake, *, after: int, size: int) -> Iterator[Chunk]:
    """Cells of a JSON Lines file in chunks of at most `size` rows, without the rows up to `after`.

    Raises FileRefused where a required column is in none of the objects of the first chunk.
    """
    with path.open("rb") as stream:
        objects = _Objects(stream)
        stretch = _Stretch(intake.names)
        seen: dict[str, None] | None = {}
        for value in objects:
            if objects.number <= after:
                continue
            if seen is not None and isinstance(value, dict):
                seen |= dict.fromkeys(value)
            stretch.add(value, objects)
            if stretch.length >= size:
                yield stretch.chunk(objects.number, _notes(seen, intake, path))
                stretch, seen = _Stretch(intake.names), None
        if stretch.length:
            yield stretch.chunk(objects.number, _notes(seen, intake, path))


class _Stretch:
    """Rows and rejects that are being gathered for one chunk."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        self.rows: list[list[str | None]] = []
        self.numbers: list[int] = []
        self.lines: list[int] = []
        self.rejects: list[Reject] = []

    @property
    def length(self) -> int:
        return len(self.rows) + len(self.rejects)

    def add(self, value: dict[str, Any] | Reject, at: _Objects) -> None:
        if isinstance(value, Reject):
            self.rejects.append(value)
            return
        row: list[str | None] = []
        get = value.get
        for name in self.names:
            cell = get(name)
            try:
                row.append(cell if cell is None or type(cell) is str else text_of(cell))
            except CellError as error:
                self.rejects.append(Reject(at.number, at.line, name, str(error), shorten(str(cell))))
                return
        self.rows.append(row)
        self.numbers.append(at.number)
        self.lines.append(at.line)

    def chunk(self, last: int, notes: tuple[str, ...]) -> Chunk:
        columns: list[Any] = list(map(list, zip(*self.rows, strict=True))) if self.rows else [[] for _ in self.names]
        return Chunk(columns, self.numbers, self.lines, self.rejects, last, notes)


def _notes(seen: dict[str, None] | None, intake: Intake, path: Path) -> tuple[str, ...]:
    return match(list(seen), intake, str(path))[1] if seen else ()


def json_count(path: Path) -> int:
    """Count the lines of a JSON Lines file that are not blank, good and bad."""
    with path.open("rb") as stream:
        objects = _Objects(stream)
        for _ in objects:
            pass
        return objects.number
