"""Compiled decisions: one generated function each, required ones evaluated once a call and only when not given."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from alihdaya.notation.dmn import model
from alihdaya.notation.dmn.boxed import tidy
from alihdaya.notation.dmn.decisions.whole import Functions, Inlined, Part, Run, alone, inlined, knowledge, swift
from alihdaya.notation.dmn.link import link
from alihdaya.notation.dmn.program import SERVICE_HEIGHT, Logic, Need, Program, Service
from alihdaya.notation.dmn.table import Answer
from alihdaya.notation.feel.access import invoke_named
from alihdaya.notation.feel.budget import bounded, depth_of, needs_limits, renew
from alihdaya.notation.feel.compiler import again
from alihdaya.notation.feel.emitter import UNUSUAL, Emitter
from alihdaya.notation.feel.types import coerce
from alihdaya.notation.feel.values import Function


class Decision:
    """A decision ready to be called.

    `inputs` are the names of the input data that it needs, its required decisions' included, in the order of the
    file; for those of an imported model the name of the import, whose value is a context of variables. A required
    decision whose value is among the variables, under that decision's name, is not evaluated: the given value stands
    (a person judged it, or the process knows it), be it null. The decision itself is always evaluated. Nothing is
    changed in the variables, and data never makes a call raise: null instead.

    Code is generated when it is first asked for, in one function for the decision and all that it requires where
    their names allow it.
    """

    __slots__ = ("_decide", "_own", "_run", "_scoped", "id", "inputs", "limited", "name", "names", "part", "required")

    def __init__(self, logic: Logic, required: tuple[tuple[str, "Decision"], ...], functions: Functions) -> None:
        self.id = logic.id
        self.name = logic.name
        needed = (*logic.inputs, *(name for scope, one in required for name in ((scope,) if scope else one.inputs)))
        self.inputs: tuple[str, ...] = tuple(dict.fromkeys(needed))
        self.required = required
        self.part: Part = Part(logic, tuple((scope, one.part) for scope, one in required), functions)
        self.names = frozenset({*logic.inputs, *(scope or decision.name for scope, decision in required)})
        self._scoped = {name: functions[name] for name in self.names if name in functions}
        self.limited: bool = needs_limits(logic.root) or any(one.limited for _, one in required)
        self._own: Run | None = None
        self._run: Callable[[Mapping[str, Any]], Answer] | None = None
        self._decide: Run | None = None

    def __call__(self, variables: Mapping[str, Any]) -> Any:
        """Give the decision's value for the variables: input data, and decisions already made."""
        return (self._decide or self.decide)(variables)

    @property
    def decide(self) -> Callable[[Mapping[str, Any]], Any]:
        """The function that gives the decision's value; many calls through it are faster than through the decision."""
        if self._decide is None:
            made = None if self.limited else swift(self.part, self._valued, ruled=False)
            self._decide = made or self._valued
        return self._decide

    def _valued(self, variables: Mapping[str, Any]) -> Any:
        return (self._run or self.run)(variables)[0]

    @property
    def run(self) -> Callable[[Mapping[str, Any]], Answer]:
        """The function that gives the value, and the numbers (from 1) of the rules of the own table that gave it.

        The numbers are those of all rules that matched; with FIRST and PRIORITY only of the one that decided, with
        OUTPUT ORDER in the order of the outputs. Without a table of its own, or without a match, there are none.
        """
        if self._run is None:
            made = swift(self.part, self._renewed if self.limited else self.slowly, ruled=True) or self.slowly
            self._run = partial(bounded, made, failed=_nothing) if self.limited else made
        return self._run

    def write(self, out: Emitter, bound: Mapping[str, str]) -> Inlined | None:
        """Write into other code what `run` does; None where it must be called (see `whole.inlined`)."""
        return None if self.limited else inlined(self.part, out, bound, self.slowly)

    def _renewed(self, variables: Mapping[str, Any]) -> Answer:
        renew()
        return self.slowly(variables)

    def slowly(self, variables: Mapping[str, Any]) -> Answer:
        """Give the answer step by step, one generated function a decision: for data that the swift code leaves."""
        if self.required or self._scoped:
            variables = self.filled(dict(variables))
        own = self._own
        if own is None:
            known = {name: value for name, value in self.part.functions.items() if name not in self.names}
            self._own = own = alone(self.part._replace(functions=known), self.names)
        try:
            return own(variables)  # type: ignore[no-any-return]
        except UNUSUAL:
            return again(own, self.names, variables) or (None, ())

    def filled(self, scope: dict[str, Any]) -> dict[str, Any]:
        """Put the values of required decisions that are not given, and functions of imports, into the variables."""
        for place, decision in self.required:
            inner = _inside(scope, place) if place else scope
            if decision.name not in inner:
                inner[decision.name] = decision.slowly(inner)[0]
        for name, functions in self._scoped.items():
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
            self.functions[logic.key] = knowledge(logic, self._known(logic.knowledge))
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
                results[decision.name] = decision.slowly(_inside(scope, need.scope) if need.scope else scope)[0]
            return coerce(next(iter(results.values())) if len(results) == 1 else results, service.type)

        return Function(tuple(name for _, name in service.parameters), body, height=SERVICE_HEIGHT)
