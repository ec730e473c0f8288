"""What a file gives: rows that can become items, rows that cannot, and the refusal of a whole file."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from alihdaya.kernel.errors import AlihdayaError


class FileRefused(AlihdayaError):
    """A file of which nothing can be read, or nothing more: the reason, and the place."""


class Row(NamedTuple):
    """One good row. `number` counts data rows from 1; `data`: variable -> int, Decimal, str, bool or None.

    `received_at` is in microseconds since the epoch, None where the intake names no such column.
    """

    number: int
    external_id: str
    received_at: int | None
    data: dict[str, Any]


class Reject(NamedTuple):
    """One bad row: its first bad column ("" for the row as a whole), why, and the offending text, shortened.

    `line` is the line of the file on which the row ends, None where the format has no lines.
    """

    row: int
    line: int | None
    column: str
    reason: str
    text: str


class Batch(NamedTuple):
    """Rows and rejects of one stretch of a file, each in order; `last` is the number of its last row.

    `notes` are sentences about the file as a whole; they come once, with the first batch.
    """

    rows: list[Row]
    rejects: list[Reject]
    last: int
    notes: tuple[str, ...] = ()


Cell = str | int | None
"""A raw cell: its text, or None for no value; an instant may come as whole microseconds since the epoch."""


class Chunk(NamedTuple):
    """Raw cells of one stretch of a file: the cells of each column of the intake.

    A column that the file does not have is None. All lists and `numbers` and `lines` have one length.
    """

    columns: Sequence[Sequence[Cell] | None]
    numbers: list[int]
    lines: list[int] | None
    rejects: list[Reject]
    last: int
    notes: tuple[str, ...] = ()


SHOWN = 120
"""Most characters of an offending text that are kept."""


def shorten(text: str) -> str:
    """Cut a text to what is shown of it; control characters and broken bytes are written as escapes."""
    head = text[: SHOWN + 1]
    shown = head.encode("utf-8", "backslashreplace").decode() if head.isprintable() else _escaped(head)
    return shown if len(shown) <= SHOWN else shown[: SHOWN - 1] + "…"


def _escaped(text: str) -> str:
    return "".join(char if char.isprintable() else _escape(char) for char in text)


def _escape(char: str) -> str:
    code = ord(char)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that was not UTF-8, as surrogateescape keeps it
        return f"\\x{code - 0xDC00:02x}"
    return char.encode("unicode_escape").decode()
