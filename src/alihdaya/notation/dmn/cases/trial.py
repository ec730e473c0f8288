"""A case run by both evaluators, each expected value compared with what came out."""

from dataclasses import dataclass
from typing import Any

from alihdaya.kernel.errors import Problem
from alihdaya.notation.dmn import model
from alihdaya.notation.dmn.cases.read import Case
from alihdaya.notation.dmn.decisions import Decisions
from alihdaya.notation.dmn.explain import Decided, explain
from alihdaya.notation.feel import access
from alihdaya.notation.feel.builtins.conversions import written


@dataclass(frozen=True, slots=True)
class Failure:
    """A value that is not as expected; `explained` says how the decision came to it."""

    case: Case
    column: str
    expected: Any
    got: Any
    how: str
    explained: Decided

    @property
    def problem(self) -> Problem:
        """The failure with file, row and column."""
        means = f" ({self.how})" if self.how else ""
        message = f"{self.column!r} is {written(self.got)}{means}, and should be {written(self.expected)}"
        return Problem("case-differs", message, self.case.source)


@dataclass(frozen=True, slots=True)
class Trial:
    """What one case gave: the values that differ, and the explanation of each decision that it expects."""

    failures: tuple[Failure, ...]
    explained: tuple[Decided, ...]


def try_case(case: Case, source: model.Model, compiled: Decisions) -> Trial:
    """Run a case by the reference and by generated code (`compiled`); where both fail alike, it is told once."""
    told = {name: explain(source, name, case.given) for name in dict.fromkeys(one.decision for one in case.expected)}
    failures = []
    for one in case.expected:
        decided = told[one.decision]
        (fast, odd), (slow, _) = (
            _part(value, one.path) for value in (compiled[one.decision](case.given), decided.value)
        )
        found = {odd: slow} if same(fast, slow) else {"compiled": fast, "by the reference": slow}
        failures += [
            Failure(case, one.header, one.value, value, how, decided)
            for how, value in found.items()
            if odd or not same(value, one.value)
        ]
    return Trial(tuple(failures), tuple(told.values()))


def _part(value: Any, path: tuple[str, ...]) -> tuple[Any, str]:
    """Give the part of a value at a path; or what is no context on the way, and why there is no such part."""
    for step in path:
        part = access.path(value, step)
        if part is None and value is not None and type(value) is not dict:
            return value, f"which has no {step!r}"
        value = part
    return value, ""


def same(left: Any, right: Any) -> bool:
    """Tell whether two FEEL values are equal: 1 and 1.0 are, 1 and true are not; in lists and contexts alike."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    return isinstance(left, bool) == isinstance(right, bool) and bool(left == right)
