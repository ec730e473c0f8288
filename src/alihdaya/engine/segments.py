"""Compiled segments: the straight way of a new instance, up to where it ends or must wait, as one generated function.

A segment is a shortcut and never another meaning. What it does not know it leaves to the interpreter (`run.Run`):
from the start, where data is unusual or a decision, script or step fails; or from the node where it stops.
"""

from collections.abc import Callable, Mapping
from types import CodeType, FunctionType, MappingProxyType
from typing import Any, NamedTuple

from alihdaya.engine.behaviours.tasks import StepFunction
from alihdaya.engine.commands import Start
from alihdaya.engine.events import DecisionMade, InstanceEnded, InstanceStarted, Moved, VariablesSet
from alihdaya.engine.state import ENDED, RUNNING, Instance
from alihdaya.engine.values import ATOMS, check_value, check_variables
from alihdaya.kernel.event import Event
from alihdaya.notation.bpmn.details import Rule, Script, Step
from alihdaya.notation.bpmn.graph import Flow, Kind, Node, Process
from alihdaya.notation.feel.budget import needs_limits
from alihdaya.notation.feel.compiler import compile_expression
from alihdaya.notation.feel.emitter import Emitter, Names
from alihdaya.notation.feel.ir import Expr

LIMIT = 200
"""Most nodes that the code of one segment passes, a node counted once for each way that leads to it."""

DEEPEST = 40
"""Most choices within choices: Python nests blocks no deeper than a hundred."""


class Found(NamedTuple):
    """How far a segment came. `node` is the index of the node to go on at, after the flows of `path`; -1 at the end.

    `steps` counts the nodes that were passed, of which an interpreter's step budget knows.
    """

    events: list[Event]
    state: Instance
    path: tuple[int, ...]
    node: int
    steps: int


Segment = Callable[[Start], Found | None]
"""From the command that starts an instance; None where the interpreter must take it from the start."""


def segment_of(
    process: Process, start: Node | None, decisions: Mapping[str, Any], steps: Mapping[str, StepFunction]
) -> Segment | None:
    """Compile the segment from the start event `start`; None where nothing is straight there.

    The process must have no event sub-process of its own: those are armed before anything moves.
    """
    if start is None or start.kind is not Kind.START or start.detail is not None or len(start.outgoing) != 1:
        return None
    if start.parent is not None or start.data is not None or process.flows[start.outgoing[0]].condition is not None:
        return None
    writer = _Writer(process, start, decisions, steps)
    writer.write()
    return writer.build() if writer.passed else None


class _Way(NamedTuple):
    """One way through the process while its code is written.

    `bound`: variable -> the local that holds it; None where not all variables are known any more.
    """

    events: tuple[str, ...]
    path: tuple[int, ...]
    seen: frozenset[int]
    bound: Mapping[str, str] | None
    steps: int
    depth: int


