"""Boxed expressions as FEEL's own tree, each text parsed with the names that are in scope where it stands."""

from collections.abc import Callable, Iterator

from alihdaya.kernel.errors import NotationError, Problem
from alihdaya.notation.dmn import model
from alihdaya.notation.dmn.boxed import NOTHING
from alihdaya.notation.dmn.table import Table
from alihdaya.notation.dmn.typing import Types
from alihdaya.notation.feel import ir, parse
from alihdaya.notation.feel.builtins import external
from alihdaya.notation.feel.evaluator import walk
from alihdaya.notation.feel.ir import TypeName

_NULL = ir.Literal(0, None)
Scope = frozenset[str]


class Trees:
    """Turns the boxed expressions of one model into trees; what is wrong goes into `problems`."""

    def __init__(self, types: Types, names: frozenset[str], problems: list[Problem], *, lenient: bool) -> None:
        self.types = types
        self.properties = names
        self.problems = problems
        self.lenient = lenient
        self.allowed: dict[str, model.FeelText] = {}

    def feel(self, text: model.FeelText, scope: Scope, *, unary: bool = False) -> ir.Node:
        """Parse one text; a problem is noted, and null stands for it."""
        if text is NOTHING:
            return _NULL
        try:
            return parse(
                text.text,
                names=scope,
                source=text.source,
                unary=unary,
                closed=True,
                properties=self.properties,
                types=self.types.found,
                lenient=self.lenient,
            ).root
        except NotationError as error:
            self.problems += error.problems
            return ir.Broken(0, error.problems[0].code, str(error.problems[0]))

    def boxed(self, logic: model.Boxed, scope: Scope) -> ir.Node:
        """Turn a boxed expression into FEEL's tree."""
        return _TURN[type(logic)](self, logic, scope)

    def typed(self, logic: model.Typed, scope: Scope) -> ir.Node:
        """Turn an expression that must be of a type."""
        body, wanted = self.boxed(logic.body, scope), self.types.of(logic.type)
        return body if wanted is None else ir.Coerce(0, body, wanted)

    def context(self, logic: model.BoxedContext, scope: Scope) -> ir.Node:
        """Turn a context."""
        entries = []
        for name, entry in logic.entries:
            entries.append((name, self.boxed(entry, scope)))
            scope |= {name} if name else frozenset()
        return ir.ContextOf(0, tuple(entries), logic.result)

    def invocation(self, logic: model.Invocation, scope: Scope) -> ir.Node:
        """Turn an invocation."""
        arguments = tuple(self.boxed(argument, scope) for _, argument in logic.bindings)
        function = self.boxed(logic.function, scope)
        return ir.Call(0, function, arguments, tuple(name for name, _ in logic.bindings))

    def items(self, logic: model.BoxedList, scope: Scope) -> ir.Node:
        """Turn a list."""
        return ir.ListOf(0, tuple(self.boxed(item, scope) for item in logic.items))

    def parameter_types(self, names: tuple[str, ...]) -> tuple[TypeName | None, ...]:
        """Give the types of parameters; empty where none has any."""
        types = tuple(self.types.of(name) for name in names)
        return types if any(types) else ()

    def function(self, logic: model.FunctionDefinition, scope: Scope) -> ir.Node:
        """Turn a function."""
        body = self.boxed(logic.body, scope | {*logic.parameters})
        return ir.Lambda(0, logic.parameters, body, self.parameter_types(logic.types))

    def external(self, logic: model.ExternalFunction, scope: Scope) -> ir.Node:
        """Turn a function that is not in FEEL: one of those that are known, or else refused."""
        described = walk(self.boxed(logic.body, scope), {}, None)
        body = external.find(logic.kind, described, len(logic.parameters))
        if body is None:
            message = f"functions of kind {logic.kind!r} are not run, and this one is not known"
            self.problems.append(Problem("unsupported", message, logic.source))
            return ir.Broken(0, "unsupported", message)
        return ir.Native(0, logic.parameters, body, self.parameter_types(logic.types))

    def conditional(self, logic: model.Conditional, scope: Scope) -> ir.Node:
        """Turn a conditional."""
        parts = (logic.condition, logic.then, logic.otherwise)
        condition, then, otherwise = (self.boxed(part, scope) for part in parts)
        return ir.If(0, condition, then, otherwise, strict=True)

    def filter(self, logic: model.BoxedFilter, scope: Scope) -> ir.Node:
        """Turn a filter."""
        inner = scope | {"item"} | self.properties
        return ir.Filter(0, self.boxed(logic.target, scope), self.boxed(logic.condition, inner), strict=True)

    def loop(self, logic: model.Iterator, scope: Scope) -> ir.Node:
        """Turn a for, some or every."""
        names, sources = (logic.variable,), (self.boxed(logic.target, scope),)
        extra = {logic.variable, "partial"} if logic.kind == "for" else {logic.variable}
        body = self.boxed(logic.body, scope | extra)
        if logic.kind == "for":
            return ir.For(0, names, sources, body)
        return ir.Quantified(0, logic.kind == "every", names, sources, body, strict=True)

    def table(self, logic: model.DecisionTable, scope: Scope) -> ir.Node:
        """Turn a decision table."""
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
    model.FeelText: Trees.feel,
    model.Typed: Trees.typed,
    model.DecisionTable: Trees.table,
    model.BoxedContext: Trees.context,
    model.Invocation: Trees.invocation,
    model.BoxedList: Trees.items,
    model.FunctionDefinition: Trees.function,
    model.ExternalFunction: Trees.external,
    model.Conditional: Trees.conditional,
    model.BoxedFilter: Trees.filter,
    model.Iterator: Trees.loop,
}


def properties(source: model.Model) -> Iterator[str]:
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
