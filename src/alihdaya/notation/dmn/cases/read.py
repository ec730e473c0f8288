"""`NAME.cases.csv`, a table beside `NAME.dmn`: in each row the values that are given, and what must come of them.

Headers are `given: INPUT` (an input, or a decision that is given instead of taken), `expect: DECISION`, `name` and
`note`; after INPUT or DECISION a dot and the name of an entry picks a part of a context. Cells are written as
`given.from_text` reads them. An empty cell under `given` is null, under `expect` it is not compared.
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from io import StringIO
from typing import Any

from alihdaya.kernel.errors import NotationError, Problem, Source
from alihdaya.notation.dmn import model
from alihdaya.notation.dmn.cases.given import Need, Unfit, from_text, judged, needs
from alihdaya.notation.feel.ir import TypeName
from alihdaya.notation.feel.parser import NOW

ENDING = ".cases.csv"
ROWS = 100_000
"""Most rows that one file may have."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What one cell expects: of a decision's value, or of the part of it at `path`."""

    header: str
    decision: str
    path: tuple[str, ...]
    value: Any


@dataclass(frozen=True, slots=True)
class Case:
    """One row: its number from 1, what is given, and what is expected."""

    source: Source
    name: str
    note: str
    given: dict[str, Any]
    expected: tuple[Expected, ...]


@dataclass(frozen=True, slots=True)
class _Column:
    kind: str
    header: str
    name: str = ""
    path: tuple[str, ...] = ()
    type: TypeName | None = None


def read_cases(text: str, name: str, source: model.Model) -> tuple[Case, ...]:
    """Read the cases of a file called `name`, for a model.

    Raises NotationError with every problem: headers that lead nowhere, rows too long or short, cells that are not of
    their type, inputs that an expected decision needs and that no column gives.
    """
    reading = _Reading(name, source)
    cases = tuple(reading.cases(text.removeprefix("\ufeff")))
    if reading.problems:
        raise NotationError(reading.problems)
    return cases


