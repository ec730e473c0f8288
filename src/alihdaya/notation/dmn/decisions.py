"""Compiled decisions: one generated function each, required ones evaluated once a call and only when not given."""

from collections.abc import Iterator, Mapping
from typing import Any

from alihdaya.notation.dmn import model
from alihdaya.notation.dmn.boxed import tidy
from alihdaya.notation.dmn.link import link
from alihdaya.notation.dmn.program import SERVICE_HEIGHT, Logic, Need, Program, Service
from alihdaya.notation.dmn.table import Answer, Table
from alihdaya.notation.dmn.table.code import answer
from alihdaya.notation.feel.access import invoke_named
from alihdaya.notation.feel.budget import bounded, depth_of, needs_limits
from alihdaya.notation.feel.compiler import UNUSUAL, again, fitted
from alihdaya.notation.feel.emitter import Emitter, Names
from alihdaya.notation.feel.ir import Literal
from alihdaya.notation.feel.types import belongs, coerce
from alihdaya.notation.feel.values import Function

Functions = dict[str, Any]
"""Functions by name; under the name of an import, a context of them."""


class Decision:
    """A decision ready to be called.

    `inputs` are the names of the input data that it needs, its required decisions' included, in the order of the
    file; for those of an imported model the name of the import, whose value is a context of variables. A required
    decision whose value is among the variables, under that decision's name, is not evaluated: the given value stands
    (a person judged it, or the process knows it), be it null. The decision itself is always evaluated. Nothing is
    changed in the variables, and data never makes a call raise: null instead.
    """

    __slots__ = ("_functions", "_names", "_own", "_required", "id", "inputs", "limited", "name")

    def __init__(self, logic: Logic, required: tuple[tuple[str, "Decision"], ...], functions: Functions) -> None:
        self.id = logic.id
        self.name = logic.name
        needed = (*logic.inputs, *(name for scope, one in required for name in ((scope,) if scope else one.inputs)))
        self.inputs: tuple[str, ...] = tuple(dict.fromkeys(needed))
        self._required = required
        self._names = frozenset({*logic.inputs, *(scope or decision.name for scope, decision in required)})
        clashing = {name for name in self._names if name in functions}
        self._functions = {name: functions[name] for name in clashing}
        known = {name: value for name, value in functions.items() if name not in clashing}
        self._own = _generated(logic, self._names, known)
        self.limited: bool = needs_limits(logic.root) or any(decision.limited for _, decision in required)

    def __call__(self, variables: Mapping[str, Any]) -> Any:
        """Give the decision's value for the variables: input data, and decisions already made."""
        return self.run(variables)[0]

    def run(self, variables: Mapping[str, Any]) -> Answer:
        """Give the value, and the numbers (from 1) of the rules of the decision's own table that gave it.

        The numbers are those of all rules that matched; with FIRST and PRIORITY only of the one that decided, with
        OUTPUT ORDER in the order of the outputs. Without a table of its own, or without a match, there are none.
        """
        return bounded(self._run, variables, failed=_nothing) if self.limited else self._run(variables)

    def _run(self, variables: Mapping[str, Any]) -> Answer:
        if self._required or self._functions:
            variables = self._with_required(dict(variables))
        try:
            return self._own(variables)  # type: ignore[no-any-return]
        except UNUSUAL:
            return again(self._own, self._names, variables) or (None, ())

    def _with_required(self, scope: dict[str, Any]) -> dict[str, Any]:
        for place, decision in self._required:
            inner = _inside(scope, place) if place else scope
            if decision.name not in inner:
                inner[decision.name] = _value(decision, inner)
        for name, functions in self._functions.items():
            _inside(scope, name).update(functions)
        return scope

    def __repr__(self) -> str:
        return f"Decision({self.name!r})"


def _nothing(_why: str) -> Answer:
    return None, ()


def _inside(scope: dict[str, Any], name: str) -> dict[str, Any]:
    inner = scope.get(name)
    scope[name] = made = dict(inner) if type(inner) is dict else {}
    return made


def _value(decision: Decision, scope: dict[str, Any]) -> Any:
    own = decision._own  # noqa: SLF001
    if decision._required or decision._functions:  # noqa: SLF001
        scope = decision._with_required(scope)  # noqa: SLF001
    try:
        return own(scope)[0]
    except UNUSUAL:
        return (again(own, decision._names, scope) or (None, ()))[0]  # noqa: SLF001


