"""The worked examples of a pack: rows that were thought through by hand, and what must come out of them.

JSON: a list of `{"name", "input", "expect", "given"?, "end"?}`. CSV: the columns of the intake, beside them `name`,
`end`, and columns called `expect.<decision>` or `expect.<decision>.<entry>`; numbers and true, false, null are
written as in JSON, all else is text.
"""

import csv
import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from io import StringIO
from typing import Any

from alihdaya.kernel.errors import PackError, Problem, Source
from alihdaya.packs.cell import NEEDED, CellError, cell_reader, text_of
from alihdaya.packs.folder import Folder, text
from alihdaya.packs.intake import Column, Intake
from alihdaya.packs.pack import Sample


def read_samples(folder: Folder, intake: Intake) -> tuple[Sample, ...]:
    """Read every file under samples/. Raises PackError with every problem found."""
    problems: list[Problem] = []
    samples: list[Sample] = []
    for path in folder.under("samples"):
        name = f"{folder.place}/{path}"
        try:
            raw = _json(text(folder, path), name) if path.endswith(".json") else _csv(text(folder, path), name)
            samples += [_sample(found, intake, Source(name, row=row)) for row, found in enumerate(raw, 1)]
        except PackError as error:
            problems += error.problems
    if problems:
        raise PackError(problems)
    return tuple(samples)


def _json(content: str, name: str) -> list[Any]:
    try:
        found = json.loads(content, parse_float=Decimal)
    except (ValueError, RecursionError, ArithmeticError) as error:
        line = getattr(error, "lineno", None)
        raise PackError(Problem("not-json", f"not JSON: {error}", Source(name, line))) from None
    if not isinstance(found, list):
        raise PackError(Problem("bad-samples", "samples are a list of objects", Source(name)))
    return found


def _csv(content: str, name: str) -> Iterator[dict[str, Any]]:
    reader = csv.DictReader(StringIO(content, newline=""), strict=True)
    try:
        for row in reader:
            if None in row or None in row.values():
                raise PackError(Problem("ragged", "too few or too many cells", Source(name, reader.line_num)))
            yield _unfold(row)
    except csv.Error as error:
        raise PackError(Problem("not-csv", f"not CSV: {error}", Source(name, reader.line_num))) from None


def _unfold(row: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {"input": {}, "expect": {}, "given": {}}
    for header, cell in row.items():
        head, *path = header.split(".")
        if head in ("expect", "given") and path:
            target = found[head]
            for step in path[:-1]:
                target = target.setdefault(step, {})
            target[path[-1]] = _plain(cell)
        elif head in ("name", "end"):
            found[head] = cell
        else:
            found["input"][header] = cell
    return found


def _plain(cell: str) -> Any:
    try:
        value = json.loads(cell, parse_float=Decimal)
    except (ValueError, ArithmeticError):
        return cell
    return cell if isinstance(value, (list, dict)) else value


def _sample(found: Any, intake: Intake, source: Source) -> Sample:
    problems = []
    parts = {"name": str, "input": dict, "expect": dict}
    if not isinstance(found, dict) or not all(isinstance(found.get(part), kind) for part, kind in parts.items()):
        raise PackError(Problem("bad-sample", "a sample needs a name, an input and what to expect", source))
    unknown = found.keys() - {*parts, "given", "end"} | found["input"].keys() - set(intake.names)
    problems += [Problem("unknown-key", f"{key!r} is unknown here", source) for key in sorted(unknown)]
    values, wrong = read_input(found["input"], intake, source)
    if problems + wrong:
        raise PackError(problems + wrong)
    given = found.get("given", {})
    return Sample(found["name"], source.file, source.row or 0, values, given, found["expect"], found.get("end", ""))


def _value(cell: str | None, column: Column, intake: Intake) -> Any:
    if cell is not None and cell not in intake.nulls:
        return cell_reader(column)(cell)
    if column.required:
        raise CellError(NEEDED)
    return None


def read_input(row: Mapping[str, Any], intake: Intake, source: Source) -> tuple[dict[str, Any], list[Problem]]:
    """Read one row of JSON values by the columns of an intake: the process variables, and what is wrong with it."""
    values: dict[str, Any] = {}
    problems = []
    for column in intake.columns:
        try:
            cell = text_of(row.get(column.name))
            value = _value(cell, column, intake)
        except CellError as error:
            problems.append(Problem("bad-value", f"{column.name}: {error}", source))
            continue
        if column.carry:
            values[column.name] = value
    return values, problems
