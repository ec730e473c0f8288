"""Compiled segments: the straight way from the start or from a person's task to the next wait, as one function.

A segment is a shortcut and never another meaning. What it does not know it leaves to the interpreter (`run.Run`):
from the start, where data is unusual or a decision, script or step fails; or from the node where it stops.
"""

from collections.abc import Callable, Mapping
from types import CodeType, FunctionType, MappingProxyType
from typing import Any, NamedTuple

from alihdaya.engine.behaviours.tasks import StepFunction
from alihdaya.engine.commands import CompleteTask, Start
from alihdaya.engine.events import (
    DecisionMade,
    InstanceEnded,
    InstanceStarted,
    Moved,
    TaskClosed,
    TaskOffered,
    VariablesSet,
)
from alihdaya.engine.state import ENDED, RUNNING, TASK, Instance, Wait
from alihdaya.engine.values import ATOMS, check_value, check_variables
from alihdaya.kernel.event import Event
from alihdaya.notation.bpmn.details import Rule, Script, Step, UserWork
from alihdaya.notation.bpmn.graph import Flow, Kind, Node, Process
from alihdaya.notation.feel.budget import needs_limits
from alihdaya.notation.feel.compiler import compile_expression
from alihdaya.notation.feel.emitter import Emitter, Names
from alihdaya.notation.feel.ir import Expr

LARGEST = 2_000
"""Nodes of the largest process that is compiled; what is larger runs by the interpreter alone."""

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
    token: int


Segment = Callable[[Start], Found | None]
"""From the command that starts an instance; None where the interpreter must take it from the start."""

After = Callable[[Instance, CompleteTask], Found | None]
"""From an instance with one token, and the command that finishes its task; None as of Segment."""


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
    writer = _Writer(process, decisions, steps, _facts(process))
    fields = ", ".join(map(writer.out.constant, (process.id, start.id, -1 - start.index)))
    first = f"new({writer.out.constant(InstanceStarted)}, ({fields}, mapping, called))"
    flow = start.outgoing[0]
    writer.go(process.flows[flow].target, _Way((first,), (flow,), frozenset({start.index}), {}, 1, 0))
    return writer.build(_starting(writer.out, start), ("command",)) if writer.passed else None


def afters_of(process: Process, decisions: Mapping[str, Any], steps: Mapping[str, StepFunction]) -> dict[str, After]:
    """Compile the segments that begin where a person's task was finished, by the task's id."""
    found: dict[str, After] = {}
    facts = _facts(process)
    for node in process.nodes:
        if node.kind is not Kind.USER_TASK:
            continue
        writer = _Writer(process, decisions, steps, facts)
        if node.parent is None and writer.offers(node):
            flow = node.outgoing[0]
            writer.go(process.flows[flow].target, _Way(("*head",), (flow,), frozenset({node.index}), {}, 1, 0))
            if writer.passed:
                found[node.id] = writer.build(_finishing(writer.out, node), ("before", "command"))
    return found


def _starting(out: Emitter, start: Node) -> list[str]:
    return [
        " mapping, node, called = command",
        f" if node and node != {out.constant(start.id)}: return None",
        *_CHECK,
        " scope = mapping.copy()",
        " token, next_token, next_timer = 1, 2, 1",
        f" tokens = {{1: {-1 - start.index}}}",
    ]


def _finishing(out: Emitter, node: Node) -> list[str]:
    node_id = out.constant(node.id)
    return [
        " token, mapping = command",
        " if before.full is not None or len(before.tokens) != 1 or before.timers or before.incidents: return None",
        " scope = before.variables.copy()",
        f" head = [new({out.constant(TaskClosed)}, (token, {node_id}, 'completed'))]",
        " if mapping:",
        *(f" {line}" for line in _CHECK),
        f"  head.append(new({out.constant(VariablesSet)}, ({node_id}, mapping, 0)))",
        "  scope.update(mapping)",
        " called, next_token, next_timer = before.called, before.next_token, before.next_timer",
        " tokens = before.tokens.copy()",
    ]


_CHECK = (
    " if type(mapping) is dict and tuple(mapping) in seen:",
    "  for value in mapping.values():",
    "   if type(value) not in ATOMS: check_value(value, '')",
    "  mapping = mapping.copy()",
    " else:",
    "  mapping = check_variables(mapping)",
    "  if len(seen) < 1000: seen.add(tuple(mapping))",
)
"""How variables that come in are copied and checked: quickly, where their names were found good before."""


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


class _Facts(NamedTuple):
    """What all segments of a process have in common: nodes with something attached, and the names that FEEL reads."""

    watched: frozenset[int | None]
    handled: frozenset[int | None]
    names: frozenset[str]


def _facts(process: Process) -> _Facts:
    formulas = [flow.condition for flow in process.flows]
    for node in process.nodes:
        if isinstance(node.detail, Script):
            formulas.append(node.detail.formula)
        elif isinstance(node.detail, UserWork):
            formulas.append(node.detail.priority)
    return _Facts(
        watched=frozenset(node.attached for node in process.nodes),
        handled=frozenset(node.attached for node in process.nodes if node.handler is not None),
        names=frozenset(name for formula in formulas if formula is not None for name in formula.expr.names),
    )


