"""From columns of texts to rows of exact values: each distinct text of a column is read once, not once a row."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from alihdaya.channels.batch import Batch, Cell, Chunk, Reject, Row, shorten
from alihdaya.kernel.time import iso
from alihdaya.packs.cell import NEEDED, CellError, cell_reader, instant_reader
from alihdaya.packs.intake import Column, Intake, key_part

_KEPT = 200_000


class _Bad(NamedTuple):
    reason: str


class _Cells:
    """The values of the distinct texts of one column, remembered from chunk to chunk within a limit."""

    __slots__ = ("_bad", "_nulls", "_read", "_values")

    def __init__(self, read: Callable[[Any], Any], nulls: Iterable[str] = (), *, required: bool = False) -> None:
        null = _Bad(NEEDED) if required else None
        self._read = read
        self._nulls: dict[Cell, Any] = {None: null, **dict.fromkeys(nulls, null)}
        self._forget()

    def _forget(self) -> None:
        self._values = dict(self._nulls)
        self._bad = {cell for cell, value in self._nulls.items() if value is not None}

    def take(self, cells: Sequence[Cell]) -> tuple[list[Any], bool]:
        """Values of the cells, and whether any of them is bad."""
        if len(self._values) > _KEPT:
            self._forget()
        values = self._values
        distinct = set(cells)
        for cell in distinct.difference(values):
            values[cell] = self._one(cell)
        return list(map(values.__getitem__, cells)), not self._bad.isdisjoint(distinct)

    def _one(self, cell: Any) -> Any:
        try:
            return self._read(cell)
        except CellError as error:
            self._bad.add(cell)
            return _Bad(str(error))


class Converter:
    """Turns chunks of one file into batches, by the columns of an intake."""

    def __init__(self, intake: Intake) -> None:
        self.intake = intake
        self._cells = [_Cells(_reader(column), intake.nulls, required=column.required) for column in intake.columns]
        names = intake.names
        self._key = {names.index(name): _Cells(_key_text) for name in intake.key}
        self._carried = [place for place, column in enumerate(intake.columns) if column.carry]
        self._received = names.index(intake.received_at) if intake.received_at else None
        instants = [place for place, column in enumerate(intake.columns) if column.type == "instant"]
        self._written = {place: _Cells(iso) for place in instants if place in self._carried or place in self._key}

    def batch(self, chunk: Chunk) -> Batch:
        """Convert one chunk; a row with a bad cell becomes a reject that names its first bad column."""
        size = len(chunk.numbers)
        columns: list[list[Any]] = []
        bad: dict[int, Reject] = {}
        for column, cells, texts in zip(self.intake.columns, self._cells, chunk.columns, strict=True):
            values, wrong = cells.take(texts) if texts is not None else ([None] * size, False)
            columns.append(values)
            if wrong and texts is not None:
                self._reject(bad, column.name, values, texts, chunk)
        keep = [place for place in range(size) if place not in bad] if bad else None
        rows = self._rows(chunk.numbers, columns, keep)
        rejects = sorted([*chunk.rejects, *bad.values()])
        return Batch(rows, rejects, chunk.last, chunk.notes)

    def _reject(
        self, bad: dict[int, Reject], name: str, values: list[Any], texts: Sequence[Cell], chunk: Chunk
    ) -> None:
        for place, value in enumerate(values):
            if type(value) is _Bad and place not in bad:
                line = chunk.lines[place] if chunk.lines else None
                text = shorten(str(texts[place] or ""))
                bad[place] = Reject(chunk.numbers[place], line, name, value.reason, text)

    def _rows(self, numbers: list[int], columns: list[Any], keep: list[int] | None) -> list[Row]:
        if keep is not None:
            numbers = [numbers[place] for place in keep]
            columns = [[column[place] for place in keep] for column in columns]
        if not numbers:
            return []
        received = [None] * len(numbers) if self._received is None else columns[self._received]
        for place, written in self._written.items():
            columns[place], _ = written.take(columns[place])
        keys = zip(*(cells.take(columns[place])[0] for place, cells in self._key.items()), strict=True)
        names = [self.intake.columns[place].name for place in self._carried]
        carried = zip(*(columns[place] for place in self._carried), strict=True)
        data = [dict(zip(names, values)) for values in carried]  # noqa: B905 - strict costs a microsecond a row
        return list(map(Row, numbers, map("/".join, keys), received, data))


def _reader(column: Column) -> Callable[[Any], Any]:
    return instant_reader(column) if column.type == "instant" else cell_reader(column)


def _key_text(value: Any) -> str:
    return key_part(str(value).lower() if type(value) is bool else str(value))
