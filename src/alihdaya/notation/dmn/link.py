"""From the model to linked logic: FEEL parsed with its names in scope, boxed forms turned into FEEL's own tree."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from alihdaya.kernel.errors import NotationError, Problem, Source
from alihdaya.notation.dmn import model
from alihdaya.notation.dmn.boxed import NOTHING
from alihdaya.notation.dmn.graph import in_order
from alihdaya.notation.dmn.table import Table
from alihdaya.notation.feel import ir, parse
from alihdaya.notation.feel.evaluator import walk
from alihdaya.notation.feel.parser import HEIGHT_LIMIT

_NULL = ir.Literal(0, None)
Scope = frozenset[str]


@dataclass(frozen=True, slots=True)
class Logic:
    """A decision or knowledge model that is ready to be run: its tree, and the names that it takes from outside.

    `requires` are the ids of required decisions, `knowledge` those of knowledge models; `inputs` the names of the
    input data that it needs itself.
    """

    id: str
    name: str
    root: ir.Node
    parameters: tuple[str, ...]
    inputs: tuple[str, ...]
    requires: tuple[str, ...]
    knowledge: tuple[str, ...]
    source: Source


@dataclass(frozen=True, slots=True)
class Program:
    """All decisions and knowledge models of a file, each after those that it requires."""

    decisions: tuple[Logic, ...]
    knowledge: tuple[Logic, ...]


@lru_cache(maxsize=16)
def link(source: model.Model) -> Program:
    """Link a model. Raises NotationError with every problem: cycles, unknown names, cells that are not FEEL."""
    linker = _Linker(source)
    decisions = in_order(source.decisions, lambda decision: decision.decisions, linker.problems)
    knowledge = in_order(source.knowledge, lambda element: element.knowledge, linker.problems)
    program = Program(
        tuple(linker.decision(element) for element in decisions),
        tuple(linker.knowledge(element) for element in knowledge),
    )
    if linker.problems:
        raise NotationError(linker.problems)
    return program


class _Linker:
    def __init__(self, source: model.Model) -> None:
        self.problems: list[Problem] = []
        self.names = {part.id: part.name for part in source.inputs}
        self.names |= {part.id: part.name for part in source.decisions}
        self.names |= {part.id: part.name for part in source.knowledge}
        self.allowed = {item.name: item.allowed for item in source.types if item.allowed is not None}
        self.properties = frozenset(_properties(source))

    def decision(self, element: model.DecisionElement) -> Logic:
        scope = self._scope(element.inputs + element.decisions + element.knowledge)
        root = self._checked(_NULL if element.logic is None else self.boxed(element.logic, scope), element.source)
        inputs = tuple(self.names[key] for key in element.inputs)
        return Logic(element.id, element.name, root, (), inputs, element.decisions, element.knowledge, element.source)

    def knowledge(self, element: model.KnowledgeModel) -> Logic:
        parameters = element.logic.parameters if element.logic else ()
        scope = self._scope(element.knowledge) | {*parameters}
        root = self._checked(self.boxed(element.logic.body, scope) if element.logic else _NULL, element.source)
        return Logic(element.id, element.name, root, parameters, (), (), element.knowledge, element.source)

    def _scope(self, keys: tuple[str, ...]) -> Scope:
        return frozenset(self.names[key] for key in keys)

    def _checked(self, root: ir.Node, source: Source) -> ir.Node:
        if ir.height(root, HEIGHT_LIMIT) > HEIGHT_LIMIT:
            self.problems.append(Problem("feel-depth", f"the logic nests more than {HEIGHT_LIMIT} levels", source))
            return _NULL
        return root

    def feel(self, text: model.FeelText, scope: Scope, *, unary: bool = False) -> ir.Node:
        """Parse one text; a problem is noted, and null stands for it."""
        if text is NOTHING:
            return _NULL
        try:
            return parse(
                text.text, names=scope, source=text.source, unary=unary, closed=True, properties=self.properties
            ).root
        except NotationError as error:
            self.problems += error.problems
            return _NULL

    def boxed(self, logic: model.Boxed, scope: Scope) -> ir.Node:
        """Turn a boxed expression into FEEL's tree."""
        return _TURN[type(logic)](self, logic, scope)

    def context(self, logic: model.BoxedContext, scope: Scope) -> ir.Node:
        entries = []
        for name, entry in logic.entries:
            entries.append((name, self.boxed(entry, scope)))
            scope |= {name} if name else frozenset()
        return ir.ContextOf(0, tuple(entries), logic.result)

    def invocation(self, logic: model.Invocation, scope: Scope) -> ir.Node:
        arguments = tuple(self.boxed(argument, scope) for _, argument in logic.bindings)
        function = self.boxed(logic.function, scope)
        return ir.Call(0, function, arguments, tuple(name for name, _ in logic.bindings))

    def items(self, logic: model.BoxedList, scope: Scope) -> ir.Node:
        return ir.ListOf(0, tuple(self.boxed(item, scope) for item in logic.items))

    def function(self, logic: model.FunctionDefinition, scope: Scope) -> ir.Node:
        return ir.Lambda(0, logic.parameters, self.boxed(logic.body, scope | {*logic.parameters}))

    def conditional(self, logic: model.Conditional, scope: Scope) -> ir.Node:
        parts = (logic.condition, logic.then, logic.otherwise)
        return ir.If(0, *(self.boxed(part, scope) for part in parts))

    def filter(self, logic: model.BoxedFilter, scope: Scope) -> ir.Node:
        inner = scope | {"item"} | self.properties
        return ir.Filter(0, self.boxed(logic.target, scope), self.boxed(logic.condition, inner))

    def loop(self, logic: model.Iterator, scope: Scope) -> ir.Node:
        names, sources = (logic.variable,), (self.boxed(logic.target, scope),)
        extra = {logic.variable, "partial"} if logic.kind == "for" else {logic.variable}
        body = self.boxed(logic.body, scope | extra)
        if logic.kind == "for":
            return ir.For(0, names, sources, body)
        return ir.Quantified(0, logic.kind == "every", names, sources, body)

    def table(self, logic: model.DecisionTable, scope: Scope) -> ir.Node:
        defaults = tuple(self.feel(clause.default or NOTHING, scope) for clause in logic.outputs)
        return Table(
            0,
            tuple(self.feel(clause.expression, scope) for clause in logic.inputs),
            tuple(tuple(self.feel(test, scope, unary=True) for test in rule.tests) for rule in logic.rules),
            tuple(tuple(self.feel(cell, scope) for cell in rule.outputs) for rule in logic.rules),
            tuple(clause.name for clause in logic.outputs),
            defaults if any(clause.default for clause in logic.outputs) else (),
            tuple(self._priorities(clause, scope) for clause in logic.outputs),
            logic.hit,
            logic.aggregation,
        )

    def _priorities(self, clause: model.OutputClause, scope: Scope) -> tuple[object, ...]:
        text = clause.allowed or self.allowed.get(clause.type)
        if text is None:
            return ()
        tests = self.feel(text, scope, unary=True)
        found = tests.tests if isinstance(tests, ir.In) else ()
        return tuple(walk(test, {}, None) for test in found if isinstance(test, ir.Literal))


