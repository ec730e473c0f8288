"""The writer of a segment's code: node after node, a leaf wherever the way waits, ends, or is left to the interpreter.

Of each leaf's events and fields only the locals that they name are kept (see shapes); the code that makes them is
written beside it, and runs when somebody asks.
"""

from collections.abc import Callable, Mapping, Sequence
from types import CodeType, FunctionType, MappingProxyType
from typing import Any, NamedTuple

from alihdaya.engine.behaviours.tasks import StepFunction
from alihdaya.engine.events import DecisionMade, InstanceEnded, Moved, TaskOffered, VariablesSet
from alihdaya.engine.state import ENDED, RUNNING, TASK, Wait
from alihdaya.engine.straight.shapes import Found, Shape, Straight, packed
from alihdaya.engine.values import ATOMS, check_value, check_variables
from alihdaya.notation.bpmn.details import Rule, Script, Step, UserWork
from alihdaya.notation.bpmn.graph import Flow, Kind, Node, Process
from alihdaya.notation.feel.budget import needs_limits
from alihdaya.notation.feel.compiler import compile_expression
from alihdaya.notation.feel.emitter import Emitter, Names
from alihdaya.notation.feel.ir import Expr

LIMIT = 200
"""Most nodes that the code of one segment passes, a node counted once for each way that leads to it."""

DEEPEST = 40
"""Most choices within choices: Python nests blocks no deeper than a hundred."""


class Root(NamedTuple):
    """Where a segment begins: the locals that every leaf holds, and how fields are made of them.

    `moving` is the number of its token; `based` says that the local `base` holds all variables as they are found.
    """

    held: tuple[str, ...]
    variables: str
    facts: Mapping[str, str]
    moving: str
    based: bool


class Way(NamedTuple):
    """One way through the process while its code is written.

    `bound`: variable -> the local that holds it; None where not all variables are known any more. `sets` are the
    changes to the variables since the root, each the constant of a name ("" for a whole mapping) and a local;
    `scope` is the local that holds the variables after the first `merged` of them.
    """

    events: tuple[str, ...]
    path: tuple[int, ...]
    seen: frozenset[int]
    bound: Mapping[str, str] | None
    place: str
    steps: int = 1
    depth: int = 0
    held: tuple[str, ...] = ()
    sets: tuple[tuple[str, str], ...] = ()
    scope: str = "base"
    merged: int = 0

    def happens(self, event: str, *held: str) -> "Way":
        """Add an event, and the locals that it names."""
        return self._replace(events=(*self.events, event), held=(*self.held, *held))


