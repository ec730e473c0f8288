"""Rows of inputs through decisions: the value of each, the rules that gave it, and why where that is asked or null."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from alihdaya.cli.decide.rows import Row
from alihdaya.kernel.errors import NotationError, Problem, Source
from alihdaya.notation.dmn import Decisions, Model, compile_model
from alihdaya.notation.dmn.cases.given import Need, judged, needs, tops, variables_of
from alihdaya.notation.dmn.explain import Decided, explain, nulls, plain
from alihdaya.notation.feel.parser import NOW


@dataclass(frozen=True, slots=True)
class Answer:
    """What one decision came to; `why` where it was asked for, or the value is null."""

    name: str
    value: Any
    fired: tuple[int, ...]
    why: Decided | None


@dataclass(frozen=True, slots=True)
class Answered:
    """One row: its number in the file (None for a single object), and its answers, or what is wrong with it."""

    row: int | None
    answers: tuple[Answer, ...]
    problems: tuple[Problem, ...] = ()


def wanted(source: Model, asked: tuple[str, ...]) -> tuple[str, ...]:
    """Give the names of the decisions to take: those that were asked for, else all that no other one requires.

    Raises NotationError for a decision that the model does not have.
    """
    names = {name: one.name for one in source.decisions for name in (one.id, one.name)}
    for name in asked:
        if " ".join(name.split()) not in names:
            near = get_close_matches(name, names, 1)
            known = ", ".join(dict.fromkeys(names.values())) or "none"
            hint = f"; did you mean {near[0]!r}?" if near else f"; there is {known}"
            raise NotationError(Problem("no-decision", f"there is no decision {name!r}{hint}", Source(source.file)))
    chosen = tuple(dict.fromkeys(names[" ".join(name.split())] for name in asked)) or tops(source)
    if not chosen:
        raise NotationError(Problem("no-decision", "the model has no decision", Source(source.file)))
    return chosen


class Asking:
    """Decisions of a model that are asked row by row; `moment` is what `now()` is worth where no row says."""

    def __init__(self, source: Model, names: tuple[str, ...], moment: Any, *, told: bool) -> None:
        self.model, self.names, self.moment, self.told = source, names, moment, told
        self.compiled: Decisions = compile_model(source)
        self.judged = {need.name: need for need in judged(source) if need.name not in names}
        self.needed: dict[frozenset[str], tuple[Need, ...]] = {}

    def all(self, rows: Iterable[Row]) -> Iterator[Answered]:
        """Answer row by row."""
        return map(self.one, rows)

    def one(self, row: Row) -> Answered:
        """Answer one row; what is wrong with it is said instead."""
        if row.problem is not None:
            return Answered(row.source.row, (), (row.problem,))
        given = frozenset(self.judged.keys() & row.values.keys())
        if given not in self.needed:
            own = tuple(self.judged[name] for name in sorted(given))
            self.needed[given] = needs(self.model, self.names, given) + own
        values = {NOW: self.moment, **row.values} if not row.text else row.values
        needed = tuple(need for need in self.needed[given] if need.path != (NOW,) or NOW in row.values)
        variables, problems = variables_of(values, needed, row.source, row.read)
        if problems:
            return Answered(row.source.row, (), tuple(problems))
        return Answered(row.source.row, tuple(self._answers({NOW: self.moment, **variables})))

    def _answers(self, variables: dict[str, Any]) -> Iterator[Answer]:
        for name in self.names:
            value, fired = self.compiled[name].run(variables)
            why = explain(self.model, name, variables) if self.told or value is None else None
            yield Answer(name, value, fired, why)


def as_plain(answered: Answered, *, told: bool) -> dict[str, Any]:
    """Give a row's answers as plain data: values by decision, rules, reasons of nulls, with `told` the explanation."""
    made: dict[str, Any] = {} if answered.row is None else {"row": answered.row}
    if answered.problems:
        found = [{"code": one.code, "message": one.message, "source": str(one.source)} for one in answered.problems]
        return made | {"problems": found}
    made["decisions"] = {one.name: plain(one.value) for one in answered.answers}
    made["rules"] = {one.name: list(one.fired) for one in answered.answers}
    reasons = [note for one in answered.answers if one.why is not None for note in nulls(one.why)]
    made["diagnostics"] = [plain(note) for note in dict.fromkeys(reasons)]
    if told:
        made["explanation"] = {one.name: plain(one.why) for one in answered.answers}
    return made