class _Writer:
    def __init__(
        self, process: Process, decisions: Mapping[str, Any], steps: Mapping[str, StepFunction], facts: _Facts
    ) -> None:
        self.process, self.decisions, self.functions = process, decisions, steps
        self.watched, self.handled = facts.watched, facts.handled
        self.passed = 0
        seen: set[tuple[str, ...]] = set()  # names that were found good: items of one process share a few such sets
        self.out = Emitter(facts.names)
        self.out.namespace.update(new=tuple.__new__, blank=Instance.__new__, Instance=Instance, ATOMS=ATOMS, seen=seen)
        self.out.namespace.update(check_value=check_value, check_variables=check_variables, tuple=tuple, len=len)
        self.out.namespace.update(Found=Found, Wait=Wait)

    def offers(self, node: Node) -> bool:
        """Tell whether a node is a person's task with nothing at its boundary, and one way on."""
        if node.kind is not Kind.USER_TASK or node.index in self.watched or not self._plain(node):
            return False
        return len(node.outgoing) == 1 and self.process.flows[node.outgoing[0]].condition is None

    def go(self, index: int, way: _Way) -> None:
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
            and node.index not in self.handled
            and not node.compensates
        )

    def _what(self, node: Node) -> Callable[[Node, _Way], None] | None:
        """Find what writes a node; None for what waits, splits, joins, throws or scopes."""
        if node.kind is Kind.EXCLUSIVE and node.outgoing:
            return self._choice
        if node.kind is Kind.END and node.detail is None and not node.outgoing:
            return self._end
        if self.offers(node):
            return self._offer
        single = len(node.outgoing) == 1 and self.process.flows[node.outgoing[0]].condition is None
        if single and isinstance(node.detail, Rule | Script | Step):
            return {Rule: self._rule, Script: self._script, Step: self._step}[type(node.detail)]
        return None

    def _on(self, node: Node, way: _Way) -> None:
        self._take(self.process.flows[node.outgoing[0]], way)

    def _take(self, flow: Flow, way: _Way) -> None:
        self.go(flow.target, way._replace(path=(*way.path, flow.index)))

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

    def _offer(self, node: Node, way: _Way) -> None:
        """User task: offer it, and wait."""
        constant, priority = self.out.constant, "0"
        if isinstance(node.detail, UserWork) and node.detail.priority is not None:
            priority = self._value(node.detail.priority.expr, way)
            with self.out.block(f"if type({priority}) is not int:"):
                self.out.line("return None")
        node_id, place = constant(node.id), constant(way.path[-1])
        offered = f"new({constant(TaskOffered)}, (token, {node_id}, {priority}))"
        self.out.line(f"waits = {{token: new(Wait, ({constant(TASK)}, {node_id}, '', ''))}}")
        self._found((*way.events, self._moved(way), offered), RUNNING, None, f"{{token: {place}}}", "waits", way, -1)

    def _end(self, node: Node, way: _Way) -> None:
        ended = f"new({self.out.constant(InstanceEnded)}, ({self.out.constant(node.id)},))"
        self._found((*way.events, self._moved(way), ended), ENDED, node.id, "{}", "{}", way, -1)

    def _stop(self, index: int, way: _Way) -> None:
        self._found(way.events, RUNNING, None, "tokens", "{}", way, index)

    def _moved(self, way: _Way) -> str:
        return f"new({self.out.constant(Moved)}, (token, {self.out.constant(way.path)}))"

    def _found(  # noqa: PLR0917 - what an instance is made of
        self,
        events: tuple[str, ...],
        status: str,
        ended_at: str | None,
        tokens: str,
        waits: str,
        way: _Way,
        node: int,
    ) -> None:
        """Write the state as `apply` would leave it, and give everything back."""
        line, constant = self.out.line, self.out.constant
        line("state = blank(Instance)")
        facts = ", ".join(map(constant, (self.process.id, status, ended_at)))
        line(f"state.process, state.status, state.ended_at = {facts}")
        line(f"state.tokens, state.waits, state.timers, state.incidents = {tokens}, {waits}, {{}}, {{}}")
        line("state.next_token, state.next_timer, state.called, state.full = next_token, next_timer, called, None")
        line("state.variables = scope")
        rest = (way.path if node >= 0 else (), node, way.steps)
        line(f"return new(Found, ([{', '.join(events)}], state, {', '.join(map(constant, rest))}, token))")

    def build(self, head: list[str], parameters: tuple[str, ...]) -> Any:
        """Compile what was written, behind `head`, to a function that gives None where anything is unusual."""
        out = self.out
        reads = []
        for name, local in out.loads.items():
            reads.append(f" {local} = scope.get({out.constant(name)})")
            reads.append(f" if type({local}) is Decimal and not {local}.is_finite(): return None")
        source = [f"def segment({', '.join(parameters)}):", *head, *reads, *out.lines]
        module = compile("\n".join(source), f"<segment {self.process.id}>", "exec")
        code = next(constant for constant in module.co_consts if isinstance(constant, CodeType))
        return _guarded(FunctionType(code, out.namespace))


def _guarded(swift: Callable[..., Found | None]) -> Callable[..., Found | None]:
    def segment(*given: Any) -> Found | None:
        try:
            return swift(*given)
        except Exception:  # noqa: BLE001  # whatever it is, the interpreter meets it again and says what it means
            return None

    return segment
