"""The DMN Technology Compatibility Kit: every test file of a folder, by the reference and by generated code."""

import multiprocessing
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from datetime import time as clock
from decimal import Decimal
from pathlib import Path
from typing import Any

from alihdaya.kernel.errors import NotationError
from alihdaya.notation import dmn
from alihdaya.notation.feel import Diagnostic, temporal
from alihdaya.notation.feel.values import NUMBERS, kind_of
from conformance.dmn_cases import TOLERANCE, Case, TestFile, Wanted, read_cases

WORKERS = 2
NOW = "2026-07-01T12:00:00.123@Europe/Paris"


@dataclass(frozen=True, slots=True)
class Verdict:
    """How one case went; the values are kept for whoever looks into a failure."""

    id: str
    level: str
    reference: bool
    compiled: bool
    non_null: bool
    errors: int
    errors_told: int
    detail: tuple[tuple[str, Any, Any, Any], ...]


def run(folder: Path) -> dict[str, Any]:
    """Run every case below a folder; gives the report of what passed."""
    start = time.perf_counter()
    verdicts = list(judge(folder))
    passed = [one for one in verdicts if one.reference and one.compiled]
    levels = sorted({one.level for one in verdicts if one.level})
    return {
        "passed": sum(1 for one in passed if one.level),
        "total": sum(1 for one in verdicts if one.level),
        "by_level": {
            level: [sum(one.level == level for one in some) for some in (passed, verdicts)] for level in levels
        },
        "non_null_passed": sum(1 for one in passed if one.non_null and one.level),
        "non_null_total": sum(1 for one in verdicts if one.non_null and one.level),
        "error_flag_passed": sum(one.errors_told for one in verdicts if one.level),
        "error_flag_total": sum(one.errors for one in verdicts if one.level),
        "failures": [one.id for one in verdicts if not (one.reference and one.compiled) and one.level],
        "evaluators": {
            "reference": sum(1 for one in verdicts if one.reference and one.level),
            "compiled": sum(1 for one in verdicts if one.compiled and one.level),
        },
        "unscored": [sum(1 for one in some if not one.level) for some in (passed, verdicts)],
        "seconds": round(time.perf_counter() - start, 1),
    }


def judge(folder: Path, only: str = "") -> Iterator[Verdict]:
    """Give the verdict on every case whose path holds `only`."""
    paths = sorted(path for path in folder.rglob("*.xml") if only in str(path))
    with multiprocessing.get_context("spawn").Pool(WORKERS) as pool:
        for verdicts in pool.imap(judge_file, paths):
            yield from verdicts


def judge_file(path: Path) -> list[Verdict]:
    """Run the cases of one file; none for an XML file that holds no cases."""
    tests = read_cases(path)
    if tests is None:
        return []
    level = next((part[-1] for part in path.parts if part.startswith("compliance-level-")), "")
    try:
        model = models_of(path.parent)[tests.model]
        decisions = dmn.compile_model(model)
    except (NotationError, KeyError):
        return [_refused(case, tests, level) for case in tests.cases]
    return [_verdict(case, tests, level, model, decisions) for case in tests.cases]


def models_of(folder: Path) -> dict[str, dmn.Model]:
    """Read all models below a folder, by file name, each after those that it imports."""
    data = {path.name: path.read_bytes() for path in sorted(folder.rglob("*.dmn"))}
    wanted = {name: dmn.wanted_imports(text, name) for name, text in data.items()}
    here = {own for own, _ in wanted.values()}
    found: dict[str, dmn.Model] = {}
    while waiting := [name for name in data if name not in found]:
        done = {model.namespace for model in found.values()}
        ready = [name for name in waiting if all(one in done or one not in here for one in wanted[name][1])]
        for name in ready or waiting:
            found[name] = dmn.read(data[name], name, imports=found.values(), lenient=True)
    return found


def _refused(case: Case, tests: TestFile, level: str) -> Verdict:
    errors = sum(1 for one in case.wanted if one.error)
    return Verdict(_name(case, tests), level, False, False, _non_null(case), errors, 0, ())


def _name(case: Case, tests: TestFile) -> str:
    return f"{tests.path.parent.name}/{tests.path.stem.rpartition('-')[2]}#{case.id}"


def _non_null(case: Case) -> bool:
    return any(one.value is not None for one in case.wanted)


def _verdict(case: Case, tests: TestFile, level: str, model: dmn.Model, decisions: dmn.Decisions) -> Verdict:
    variables: dict[str, Any] = {"now()": temporal.datetime_of(NOW)}
    for given in case.given:
        place(model, given.namespace or model.namespace, given.name, given.value, variables)
    details, told, reference, compiled = [], 0, True, True
    for wanted in case.wanted:
        notes: list[Diagnostic] = []
        values = (_reference(case, wanted, model, variables, notes), _compiled(case, wanted, decisions, variables))
        verdicts = [same(wanted.value, value) for value in values]
        told += wanted.error and bool(notes)
        reference, compiled = reference and verdicts[0], compiled and verdicts[1]
        if not all(verdicts) or (wanted.error and not notes):
            details.append((wanted.name, wanted.value, *values))
    errors = sum(one.error for one in case.wanted)
    return Verdict(_name(case, tests), level, reference, compiled, _non_null(case), errors, told, tuple(details))


def place(model: dmn.Model, namespace: str, name: str, value: Any, variables: dict[str, Any]) -> None:
    """Put a value among the variables of every model of a namespace, wherever imports lead to it."""
    if model.namespace == namespace:
        variables[name] = value
    for one in model.imports:
        inner = variables.setdefault(one.name, {}) if one.name else variables
        if type(inner) is dict:
            place(one.model, namespace, name, value, inner)


def _reference(case: Case, wanted: Wanted, model: dmn.Model, variables: dict[str, Any], notes: list[Diagnostic]) -> Any:
    try:
        if case.kind == "decision" or not case.invocable:
            return dmn.evaluate(model, wanted.name, variables, notes)[0]
        return _part(dmn.invoke(model, case.invocable, variables, notes), wanted)
    except KeyError as error:
        return error


def _compiled(case: Case, wanted: Wanted, decisions: dmn.Decisions, variables: dict[str, Any]) -> Any:
    try:
        if case.kind == "decision" or not case.invocable:
            return decisions[wanted.name](variables)
        return _part(decisions.invoke(case.invocable, variables), wanted)
    except KeyError as error:
        return error


def _part(value: Any, wanted: Wanted) -> Any:
    """Give the value of one output decision out of the context that a service with several gives."""
    return value[wanted.name] if type(value) is dict and wanted.name in value else value


def same(wanted: Any, value: Any) -> bool:
    """Tell whether a value is the expected one: numbers within the tolerance, all else exactly and with its kind."""
    if type(wanted) in NUMBERS and type(value) in NUMBERS:
        return abs(Decimal(wanted) - Decimal(value)) <= TOLERANCE
    if kind_of(wanted) != kind_of(value):
        return False
    if type(wanted) is list:
        return len(wanted) == len(value) and all(map(same, wanted, value))
    if type(wanted) is dict:
        return wanted.keys() == value.keys() and all(same(wanted[name], value[name]) for name in wanted)
    if isinstance(wanted, (date, clock)):
        return temporal.text_of(wanted) == temporal.text_of(value)
    return bool(wanted == value)
