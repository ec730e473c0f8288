"""Compiled decisions: one generated function each, required ones evaluated once a call and only when not given."""

from collections.abc import Iterator, Mapping
from typing import Any

from alihdaya.notation.dmn import model
from alihdaya.notation.dmn.boxed import tidy
from alihdaya.notation.dmn.link import Logic, link
from alihdaya.notation.dmn.table import Answer, Table
from alihdaya.notation.dmn.table_code import answer
from alihdaya.notation.feel.compiler import UNUSUAL, again
from alihdaya.notation.feel.emitter import Emitter, Names
from alihdaya.notation.feel.values import Function


class Decision:
    """A decision ready to be called.

    `inputs` are the names of the input data that it needs, its required decisions' included, in the order of the
    file. A required decision whose value is among the variables, under that decision's name, is not evaluated: the
    given value stands (a person judged it, or the process knows it), be it null. The decision itself is always
    evaluated. Nothing is changed in the variables, and data never makes a call raise: null instead.
    """

    __slots__ = ("_names", "_own", "_required", "id", "inputs", "name")

    def __init__(self, logic: Logic, required: tuple["Decision", ...], knowledge: Mapping[str, Function]) -> None:
        self.id = logic.id
        self.name = logic.name
        needed = (*logic.inputs, *(name for decision in required for name in decision.inputs))
        self.inputs: tuple[str, ...] = tuple(dict.fromkeys(needed))
        self._required = required
        self._names = frozenset({*logic.inputs, *(decision.name for decision in required)})
        self._own = _generated(logic, self._names, knowledge)

    def __call__(self, variables: Mapping[str, Any]) -> Any:
        """Give the decision's value for the variables: input data, and decisions already made."""
        return self.run(variables)[0]

    def run(self, variables: Mapping[str, Any]) -> Answer:
        """Give the value, and the numbers (from 1) of the rules of the decision's own table that gave it.

        The numbers are those of all rules that matched; with FIRST and PRIORITY only of the one that decided, with
        OUTPUT ORDER in the order of the outputs. Without a table of its own, or without a match, there are none.
        """
        if self._required:
            variables = self._with_required(dict(variables))
        try:
            return self._own(variables)  # type: ignore[no-any-return]
        except UNUSUAL:
            return again(self._own, self._names, variables) or (None, ())

    def _with_required(self, scope: dict[str, Any]) -> dict[str, Any]:
        for decision in self._required:
            if decision.name not in scope:
                inner = decision._with_required(scope) if decision._required else scope  # noqa: SLF001
                scope[decision.name] = _value(decision, inner)
        return scope

    def __repr__(self) -> str:
        return f"Decision({self.name!r})"


def _value(decision: Decision, scope: dict[str, Any]) -> Any:
    own = decision._own  # noqa: SLF001
    try:
        return own(scope)[0]
    except UNUSUAL:
        return (again(own, decision._names, scope) or (None, ()))[0]  # noqa: SLF001


class Decisions(Mapping[str, Decision]):
    """The decisions of one model, by name or by id; iteration gives their names."""

    def __init__(self, decisions: tuple[Decision, ...]) -> None:
        self._by_name = {decision.name: decision for decision in decisions}
        self._by_id = {decision.id: decision for decision in decisions}

    def __getitem__(self, key: str) -> Decision:
        found = self._by_name.get(tidy(key)) or self._by_id.get(key)
        if found is None:
            raise KeyError(key)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_name)

    def __len__(self) -> int:
        return len(self._by_name)


def compile_model(source: model.Model) -> Decisions:
    """Compile every decision of a model.

    Raises NotationError with every problem found: cycles of requirements, names that are not in scope, cells and
    expressions that are not FEEL, logic that nests too deep.
    """
    program = link(source)
    functions: dict[str, Function] = {}
    for logic in program.knowledge:
        known = {logic_name: functions[key] for key, logic_name in _called(logic, program.knowledge)}
        functions[logic.id] = _function(logic, known)
    made: dict[str, Decision] = {}
    for logic in program.decisions:
        known = {name: functions[key] for key, name in _called(logic, program.knowledge)}
        made[logic.id] = Decision(logic, tuple(made[key] for key in logic.requires), known)
    return Decisions(tuple(made[element.id] for element in source.decisions))


def _called(logic: Logic, knowledge: tuple[Logic, ...]) -> list[tuple[str, str]]:
    return [(other.id, other.name) for other in knowledge if other.id in logic.knowledge]


def _generated(logic: Logic, names: frozenset[str], knowledge: Mapping[str, Function]) -> Any:
    out = Emitter(names, knowledge)
    if isinstance(logic.root, Table):
        out.line(f"return {answer(logic.root, out, Names(None, {}))}")
    else:
        out.line(f"return {out.emit(logic.root, Names(None, {}))}, ()")
    return out.build(f"decision {logic.name}")


def _function(logic: Logic, knowledge: Mapping[str, Function]) -> Function:
    """Make the function value of a knowledge model: its generated code makes it once, and then is not needed."""
    out = Emitter(frozenset(), knowledge)
    body = out.define(logic.root, logic.parameters, Names(None, {}))
    out.line(f"return {body}")
    return Function(logic.parameters, out.build(f"knowledge {logic.name}")({}))
