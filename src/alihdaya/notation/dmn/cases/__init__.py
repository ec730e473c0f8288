"""Worked cases of a model, kept in a table beside it: read, run by both evaluators, and what they cover."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from alihdaya.kernel.errors import Problem
from alihdaya.notation.dmn import model
from alihdaya.notation.dmn.cases.coverage import TableCoverage, coverage
from alihdaya.notation.dmn.cases.read import ENDING, Case, read_cases
from alihdaya.notation.dmn.cases.trial import Failure, same, try_case
from alihdaya.notation.dmn.decisions import compile_model
from alihdaya.notation.dmn.explain import Decided

__all__ = ["ENDING", "Case", "Failure", "Report", "TableCoverage", "read_cases", "same", "try_cases"]


@dataclass(frozen=True, slots=True)
class Report:
    """How the cases of one file came out: their number, the values that differ, and what they cover."""

    file: str
    cases: int
    failures: tuple[Failure, ...]
    coverage: tuple[TableCoverage, ...]

    @property
    def problems(self) -> Iterable[Problem]:
        """The failures as problems, each with file, row and column."""
        return (failure.problem for failure in self.failures)


def try_cases(text: str, name: str, source: model.Model) -> Report:
    """Read the cases of a file called `name`, and run each of them by the reference and by generated code.

    Raises NotationError with every problem of the file or the model.
    """
    cases = read_cases(text, name, source)
    compiled = compile_model(source)
    failures: list[Failure] = []

    def told() -> Iterator[Decided]:
        for case in cases:
            trial = try_case(case, source, compiled)
            failures.extend(trial.failures)
            yield from trial.explained

    covered = tuple(coverage(source, told()))
    return Report(name, len(cases), tuple(failures), covered)