class Writer:
    """Writes one segment; `passed` counts its nodes, `reads` says that it needs the variables at once.

    `inputs` are variables that are read on every way, each with the simple type that it should have.
    """

    def __init__(
        self, process: Process, decisions: Mapping[str, Any], steps: Mapping[str, StepFunction], root: Root
    ) -> None:
        self.process, self.decisions, self.functions, self.root = process, decisions, steps, root
        self.watched = {node.attached for node in process.nodes}
        self.handled = {node.attached for node in process.nodes if node.handler is not None}
        self.passed = 0
        self.reads = False
        self.inputs: dict[str, str] = {}
        names = {name for flow in process.flows if flow.condition for name in flow.condition.expr.names}
        for node in process.nodes:
            if isinstance(node.detail, Script):
                names |= node.detail.formula.expr.names
            elif isinstance(node.detail, UserWork) and node.detail.priority is not None:
                names |= node.detail.priority.expr.names
        self.out = Emitter(frozenset(names), swift=True)
        self.out.namespace.update(_RUNTIME)
        self.out.level = 2  # within the guard
        self.task = self.out.constant(TASK)

    def offers(self, node: Node) -> bool:
        """Tell whether a node is a person's task with nothing at its boundary, and one way on."""
        if node.kind is not Kind.USER_TASK or node.index in self.watched or not self._plain(node):
            return False
        return len(node.outgoing) == 1 and self.process.flows[node.outgoing[0]].condition is None

    def go(self, index: int, way: Way) -> None:
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

    def _what(self, node: Node) -> Callable[[Node, Way], None] | None:
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

    def _on(self, node: Node, way: Way) -> None:
        self._take(self.process.flows[node.outgoing[0]], way)

    def _take(self, flow: Flow, way: Way) -> None:
        self.go(flow.target, way._replace(path=(*way.path, flow.index)))

    def _choice(self, node: Node, way: Way) -> None:
        """Exclusive gateway (13.4.2); without a way out the interpreter says what is wrong."""
        flows = [self.process.flows[index] for index in node.outgoing]
        for flow in flows:
            if flow.index == node.default:
                continue
            if flow.condition is None:
                self._take(flow, way)
                return
            value, way = self._value(flow.condition.expr, way)
            with self.out.block(f"if {value} is True:"):
                self._take(flow, way._replace(depth=way.depth + 1))
        if node.default is None:
            self.out.line("return None")
        else:
            self._take(self.process.flows[node.default], way)

    def _rule(self, node: Node, way: Way) -> None:
        work = node.detail
        assert isinstance(work, Rule)  # noqa: S101 - `_what` said so
        way = self._merged(way)
        value, fired = self._decided(self.decisions[work.decision], way)
        way = self._keep(value, work.result, way)
        facts = [*map(self.out.constant, (node.id, work.decision)), value, fired, self.out.constant(work.result), "0"]
        self._on(node, way.happens(f"new({self.out.constant(DecisionMade)}, ({', '.join(facts)}))", value, fired))

    def _decided(self, decision: Any, way: Way) -> tuple[str, str]:
        """Write a decision in line where it offers that, else call it; give the locals of its value and its rules."""
        out, write, known = self.out, getattr(decision, "write", None), way.bound or {}
        out.source = way.scope
        found = None if write is None else write(out, known)
        if found is None:
            value, fired = out.fresh(), out.fresh()
            out.line(f"{value}, {fired} = {out.constant(decision.run)}({way.scope})")
            return value, fired
        if way.depth == 0 and way.bound is not None:
            self.inputs |= {name: kind for name, kind in found.reads.items() if name not in known}
        return found.value, found.fired

    def _script(self, node: Node, way: Way) -> None:
        work = node.detail
        assert isinstance(work, Script)  # noqa: S101 - `_what` said so
        text, way = self._value(work.formula.expr, way)
        value = self.out.assign(text, self.out.facts.get(text))
        way = self._keep(value, work.result, way)
        held = f"{{{self.out.constant(work.result)}: {value}}}" if work.result else value
        self._on(node, way.happens(self._set(node, held), value))

    def _step(self, node: Node, way: Way) -> None:
        """Service task with a step of the pack; one that gives nothing sets nothing, so the ways part."""
        work = node.detail
        assert isinstance(work, Step)  # noqa: S101 - `_what` said so
        function = self.out.constant(self.functions[work.name])
        way = self._merged(way)
        given = self.out.assign(f"{function}({self.out.constant(MappingProxyType)}({way.scope}))")
        with self.out.block(f"if not {given}:"):
            self._on(node, way._replace(depth=way.depth + 1))
        kept = self.out.assign(f"check_variables({given})")
        way = way._replace(bound=None, sets=(*way.sets, ("", kept)))
        self._on(node, way.happens(self._set(node, kept), kept))

    def _set(self, node: Node, held: str) -> str:
        return f"new({self.out.constant(VariablesSet)}, ({self.out.constant(node.id)}, {held}, 0))"

    def _keep(self, value: str, result: str, way: Way) -> Way:
        """Write how a value becomes a variable, or a context all its variables."""
        if result:
            if not self.out.among(value, ATOMS):
                with self.out.block(f"if type({value}) not in ATOMS:"):
                    self.out.line(f"check_value({value}, {self.out.constant(result)})")
            bound = None if way.bound is None else {**way.bound, result: value}
            return way._replace(bound=bound, sets=(*way.sets, (self.out.constant(result), value)))
        with self.out.block(f"if type({value}) is not dict:"):
            self.out.line("return None")
        self.out.line(f"{value} = check_variables({value})")
        return way._replace(bound=None, sets=(*way.sets, ("", value)))

    def _merged(self, way: Way) -> Way:
        """Write the variables as they are now into one mapping, which is never changed afterwards."""
        self.reads = True
        rest = way.sets[way.merged :]
        if not rest:
            return way
        scope = self.out.assign(f"{way.scope}.copy()")
        for line in _changes(scope, rest):
            self.out.line(line)
        return way._replace(scope=scope, merged=len(way.sets))

    def _value(self, expr: Expr, way: Way) -> tuple[str, Way]:
        """Write an expression, in line where all names are known; give what holds its value."""
        if way.bound is None or needs_limits(expr.root):
            way = self._merged(way)
            return f"{self.out.constant(compile_expression(expr))}({way.scope})", way
        return self.out.emit(expr.root, Names(None, way.bound)), way

    def _offer(self, node: Node, way: Way) -> None:
        """User task: offer it, and wait."""
        self.reads = True  # what waits is to know its variables, not all states before it
        constant, priority, token = self.out.constant, "0", self.root.moving
        if isinstance(node.detail, UserWork) and node.detail.priority is not None:
            text, way = self._value(node.detail.priority.expr, way)
            priority = self.out.assign(text)
            with self.out.block(f"if type({priority}) is not int:"):
                self.out.line("return None")
            way = way._replace(held=(*way.held, priority))
        node_id, place = constant(node.id), constant(way.path[-1])
        offered = f"new({constant(TaskOffered)}, ({token}, {node_id}, {priority}))"
        way = way.happens(self._moved(way)).happens(offered)
        waits = f"{{{token}: {constant(Wait(TASK, node.id))}}}"
        self._leaf(way, (RUNNING, None), f"{{{token}: {place}}}", waits)

    def _end(self, node: Node, way: Way) -> None:
        ended = f"new({self.out.constant(InstanceEnded)}, ({self.out.constant(node.id)},))"
        self._leaf(way.happens(self._moved(way)).happens(ended), (ENDED, node.id), "{}", "{}")

    def _stop(self, index: int, way: Way) -> None:
        self.reads = True
        place = self.out.assign(way.place)
        way = way._replace(held=(*way.held, place))
        went = ", ".join(map(self.out.constant, (way.path, index, way.steps)))
        self._leaf(way, (RUNNING, None), f"{{{self.root.moving}: {place}}}", "{}", f", {went}, {self.root.moving}")

    def _moved(self, way: Way) -> str:
        return f"new({self.out.constant(Moved)}, ({self.root.moving}, {self.out.constant(way.path)}))"

    def _leaf(self, way: Way, status: tuple[str, str | None], tokens: str, waits: str, went: str = "") -> None:
        """Write the packed instance, and give it back; `went` says where a segment stopped on its way."""
        line, constant = self.out.line, self.out.constant
        held = tuple(dict.fromkeys((*self.root.held, *way.held)))
        facts = constant(status[0]), constant(status[1])
        shape = constant(self._shape(way, held, facts, tokens, waits))
        if "mapping" in held:  # the second event is that of the result, where there is one
            less = way._replace(events=(way.events[0], *way.events[2:]))
            shape += f" if mapping else {constant(self._shape(less, held, facts, tokens, waits))}"
        line("state = Straight()")
        line(f"state.process = {constant(self.process.id)}")
        line(f"state.status = {constant(status[0])}")
        line(f"state.waits = {waits}")
        line(f"state.shape = {shape}")
        line(f"state.held = ({', '.join(held)},)")
        line(f"return new(Found, (state{went}))" if went else "return state")

    def _shape(self, way: Way, held: tuple[str, ...], status: tuple[str, str], tokens: str, waits: str) -> Shape:
        head = [f" {', '.join(held)}, = held"]
        earlier = [] if self.root.based else [" earlier = was.values(past)"]
        fields = {
            "variables": "variables",
            "process": self.out.constant(self.process.id),
            "status": status[0],
            "ended_at": status[1],
            "tokens": tokens,
            "waits": waits,
            "timers": "{}",
            "incidents": "{}",
            "full": "None",
            **self.root.facts,
        }
        values = [
            *head,
            *earlier,
            f" variables = {self.root.variables}",
            *(f" {line}" for line in _changes("variables", way.sets)),
            f" return {{{', '.join(f'{name!r}: {value}' for name, value in fields.items())}}}",
        ]
        events = [*head, f" return [{', '.join(way.events)}]"]
        return Shape(self._function("events", "held", events), self._function("values", "held", values), len(held))

    def build(self, head: list[str], parameters: str, before: Sequence[str] = ()) -> Any:
        """Compile what was written, behind `head`, to a function that gives None where anything is unusual.

        Whatever it may be, the interpreter meets it again and says what it means. `before` is not guarded so.
        """
        out = self.out
        reads = []
        for name, local in out.loads.items():
            reads.append(f" {local} = base.get({out.constant(name)})")
            reads.append(f" if type({local}) is Decimal and not {local}.is_finite(): return None")
        tried = [" try:", *(f" {line}" for line in (*head, *reads)), *out.lines, " except Exception: return None"]
        body = [*before, *tried]
        return self._function(f"segment {self.process.id}", parameters, body)

    def _function(self, name: str, parameters: str, lines: list[str]) -> Any:
        module = compile("\n".join([f"def made({parameters}):", *lines]), f"<{name}>", "exec")
        code = next(constant for constant in module.co_consts if isinstance(constant, CodeType))
        return FunctionType(code, self.out.namespace)


_RUNTIME: dict[str, Any] = {
    "new": tuple.__new__,
    "Straight": Straight,
    "ATOMS": ATOMS,
    "check_value": check_value,
    "check_variables": check_variables,
    "packed": packed,
    "len": len,
    "Exception": Exception,
    "Found": Found,
}
"""What a segment's code may call, besides its constants."""


def _changes(scope: str, sets: tuple[tuple[str, str], ...]) -> list[str]:
    return [f"{scope}[{name}] = {local}" if name else f"{scope}.update({local})" for name, local in sets]
