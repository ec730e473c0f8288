"""Inputs of decisions out of files: one JSON object, a list of them, JSON Lines, or CSV; `-` is the standard input."""

import csv
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any, Final, NoReturn

from alihdaya.kernel.errors import NotationError, Problem, Source
from alihdaya.notation.dmn.cases.given import Unfit, from_plain, from_text, number_read
from alihdaya.notation.feel.ir import TypeName

LIMIT: Final = 64 * 1024 * 1024
"""Largest input, in bytes."""

_LINES = frozenset({".jsonl", ".ndjson"})
_CELLS = frozenset({".csv", ".tsv", ".txt"})


@dataclass(frozen=True, slots=True)
class Row:
    """One row of inputs, or what is wrong with it; `text` where its values are the texts of cells."""

    source: Source
    values: Mapping[str, Any]
    text: bool = False
    problem: Problem | None = None

    def read(self, value: Any, wanted: TypeName | None) -> Any:
        """Make a FEEL value of one of the row's. Raises Unfit."""
        return _cells(value, wanted) if self.text else from_plain(value, wanted)


def read_rows(place: str) -> tuple[Iterable[Row], bool]:
    """Read the rows of a file one by one, and tell whether there is only one by its form (a single JSON object).

    Raises NotationError where nothing can be read or there is no row, at the latest while the rows are gone through;
    a row that cannot be read is given with its problem.
    """
    name = "standard input" if place == "-" else place
    text = _text(place, name)
    kind = Path(place).suffix.lower() if place != "-" else _guess(text)
    if kind in _LINES:
        return _some(_lines(text, name), name), False
    if kind in _CELLS:
        return _some(_table(text, name, "\t" if kind == ".tsv" else ""), name), False
    try:
        found = _json(text)
    except (ValueError, RecursionError, ArithmeticError) as error:
        raise _refused("not-json", f"not JSON: {_why(error)}", Source(name, getattr(error, "lineno", None))) from None
    if isinstance(found, list):
        return _some((_row(one, Source(name, row=number)) for number, one in enumerate(found, 1)), name), False
    return [_row(found, Source(name))], True


def _some(rows: Iterator[Row], name: str) -> Iterator[Row]:
    first = next(rows, None)
    if first is None:
        raise _refused("no-rows", "there are no rows of inputs", Source(name))
    yield first
    yield from rows


def _why(error: Exception) -> str:
    return "it nests too deep" if isinstance(error, RecursionError) else str(error)


def _text(place: str, name: str) -> str:
    if place == "-":
        data = sys.stdin.buffer.read(LIMIT + 1)
    else:
        with Path(place).open("rb") as file:
            data = file.read(LIMIT + 1)
    if len(data) > LIMIT:
        raise _refused("too-large", f"larger than {LIMIT:,} bytes", Source(name))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refused("not-utf8", f"not UTF-8 at byte {error.start}", Source(name)) from None


def _refused(code: str, message: str, source: Source) -> NotationError:
    return NotationError(Problem(code, message, source))


def _guess(text: str) -> str:
    """Tell the form of a text that has no file name by how it begins."""
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines or lines[0].lstrip()[0] not in "{[":
        return ".csv"
    whole = len(lines) > 1 and all(line.lstrip().startswith("{") and line.rstrip().endswith("}") for line in lines)
    return ".jsonl" if whole else ".json"


def _json(text: str) -> Any:
    return json.loads(
        text, parse_float=number_read, parse_int=number_read, parse_constant=_constant, object_pairs_hook=_object
    )


def _constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise ValueError(f"the key {twice!r} is there twice")
    return made


def _row(found: Any, source: Source) -> Row:
    if isinstance(found, dict):
        return Row(source, found)
    return Row(source, {}, problem=Problem("no-object", "a row of inputs is an object: {name: value, …}", source))


def _lines(text: str, name: str) -> Iterator[Row]:
    rows = ((number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip())
    for row, (number, line) in enumerate(rows, 1):
        source = Source(name, number, row=row)
        try:
            yield _row(_json(line), source)
        except (ValueError, RecursionError, ArithmeticError) as error:
            yield Row(source, {}, problem=Problem("not-json", f"not JSON: {_why(error)}", source))


def _table(text: str, name: str, delimiter: str) -> Iterator[Row]:
    first = text.partition("\n")[0]
    delimiter = delimiter or (";" if first.count(";") > first.count(",") else ",")
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        headers = [" ".join(header.split()) for header in next(reader, [])]
        if len(set(headers)) < len(headers):
            raise _refused("twice", "a column is there twice", Source(name, 1))
        for number, cells in enumerate((cells for cells in reader if cells), 1):
            source = Source(name, row=number)
            if len(cells) == len(headers):
                yield Row(source, _unfolded(dict(zip(headers, cells, strict=True))), text=True)
            else:
                message = f"{len(cells)} cells for {len(headers)} columns"
                yield Row(source, {}, problem=Problem("ragged", message, source))
    except csv.Error as error:
        raise _refused("not-csv", f"not CSV: {error}", Source(name, reader.line_num)) from None


def _unfolded(cells: dict[str, str]) -> dict[str, Any]:
    """Bring columns called `a.b` under `a` as well, for contexts that are given part by part."""
    found: dict[str, Any] = {}
    for header, cell in cells.items():
        target, (*path, last) = found, header.split(".")
        for step in path:
            inner = target.setdefault(step, {})
            target = inner if isinstance(inner, dict) else {}
        target[last] = cell
    return cells | found


def _cells(value: Any, wanted: TypeName | None) -> Any:
    if not isinstance(value, dict):
        return from_text(value, wanted)
    if wanted is not None and wanted.name != "context":
        raise Unfit(f"its parts are given, and a {wanted.name} is wanted")
    parts = {} if wanted is None else dict(zip(wanted.labels, wanted.parts, strict=True))
    return from_plain({name: _cells(part, parts.get(name)) for name, part in value.items()}, wanted)