class _Reading:
    def __init__(self, file: str, source: model.Model) -> None:
        self.file, self.model = file, source
        self.problems: list[Problem] = []
        self.decisions = {need.name: need.type for need in judged(source)}
        inputs = {need.name: need.type for need in needs(source, tuple(self.decisions), frozenset())}
        self.inputs = dict.fromkeys((one.name for one in source.inputs), None) | self.decisions | inputs

    def problem(self, code: str, message: str, row: int | None = None, column: str | None = None) -> None:
        line = 1 if row is None else None
        self.problems.append(Problem(code, message, Source(self.file, line, None, row, column)))

    def cases(self, text: str) -> Iterator[Case]:
        first = text.partition("\n")[0]
        delimiter = ";" if first.count(";") > first.count(",") else ","
        reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
        try:
            columns = tuple(self._column(header) for header in next(reader, []))
            self._check(columns)
            if self.problems:
                return
            number = 0
            for number, cells in enumerate((cells for cells in reader if cells), 1):
                if number > ROWS:
                    self.problem("too-many", f"at most {ROWS:,} cases are read", number)
                    return
                yield self._case(columns, cells, number)
            if not number:
                self.problem("no-cases", "there are no cases: no row follows the headers")
        except csv.Error as error:
            self.problems.append(Problem("not-csv", f"not CSV: {error}", Source(self.file, reader.line_num)))

    def _column(self, header: str) -> _Column:
        kind, colon, rest = (part.strip() for part in header.partition(":"))
        kind, rest = kind.lower(), " ".join(rest.split())
        if kind in {"name", "note"} and not colon:
            return _Column(kind, header)
        known = {"given": self.inputs, "expect": self.decisions}.get(kind)
        if known is None or not colon:
            near = get_close_matches(header.strip(), self.inputs, 1)
            hint = (
                f"; did you mean 'given: {near[0]}'?"
                if near
                else "; write given: INPUT, expect: DECISION, name or note"
            )
            self.problem("unknown-column", f"the header {header!r} is not known{hint}")
            return _Column("note", header)
        return self._found(kind, header, rest, known)

    def _found(self, kind: str, header: str, rest: str, known: dict[str, TypeName | None]) -> _Column:
        for name in sorted(known, key=len, reverse=True):
            if rest == name or rest.startswith(name + "."):
                path = tuple(step.strip() for step in rest[len(name) + 1 :].split(".") if step)
                return _Column(kind, header, name, path, _part(known[name], path))
        what = "decision" if kind == "expect" else "input or decision"
        near = get_close_matches(rest, known, 1)
        hint = f"; did you mean {near[0]!r}?" if near else f"; there is {', '.join(sorted(known)) or 'none'}"
        self.problem("unknown-column", f"the model has no {what} {rest!r}{hint}")
        return _Column("note", header)

    def _check(self, columns: tuple[_Column, ...]) -> None:
        seen: set[tuple[str, str, tuple[str, ...]]] = set()
        for column in columns:
            key = (column.kind, column.name, column.path)
            if key in seen and column.kind != "note":
                self.problem("twice", f"the column {column.header!r} is there twice")
            seen.add(key)
        wanted = tuple(dict.fromkeys(column.name for column in columns if column.kind == "expect"))
        if not wanted and not self.problems:
            self.problem("no-expectation", "no column says what is expected: write expect: DECISION")
        given = [(*column.name.split("."), *column.path) for column in columns if column.kind == "given"]
        names = frozenset(column.name for column in columns if column.kind == "given" and not column.path)
        for need in needs(self.model, wanted, names) if not self.problems else ():
            if not any(_covers(need, path) for path in given):
                self.problem("missing-input", f"no column gives {need.name!r}, which is needed: given: {need.name}")

    def _case(self, columns: tuple[_Column, ...], cells: list[str], number: int) -> Case:
        if len(cells) != len(columns):
            self.problem("ragged", f"{len(cells)} cells for {len(columns)} columns", number)
            return Case(Source(self.file), "", "", {}, ())
        given: dict[str, Any] = {}
        expected: list[Expected] = []
        words = {"name": "", "note": ""}
        for column, cell in zip(columns, cells, strict=True):
            if column.kind in words:
                words[column.kind] = " ".join([words[column.kind], cell.strip()]).strip()
            elif column.kind == "given" or cell.strip():
                value = self._value(column, cell, number)
                if column.kind == "given":
                    self._put(given, column, value, number)
                else:
                    expected.append(Expected(column.header.strip(), column.name, column.path, value))
        if not expected:
            self.problem("no-expectation", "the row expects nothing", number)
        return Case(
            Source(self.file, row=number, element=words["name"] or None), **words, given=given, expected=(*expected,)
        )

    def _value(self, column: _Column, cell: str, number: int) -> Any:
        try:
            return from_text(cell, column.type)
        except Unfit as error:
            self.problem("wrong-type", str(error), number, column.header.strip())
            return None

    def _put(self, given: dict[str, Any], column: _Column, value: Any, number: int) -> None:
        """Put a value where its column says: an input of an import, and a part of a context, stand inside another."""
        path = (*_import_path(column.name, self.model.imports), *column.path)
        for step in path[:-1]:
            inner = given.setdefault(step, {})
            if type(inner) is not dict:
                self.problem("twice", f"{column.header.strip()!r} is part of a value that is given whole", number)
                return
            given = inner
        given[path[-1]] = value


def _import_path(name: str, imports: Iterable[model.Import]) -> tuple[str, ...]:
    for one in imports:
        if one.name and name.startswith(one.name + "."):
            return (one.name, *_import_path(name[len(one.name) + 1 :], one.model.imports))
    return (name,)


def _covers(need: Need, path: tuple[str, ...]) -> bool:
    return need.path == (NOW,) or path[: len(need.path)] == need.path or need.path[: len(path)] == path


def _part(wanted: TypeName | None, path: tuple[str, ...]) -> TypeName | None:
    for step in path:
        if wanted is None or wanted.name != "context":
            return None
        wanted = dict(zip(wanted.labels, wanted.parts, strict=True)).get(step)
    return wanted
