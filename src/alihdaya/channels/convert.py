"""From columns of texts to rows of exact values: each distinct text of a column is read once, not once a row."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from alihdaya.channels.batch import Batch, Chunk, Reject, Row, shorten
from alihdaya.packs.cell import NEEDED, CellError, cell_reader, read_instant
from alihdaya.packs.intake import Column, Intake, external_id

_KEPT = 200_000


class _Bad(NamedTuple):
    reason: str


class _Cells:
    """The values of the distinct texts of one column, remembered from chunk to chunk within a limit."""

    __slots__ = ("_nulls", "_read", "_values")

    def __init__(self, read: Callable[[str], Any], nulls: Iterable[str], *, required: bool) -> None:
        null = _Bad(NEEDED) if required else None
        self._read = read
        self._nulls: dict[str | None, Any] = {None: null, **dict.fromkeys(nulls, null)}
        self._values = dict(self._nulls)

    def take(self, cells: list[str | None]) -> tuple[list[Any], bool]:
        """Values of the cells, and whether any of them is bad."""
        if len(self._values) > _KEPT:
            self._values = dict(self._nulls)
        values = self._values
        distinct = set(cells)
        for text in distinct - values.keys():
            values[text] = self._one(text)
        bad = any(type(values[text]) is _Bad for text in distinct)
        return list(map(values.__getitem__, cells)), bad

    def _one(self, text: str | None) -> Any:
        try:
            return self._read(text or "")
        except CellError as error:
            return _Bad(str(error))


class Converter:
    """Turns chunks of one file into batches, by the columns of an intake."""

    def __init__(self, intake: Intake) -> None:
        self.intake = intake
        self._cells = [self._for(column, cell_reader(column)) for column in intake.columns]
        names = intake.names
        self._key = [names.index(name) for name in intake.key]
        self._carried = [place for place, column in enumerate(intake.columns) if column.carry]
        self._received = names.index(intake.received_at) if intake.received_at else None
        self._instants = _Cells(read_instant, (), required=False)

    def _for(self, column: Column, read: Callable[[str], Any]) -> _Cells:
        return _Cells(read, self.intake.nulls, required=column.required)

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
        self, bad: dict[int, Reject], name: str, values: list[Any], texts: list[str | None], chunk: Chunk
    ) -> None:
        for place, value in enumerate(values):
            if type(value) is _Bad and place not in bad:
                line = chunk.lines[place] if chunk.lines else None
                text = shorten(texts[place] or "")
                bad[place] = Reject(chunk.numbers[place], line, name, value.reason, text)

    def _rows(self, numbers: list[int], columns: list[list[Any]], keep: list[int] | None) -> list[Row]:
        if keep is not None:
            numbers = [numbers[place] for place in keep]
            columns = [[column[place] for place in keep] for column in columns]
        if not numbers:
            return []
        keys = zip(*(map(_key_text, columns[place]) for place in self._key), strict=True)
        ids = map(external_id, keys)
        received: Iterable[int | None] = [None] * len(numbers)
        if self._received is not None:
            received, _ = self._instants.take(columns[self._received])
        names = [self.intake.columns[place].name for place in self._carried]
        carried = zip(*(columns[place] for place in self._carried), strict=True)
        data = (dict(zip(names, values, strict=True)) for values in carried)
        return list(map(Row, numbers, ids, received, data))


def _key_text(value: Any) -> str:
    if type(value) is str:
        return value
    return str(value).lower() if type(value) is bool else str(value)