class _Writer:
    def __init__(
        self, process: Process, start: Node, decisions: Mapping[str, Any], steps: Mapping[str, StepFunction]
    ) -> None:
        self.process, self.start = process, start
        self.decisions, self.functions = decisions, steps
        self.attached = {node.attached for node in process.nodes if node.handler is not None}
        self.passed = 0
        names = {name for flow in process.flows if flow.condition for name in flow.condition.expr.names}
        names |= {
            name for node in process.nodes if isinstance(node.detail, Script) for name in node.detail.formula.expr.names
        }
        self.out = Emitter(frozenset(names))
        self.out.namespace.update(new=tuple.__new__, blank=Instance.__new__, Instance=Instance, ATOMS=ATOMS)
        self.out.namespace.update(check_value=check_value, check_variables=check_variables, Found=Found)
        seen: set[tuple[str, ...]] = set()  # names that were found good: items of one process share a few such sets
        self.out.namespace.update(seen=seen, tuple=tuple, len=len)

    def write(self) -> None:
        """Write the code of all ways from the start."""
        constant = self.out.constant
        started = (self.process.id, self.start.id, -1 - self.start.index)
        fields = ", ".join(map(constant, started))
        first = f"new({constant(InstanceStarted)}, ({fields}, mapping, called))"
        flow = self.start.outgoing[0]
        way = _Way((first,), (flow,), frozenset({self.start.index}), {}, 1, 0)
        self._go(self.process.flows[flow].target, way)

    def _go(self, index: int, way: _Way) -> None:
        """Write a node and all that follows it on this way."""
        node = self.process.nodes[index]
        known = index not in way.seen and self.passed < LIMIT and way.depth < DEEPEST and self._plain(node)
        write = self._what(node) if known else None
        if write is None:
            self._stop(index, way)
            return
        self.passed += 1
        write(node, way._replace(seen=way.seen | {index}, steps=way.steps + 1))

    def _plain(self, node: Node) -> bool:
        return (
            node.loop is None
            and node.data is None
            and node.start_quantity == node.completion_quantity == 1
            and node.index not in self.attached
            and not node.compensates
        )

    def _what(self, node: Node) -> Callable[[Node, _Way], None] | None:
        """Find what writes a node; None for what waits, splits, joins, throws or scopes."""
        if node.kind is Kind.EXCLUSIVE and node.outgoing:
            return self._choice
        if node.kind is Kind.END and node.detail is None and not node.outgoing:
            return self._end
        single = len(node.outgoing) == 1 and self.process.flows[node.outgoing[0]].condition is None
        if single and isinstance(node.detail, Rule | Script | Step):
            return {Rule: self._rule, Script: self._script, Step: self._step}[type(node.detail)]
        return None

    def _on(self, node: Node, way: _Way) -> None:
        self._take(self.process.flows[node.outgoing[0]], way)

    def _take(self, flow: Flow, way: _Way) -> None:
        self._go(flow.target, way._replace(path=(*way.path, flow.index)))

    def _choice(self, node: Node, way: _Way) -> None:
        """Exclusive gateway (13.4.2); without a way out the interpreter says what is wrong."""
        flows = [self.process.flows[index] for index in node.outgoing]
        for flow in flows:
            if flow.index == node.default:
                continue
            if flow.condition is None:
                self._take(flow, way)
                return
            with self.out.block(f"if {self._value(flow.condition.expr, way)} is True:"):
                self._take(flow, way._replace(depth=way.depth + 1))
        if node.default is None:
            self.out.line("return None")
        else:
            self._take(self.process.flows[node.default], way)

    def _rule(self, node: Node, way: _Way) -> None:
        work = node.detail
        assert isinstance(work, Rule)  # noqa: S101 - `_what` said so
        decide = self.out.constant(self.decisions[work.decision].run)
        value, fired = self.out.fresh(), self.out.fresh()
        self.out.line(f"{value}, {fired} = {decide}(scope)")
        bound = self._keep(value, work.result, way)
        facts = [*map(self.out.constant, (node.id, work.decision)), value, fired, self.out.constant(work.result), "0"]
        event = f"new({self.out.constant(DecisionMade)}, ({', '.join(facts)}))"
        self._on(node, way._replace(events=(*way.events, event), bound=bound))

    def _script(self, node: Node, way: _Way) -> None:
        work = node.detail
        assert isinstance(work, Script)  # noqa: S101 - `_what` said so
        value = self.out.assign(self._value(work.formula.expr, way))
        bound = self._keep(value, work.result, way)
        held = f"{{{self.out.constant(work.result)}: {value}}}" if work.result else value
        self._on(node, way._replace(events=(*way.events, self._set(node, held)), bound=bound))

    def _step(self, node: Node, way: _Way) -> None:
        """Service task with a step of the pack; one that gives nothing sets nothing, so the ways part."""
        work = node.detail
        assert isinstance(work, Step)  # noqa: S101 - `_what` said so
        function = self.out.constant(self.functions[work.name])
        given = self.out.assign(f"{function}({self.out.constant(MappingProxyType)}(scope))")
        with self.out.block(f"if not {given}:"):
            self._on(node, way._replace(depth=way.depth + 1))
        kept = self.out.assign(f"check_variables({given})")
        self.out.line(f"scope.update({kept})")
        self._on(node, way._replace(events=(*way.events, self._set(node, kept)), bound=None))

    def _set(self, node: Node, held: str) -> str:
        return f"new({self.out.constant(VariablesSet)}, ({self.out.constant(node.id)}, {held}, 0))"

    def _keep(self, value: str, result: str, way: _Way) -> Mapping[str, str] | None:
        """Write how a value becomes a variable, or a context all its variables."""
        if result:
            with self.out.block(f"if type({value}) not in ATOMS:"):
                self.out.line(f"check_value({value}, {self.out.constant(result)})")
            self.out.line(f"scope[{self.out.constant(result)}] = {value}")
            return None if way.bound is None else {**way.bound, result: value}
        with self.out.block(f"if type({value}) is not dict:"):
            self.out.line("return None")
        self.out.line(f"{value} = check_variables({value})")
        self.out.line(f"scope.update({value})")
        return None

    def _value(self, expr: Expr, way: _Way) -> str:
        """Write an expression, in line where all names are known; give what holds its value."""
        if way.bound is None or needs_limits(expr.root):
            return f"{self.out.constant(compile_expression(expr))}(scope)"
        return self.out.emit(expr.root, Names(None, way.bound))

    def _end(self, node: Node, way: _Way) -> None:
        moved = f"new({self.out.constant(Moved)}, (1, {self.out.constant(way.path)}))"
        ended = f"new({self.out.constant(InstanceEnded)}, ({self.out.constant(node.id)},))"
        self._found((*way.events, moved, ended), ENDED, node.id, {}, ((), -1, way.steps))

    def _stop(self, index: int, way: _Way) -> None:
        place = -1 - self.start.index
        self._found(way.events, RUNNING, None, {1: place}, (way.path, index, way.steps))

    def _found(
        self, events: tuple[str, ...], status: str, ended_at: str | None, tokens: dict[int, int], rest: tuple[Any, ...]
    ) -> None:
        """Write the state as `apply` would leave it, and give everything back."""
        fields = {"process": self.process.id, "status": status, "ended_at": ended_at, "next_token": 2, "next_timer": 1}
        line, constant = self.out.line, self.out.constant
        line("state = blank(Instance)")
        for name, value in fields.items():
            line(f"state.{name} = {constant(value)}")
        line(f"state.tokens = {tokens}")
        line("state.variables, state.called, state.full = scope, called, None")
        line("state.waits, state.timers, state.incidents = {}, {}, {}")
        line(f"return new(Found, ([{', '.join(events)}], state, {', '.join(map(constant, rest))}))")

    def build(self) -> Segment:
        """Compile what was written."""
        out = self.out
        head = [
            "def segment(command):",
            " mapping, node, called = command",
            f" if node and node != {out.constant(self.start.id)}: return None",
            " if type(mapping) is dict and tuple(mapping) in seen:",
            "  for value in mapping.values():",
            "   if type(value) not in ATOMS: check_value(value, '')",
            "  mapping = mapping.copy()",
            " else:",
            "  mapping = check_variables(mapping)",
            "  if len(seen) < 1000: seen.add(tuple(mapping))",
            " scope = mapping.copy()",
        ]
        for name, local in out.loads.items():
            head.append(f" {local} = scope.get({out.constant(name)})")
            head.append(f" if type({local}) is Decimal and not {local}.is_finite(): return None")
        module = compile("\n".join([*head, *out.lines]), f"<segment {self.process.id}>", "exec")
        code = next(constant for constant in module.co_consts if isinstance(constant, CodeType))
        return _guarded(FunctionType(code, out.namespace))


def _guarded(swift: Segment) -> Segment:
    def segment(command: Start) -> Found | None:
        try:
            return swift(command)
        except Exception:  # noqa: BLE001  # whatever it is, the interpreter meets it again and says what it means
            return None

    return segment