_TURN: dict[type, Callable[..., ir.Node]] = {
    model.FeelText: _Linker.feel,
    model.DecisionTable: _Linker.table,
    model.BoxedContext: _Linker.context,
    model.Invocation: _Linker.invocation,
    model.BoxedList: _Linker.items,
    model.FunctionDefinition: _Linker.function,
    model.Conditional: _Linker.conditional,
    model.BoxedFilter: _Linker.filter,
    model.Iterator: _Linker.loop,
}


def _properties(source: model.Model) -> Iterator[str]:
    """Give every name that a model gives to an entry of a context, so that FEEL can read it after a dot."""
    open_items = list(source.types)
    while open_items:
        item = open_items.pop()
        for component in item.components:
            yield component.name
            open_items.append(component)
    logics: list[object] = [element.logic for element in source.decisions]
    logics += [element.logic for element in source.knowledge]
    while logics:
        logic = logics.pop()
        if isinstance(logic, model.BoxedContext):
            yield from (name for name, _ in logic.entries if name)
        if isinstance(logic, model.DecisionTable):
            yield from (clause.name for clause in logic.outputs if clause.name)
        if isinstance(logic, tuple):
            logics.extend(logic)
        elif logic is not None and type(logic) in _TURN and not isinstance(logic, model.FeelText):
            logics.extend(getattr(logic, name) for name in logic.__slots__)  # type: ignore[attr-defined]
