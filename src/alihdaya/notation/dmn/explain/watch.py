"""The reference evaluator, watched: each decision, call and boxed expression leaves behind what it did."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from alihdaya.notation.dmn import model
from alihdaya.notation.dmn.explain.shown import CALLS, Called, Decided, Read, Served, Shown, Used
from alihdaya.notation.dmn.explain.trace import Noted, Tracer
from alihdaya.notation.dmn.explain.trim import trimmed
from alihdaya.notation.dmn.link import link
from alihdaya.notation.dmn.program import Logic, Need, Program, Service
from alihdaya.notation.dmn.reference import Run, Variables, decision_of
from alihdaya.notation.dmn.table import Answer, Table
from alihdaya.notation.feel.budget import bounded, weight
from alihdaya.notation.feel.evaluator import Diagnostic
from alihdaya.notation.feel.values import Function, clean

DEEP = 20
"""Calls within calls are told so deep."""

ROOM = 100_000
"""What all calls that are told may come to in nodes of their trees; a decision service counts as SERVICE."""

SERVICE = 1_000


def explain(source: model.Model, name: str, variables: Mapping[str, Any]) -> Decided:
    """Evaluate a decision by name or id as `evaluate` does, and give everything that led to its value.

    Value and fired rules are those of `evaluate` and `Decision.run`, within the same limits (`feel.budget`); where they
    are passed nothing is told but the reasons. Other values than the decision's own are cut short where they would
    make the explanation too large (see `trim`). Raises KeyError for a decision that the model
    does not have, and NotationError as `compile_model` does; data never raises.
    """
    program = link(source)
    wanted = decision_of(program, name)
    watch = _Watch(program, source)
    scope = {key: clean(value) for key, value in variables.items()}
    passed: list[str] = []

    def failed(why: str) -> Answer:
        passed.append(why)
        return None, ()

    try:
        bounded(watch.decide, wanted, scope, failed=failed) if watch.limited(wanted) else watch.decide(wanted, scope)
    except RecursionError:
        failed("the evaluation goes too deep")
    if passed:
        notes = dict.fromkeys([*watch.seen, Diagnostic("limit", passed[0], 0, wanted.id)])
        return Decided(wanted.name, wanted.id, None, diagnostics=tuple(notes))
    return trimmed(watch.last)


@dataclass(slots=True)
class _Frame:
    """What has been seen of the decision or call that is being evaluated."""

    start: int
    visible: Variables = field(default_factory=dict)
    logic: Shown | None = None
    required: dict[str, Decided] = field(default_factory=dict)
    calls: list[Called | Served] = field(default_factory=list)
    untold: int = 0


class _Watch(Run):
    def __init__(self, program: Program, source: model.Model) -> None:
        self.seen = Noted()
        self.room = ROOM
        super().__init__(program, self.seen)
        self.boxed = dict(_logics(source, ""))
        self.frames: list[_Frame] = [_Frame(0)]
        self.known: list[dict[str, Decided]] = [{}]
        self.claimed: set[int] = set()
        self.tracer = Tracer(self.seen)

    @property
    def last(self) -> Decided:
        """The decision that was made last at the outermost place."""
        return next(reversed(self.frames[0].required.values()))

    def decide(self, logic: Logic, scope: Variables) -> Answer:
        if self.tracer.silent:
            return super().decide(logic, scope)
        answer: Answer
        frame, answer = self._framed(lambda: Run.decide(self, logic, scope))
        decided = Decided(
            logic.name,
            logic.id,
            answer[0],
            fired=answer[1],
            inputs=tuple(self._used(logic, frame)),
            required=tuple(self._required(need, frame) for need in logic.requires),
            logic=frame.logic,
            calls=tuple(frame.calls),
            untold=frame.untold,
            diagnostics=self._notes(frame),
        )
        self.frames[-1].required[logic.key] = self.known[-1][logic.key] = decided
        return answer

    def _framed(self, work: Callable[[], Any]) -> tuple[_Frame, Any]:
        frame = _Frame(len(self.seen))
        self.frames.append(frame)
        try:
            return frame, work()
        finally:
            self.frames.pop()

    def _notes(self, frame: _Frame) -> tuple[Diagnostic, ...]:
        """Take the notes made since the frame began that belong to no frame inside it."""
        own = [note for note in self.seen[frame.start :] if id(note) not in self.claimed]
        self.claimed.update(map(id, own))
        return tuple(dict.fromkeys(own))

    def _used(self, logic: Logic, frame: _Frame) -> Iterator[Used]:
        for name in logic.inputs:
            yield Used(name, frame.visible.get(name), name not in frame.visible)

    def _required(self, need: Need, frame: _Frame) -> Decided:
        """Tell of a required decision: decided now, explained above already, or given by whoever asked."""
        required = self.decisions[need.key]
        name, found = required.name, frame.required.get(need.key)
        if found is not None:
            return found
        inner = frame.visible.get(need.scope, {}) if need.scope else frame.visible
        origin = "above" if need.key in self.known[-1] else "given"
        return Decided(f"{need.scope}.{name}" if need.scope else name, required.id, inner.get(name), origin)

    def value(self, logic: Logic, visible: Variables) -> Answer:
        if self.tracer.silent:
            return super().value(logic, visible)
        shown, value, fired = self.tracer.trace(logic.root, self.boxed.get(logic.key), visible)
        self.frames[-1].logic, self.frames[-1].visible = shown, visible
        return self.fitted(value, logic.type, logic, logic.name), fired if isinstance(logic.root, Table) else ()

    def body(self, logic: Logic, scope: Variables) -> Any:
        if self.tracer.silent:
            return super().body(logic, scope)
        self.frames[-1].logic, value, _ = self.tracer.trace(logic.root, self.boxed.get(logic.key), scope)
        return value

    def function(self, logic: Logic) -> Function:
        function = super().function(logic)
        cost = weight(logic.root)

        def watched(*arguments: Any) -> Any:
            if self.tracer.silent:
                return function.body(*arguments)
            if not self._is_told(cost):
                return self._quietly(function, arguments)
            frame, value = self._framed(lambda: function.body(*arguments))
            given, calls = _arguments(function, arguments), tuple(frame.calls)
            called = Called(logic.name, logic.id, given, frame.logic, calls, value, self._notes(frame))
            self.frames[-1].calls.append(called)
            return value

        return Function(function.parameters, watched, function.types, function.height)

    def service(self, service: Service) -> Function:
        function = super().service(service)

        def watched(*arguments: Any) -> Any:
            if self.tracer.silent:
                return function.body(*arguments)
            if not self._is_told(SERVICE):
                return self._quietly(function, arguments)
            self.known.append({})
            try:
                frame, value = self._framed(lambda: function.body(*arguments))
            finally:
                self.known.pop()
            given, made = _arguments(function, arguments), tuple(frame.required.values())
            self.frames[-1].calls.append(Served(service.name, service.id, given, made, value, self._notes(frame)))
            return value

        return Function(function.parameters, watched, function.types, function.height)

    def _is_told(self, cost: int) -> bool:
        """Tell whether a call is to be told; count it where it is not, for want of room."""
        frame = self.frames[-1]
        told = len(frame.calls) < CALLS and len(self.frames) < DEEP and self.room >= cost
        self.room -= cost if told else 0
        frame.untold += not told
        return told

    def _quietly(self, function: Function, arguments: tuple[Any, ...]) -> Any:
        with self.tracer.silence():
            return function.body(*arguments)


def _arguments(function: Function, values: tuple[Any, ...]) -> tuple[Read, ...]:
    return tuple(Read(name, value) for name, value in zip(function.parameters, values, strict=True))


def _logics(source: model.Model, prefix: str) -> Iterator[tuple[str, model.Boxed | None]]:
    """Give the boxed logic of every decision and knowledge model by the key that linking gives it."""
    for decision in source.decisions:
        yield prefix + decision.id, decision.logic
    for knowledge in source.knowledge:
        logic = knowledge.logic
        yield prefix + knowledge.id, logic.body if isinstance(logic, model.FunctionDefinition) else logic
    for one in source.imports:
        yield from _logics(one.model, f"{prefix}{one.name or one.namespace}/")