class Decisions(Mapping[str, Decision]):
    """The decisions of one model, by name or by id; iteration gives their names.

    `functions` are its knowledge models and decision services, by name and by id.
    """

    def __init__(self, decisions: tuple[Decision, ...], functions: Mapping[str, Function]) -> None:
        self._by_name = {decision.name: decision for decision in decisions}
        self._by_id = {decision.id: decision for decision in decisions}
        self.functions = functions

    def __getitem__(self, key: str) -> Decision:
        found = self._by_name.get(tidy(key)) or self._by_id.get(key)
        if found is None:
            raise KeyError(key)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_name)

    def __len__(self) -> int:
        return len(self._by_name)

    def invoke(self, name: str, arguments: Mapping[str, Any]) -> Any:
        """Invoke a knowledge model or decision service, by name or id, with arguments by name; data never raises.

        Raises KeyError for a name that the model does not have.
        """
        function = self.functions[name]
        given = {key: value for key, value in arguments.items() if key in function.parameters}
        try:
            return bounded(invoke_named, function, tuple(given), tuple(given.values()), failed=lambda _: None)
        except UNUSUAL:
            return None


def compile_model(source: model.Model) -> Decisions:
    """Compile every decision of a model.

    Raises NotationError with every problem found: cycles of requirements, names that are not in scope, cells and
    expressions that are not FEEL, logic that nests too deep. What is wrong in a lenient model is null instead.
    """
    program = link(source)
    maker = _Maker(program)
    by_key = {logic.key: logic for logic in program.decisions}
    decisions = tuple(maker.decisions[element.id] for element in source.decisions if element.id in by_key)
    own = [element for element in program.invocable if element.key == element.id]
    functions = {name: maker.functions[element.key] for element in own for name in (element.id, element.name)}
    return Decisions(decisions, functions)


class _Maker:
    def __init__(self, program: Program) -> None:
        self.names = {element.key: element.name for element in program.invocable}
        self.decisions: dict[str, Decision] = {}
        self.later = {logic.key: logic for logic in program.knowledge}
        self.functions: dict[str, Function] = {service.key: self._service(service) for service in program.services}
        for logic in program.knowledge:
            self.functions[logic.key] = _function(logic, self._known(logic.knowledge))
        for logic in program.decisions:
            required = tuple((need.scope, self.decisions[need.key]) for need in logic.requires)
            self.decisions[logic.key] = Decision(logic, required, self._known(logic.knowledge))

    def _known(self, needs: tuple[Need, ...]) -> Functions:
        known: Functions = {}
        for need in needs:
            function = self.functions.get(need.key) or self._later(need.key)
            if function is not None:
                inner = known.setdefault(need.scope, {}) if need.scope else known
                inner[self.names[need.key]] = function
        return known

    def _later(self, key: str) -> Function | None:
        """Stand for a knowledge model that calls itself, at once or by way of others, and is not made yet."""
        logic = self.later.get(key)
        if logic is None:
            return None
        height = depth_of(logic.root)

        def body(*given: Any) -> Any:
            return self.functions[key].body(*given)

        return Function(logic.parameters, body, logic.types, height)

    def _service(self, service: Service) -> Function:
        def body(*arguments: Any) -> Any:
            scope: dict[str, Any] = {}
            for (place, name), value in zip(service.parameters, arguments, strict=True):
                (_inside(scope, place) if place else scope)[name] = value
            results = {}
            for need in service.outputs:
                decision = self.decisions[need.key]
                results[decision.name] = _value(decision, _inside(scope, need.scope) if need.scope else scope)
            return coerce(next(iter(results.values())) if len(results) == 1 else results, service.type)

        return Function(tuple(name for _, name in service.parameters), body, height=SERVICE_HEIGHT)


def _generated(logic: Logic, names: frozenset[str], functions: Functions) -> Any:
    out = Emitter(names, functions)
    out.types = dict(logic.input_types)
    if isinstance(logic.root, Table):
        found = answer(logic.root, out, Names(None, {}))
        if logic.type is None or _always(logic.root, logic):
            out.line(f"return {found}")
        else:
            value = out.assign(f"{found}[0]")
            out.line(f"return {fitted(value, logic.type, out)}, {found}[1]")
    else:
        value = out.emit(logic.root, Names(None, {}))
        out.line(f"return {value if logic.type is None else fitted(value, logic.type, out)}, ()")
    return out.build(f"decision {logic.name}")


def _always(table: Table, logic: Logic) -> bool:
    """Tell whether all values that a table can have are constants of the decision's type."""
    if not table.literal or not table.plain or table.aggregation or logic.type is None:
        return False
    cells = [cell.value for row in (*table.outputs, table.defaults) for cell in row if isinstance(cell, Literal)]
    return all(value is None or belongs(value, logic.type) for value in cells)


def _function(logic: Logic, functions: Functions) -> Function:
    """Make the function value of a knowledge model: its generated code makes it once, and then is not needed."""
    out = Emitter(frozenset(), functions)
    body = out.define(logic.root, logic.parameters, Names(None, {}))
    out.line(f"return {body}")
    made = out.build(f"knowledge {logic.name}")({})
    return Function(logic.parameters, made, logic.types, depth_of(logic.root))
