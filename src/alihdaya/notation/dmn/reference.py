"""The reference for decisions: walk the linked trees, one rule after the other."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from alihdaya.notation.dmn import model
from alihdaya.notation.dmn.boxed import tidy
from alihdaya.notation.dmn.link import link
from alihdaya.notation.dmn.program import SERVICE_HEIGHT, Logic, Need, Program, Service
from alihdaya.notation.dmn.table import Answer, Table, evaluate_table
from alihdaya.notation.feel import access
from alihdaya.notation.feel.budget import bounded, depth_of, needs_limits, spend, weight
from alihdaya.notation.feel.evaluator import Diagnostic, Notes, walk
from alihdaya.notation.feel.ir import Node
from alihdaya.notation.feel.types import coerce
from alihdaya.notation.feel.values import Function, clean

Variables = dict[str, Any]


def evaluate(
    source: model.Model, name: str, variables: Mapping[str, Any], diagnostics: list[Diagnostic] | None = None
) -> Answer:
    """Evaluate a decision by name or id, as `Decision.run` does: its value and the rules that gave it.

    Slow and plain; what it says is right. Reasons for nulls go into `diagnostics`, each with the id of the decision
    or knowledge model. Raises KeyError for a decision that the model does not have, and NotationError as
    `compile_model` does.
    """
    program = link(source)
    wanted = decision_of(program, name)
    scope = {key: clean(value) for key, value in variables.items()}
    run = Run(program, diagnostics)

    def failed(why: str) -> Answer:
        if diagnostics is not None:
            diagnostics.append(Diagnostic("limit", why, 0, wanted.id))
        return None, ()

    try:
        return bounded(run.decide, wanted, scope, failed=failed) if run.limited(wanted) else run.decide(wanted, scope)
    except RecursionError:
        return failed("the evaluation goes too deep")


def decision_of(program: Program, name: str) -> Logic:
    """Find a decision of the model itself by name or id. Raises KeyError where there is none."""
    own = [logic for logic in program.decisions if logic.key == logic.id]
    wanted = [logic for logic in own if name in {logic.name, logic.id}]
    wanted = wanted or [logic for logic in own if tidy(name) == logic.name]
    if not wanted:
        raise KeyError(name)
    return wanted[0]


def invoke(
    source: model.Model, name: str, arguments: Mapping[str, Any], diagnostics: list[Diagnostic] | None = None
) -> Any:
    """Invoke a knowledge model or decision service by name or id, with arguments by name; one left out is null.

    Raises KeyError for a name that the model does not have.
    """
    program = link(source)
    run = Run(program, diagnostics)
    wanted = [
        element for element in program.invocable if element.key == element.id and name in {element.name, element.id}
    ]
    if not wanted:
        raise KeyError(name)
    function = run.function(wanted[0]) if isinstance(wanted[0], Logic) else run.service(wanted[0])
    given = tuple(clean(arguments.get(parameter)) for parameter in function.parameters)
    reasons: list[str] = []
    value = bounded(access.invoke, function, given, failed=reasons.append)
    if value is None and diagnostics is not None:
        why = reasons[0] if reasons else "the invocation has no value"
        diagnostics.append(Diagnostic("limit" if reasons else "function", why, 0, wanted[0].id))
    return value


class Run:
    """One evaluation of a linked model; `notes` gets the reason for each null, or is None.

    Who wants to see more of it than its result overrides `decide`, `value`, `body`, `function` and `service`.
    """

    def __init__(self, program: Program, notes: Notes) -> None:
        self.decisions = {logic.key: logic for logic in program.decisions}
        self.knowledge = {logic.key: logic for logic in program.knowledge}
        self.services = {service.key: service for service in program.services}
        self.notes = notes

    def limited(self, logic: Logic) -> bool:
        """Tell whether a decision, or one that it requires, needs limits on what it costs."""
        seen: dict[str, Logic] = {}
        waiting = [logic]
        while waiting:
            one = waiting.pop()
            if one.key not in seen:
                seen[one.key] = one
                waiting += [self.decisions[need.key] for need in one.requires]
        return any(needs_limits(one.root) for one in seen.values())

    def decide(self, logic: Logic, scope: Variables) -> Answer:
        """Evaluate a decision where `scope` holds the variables of its own model; required ones are put into it."""
        visible = {name: scope[name] for name in logic.inputs if name in scope}
        for need in logic.requires:
            required, inner = self.decisions[need.key], _inside(scope, need.scope)
            if required.name not in inner:
                inner[required.name] = self.decide(required, inner)[0]
            visible[need.scope or required.name] = inner if need.scope else inner[required.name]
        for name, wanted in logic.input_types:
            if name in visible:
                visible[name] = self.fitted(visible[name], wanted, logic, name)
        self._add_functions(visible, logic.knowledge)
        found: Answer = self._named(logic.id, lambda: self.value(logic, visible))
        return found

    def value(self, logic: Logic, visible: Variables) -> Answer:
        """Evaluate a decision's own logic, with what it requires in sight."""
        if isinstance(logic.root, Table):
            value, fired = evaluate_table(logic.root, visible, self.notes)
        else:
            value, fired = walk(logic.root, visible, self.notes), ()
        return self.fitted(value, logic.type, logic, logic.name), fired

    def body(self, logic: Logic, scope: Variables) -> Any:
        """Evaluate the body of a knowledge model, with its arguments in sight."""
        return walk(logic.root, scope, self.notes)

    def _named(self, element: str, work: Callable[[], Any]) -> Any:
        start = 0 if self.notes is None else len(self.notes)
        value = work()
        if self.notes is not None:
            self.notes[start:] = [
                note if note.element else note._replace(element=element) for note in self.notes[start:]
            ]
        return value

    def fitted(self, value: Any, wanted: Any, logic: Logic, name: str) -> Any:
        """Make a value fit a type; null, and why, where it cannot."""
        fitted = coerce(value, wanted)
        if fitted is None and value is not None and self.notes is not None:
            self.notes.append(Diagnostic("type", f"{name!r} is no {wanted.name}, or not an allowed one", 0, logic.id))
        return fitted

    def _add_functions(self, scope: Variables, needs: tuple[Need, ...]) -> None:
        for need in needs:
            element = self.knowledge.get(need.key) or self.services.get(need.key)
            if element is not None:
                function = self.function(element) if isinstance(element, Logic) else self.service(element)
                inner = scope
                if need.scope:
                    inner = scope[need.scope] = dict(scope.get(need.scope) or {})
                inner[element.name] = function

    def function(self, logic: Logic) -> Function:
        """Make the function of a knowledge model."""
        known: Variables = {}
        cost, height = _costs(_Same(logic.root))

        def called(*arguments: Any) -> Any:
            spend(cost)
            if not known:  # not before it is called: it may require itself
                self._add_functions(known, logic.knowledge)
            scope = {**known, **dict(zip(logic.parameters, arguments, strict=True))}
            return self._named(logic.id, lambda: self.body(logic, scope))

        return Function(logic.parameters, called, logic.types, height)

    def service(self, service: Service) -> Function:
        """Make the function of a decision service."""

        def body(*arguments: Any) -> Any:
            scope: Variables = {}
            for (prefix, name), value in zip(service.parameters, arguments, strict=True):
                _inside(scope, prefix)[name] = value
            return self.serve(service, scope)

        return Function(tuple(name for _, name in service.parameters), body, height=SERVICE_HEIGHT)

    def serve(self, service: Service, scope: Variables) -> Any:
        """Evaluate the output decisions of a service: the value of the only one, or a context of all by name."""
        results = {
            self.decisions[need.key].name: self.decide(self.decisions[need.key], _inside(scope, need.scope))[0]
            for need in service.outputs
        }
        value = next(iter(results.values())) if len(results) == 1 else results
        fitted = coerce(value, service.type)
        if fitted is None and value is not None and self.notes is not None:
            self.notes.append(Diagnostic("type", f"the value of {service.name!r} is of another type", 0, service.id))
        return fitted


class _Same:
    """A tree that equals itself only: trees are large to compare and to hash."""

    __slots__ = ("root",)

    def __init__(self, root: Node) -> None:
        self.root = root

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.root is other.root

    def __hash__(self) -> int:
        return id(self.root)


@lru_cache(maxsize=256)
def _costs(tree: _Same) -> tuple[int, int]:
    return weight(tree.root), depth_of(tree.root)


def _inside(scope: Variables, name: str) -> Variables:
    """Give the variables of an imported model, a copy put in their place; those themselves for an empty name."""
    if not name:
        return scope
    inner = scope.get(name)
    scope[name] = made = dict(inner) if type(inner) is dict else {}
    return made
