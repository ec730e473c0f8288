"""One boxed expression evaluated by the reference's own rules, and what could be seen while it was."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from alihdaya.notation.dmn import model
from alihdaya.notation.dmn.boxed import NOTHING
from alihdaya.notation.dmn.explain.shown import (
    Cell,
    Column,
    ConditionalShown,
    ContextShown,
    ExpressionShown,
    InvocationShown,
    OtherShown,
    Output,
    Read,
    RuleShown,
    Shown,
    TableShown,
)
from alihdaya.notation.dmn.table import Table, joined, settle
from alihdaya.notation.feel import access, ir
from alihdaya.notation.feel.budget import Aside
from alihdaya.notation.feel.evaluator import Diagnostic, Scope, null, walk
from alihdaya.notation.feel.ir import INPUT, Node
from alihdaya.notation.feel.values import Function

NOTES = 10_000
"""Most reasons for nulls that one explanation keeps."""

_REPEATED = 1_000

Traced = tuple[Shown, Any, tuple[int, ...]]
"""What was seen, the value, and the rules that gave it where it came of a table."""

_ONE = {"U": "only", "A": "same", "F": "first", "P": "priority", "O": "ordered", "R": "all", "C": "all"}
_MANY = {"+": "sum", "<": "min", ">": "max", "#": "count"}
_FORMS = {model.BoxedList: "list", model.BoxedFilter: "filter", model.FunctionDefinition: "function"}


class Noted(list[Diagnostic]):
    """Reasons for nulls: at most NOTES, and those that a loop gives again and again hardly more than once."""

    def append(self, note: Diagnostic) -> None:
        """Keep a reason where there is room."""
        if len(self) < _REPEATED or (len(self) < NOTES and note not in self[-8:]):
            super().append(note)


class Tracer:
    """Evaluates the tree of a boxed expression along the boxed expression itself; notes go to `notes`.

    While `silent`, what is called must leave nothing behind.
    """

    def __init__(self, notes: list[Diagnostic]) -> None:
        self.notes = notes
        self.silent = False
        self.aside = Aside()

    @contextmanager
    def silence(self) -> Iterator[None]:
        """Leave out what happens in the block."""
        before, self.silent = self.silent, True
        try:
            yield
        finally:
            self.silent = before

    def trace(self, node: Node, boxed: model.Boxed | None, scope: Scope) -> Traced:
        """Evaluate a tree in a scope. Its types are applied as the evaluator applies them."""
        wraps: list[ir.Coerce] = []
        while isinstance(boxed, model.Typed) or isinstance(node, ir.Coerce):
            if isinstance(boxed, model.Typed):
                boxed = boxed.body
            if isinstance(node, ir.Coerce):
                wraps.append(node)
                node = node.value
        shown, value, fired = self._bare(node, boxed, scope)
        for wrap in reversed(wraps):
            value = walk(replace(wrap, value=ir.Literal(0, value)), scope, self.notes)
        return shown, value, fired

    def _bare(self, node: Node, boxed: model.Boxed | None, scope: Scope) -> Traced:
        match node, boxed:
            case Table(), model.DecisionTable():
                return self._table(node, boxed, scope)
            case ir.ContextOf(), model.BoxedContext():
                return self._context(node, boxed, scope)
            case ir.Call(), model.Invocation():
                return self._invocation(node, boxed, scope)
            case ir.If(), model.Conditional():
                return self._conditional(node, boxed, scope)
        value = walk(node, scope, self.notes)
        if boxed is None or isinstance(boxed, model.FeelText):
            text = boxed if boxed is not None else NOTHING
            return ExpressionShown(text.text, text.id, self.reads(node, scope), value), value, ()
        form = boxed.kind if isinstance(boxed, model.Iterator) else _FORMS.get(type(boxed), "function")
        return OtherShown(form, self.reads(node, scope), value), value, ()

    def reads(self, node: Node, scope: Scope) -> tuple[Read, ...]:
        """Give what a tree reads of a scope; nothing where telling has cost too much already."""
        return self.aside(reads, node, scope, failed=lambda _: ())

    def _context(self, node: ir.ContextOf, boxed: model.BoxedContext, scope: Scope) -> Traced:
        made: dict[str, Any] = {}
        value, entries = None, []
        for (name, entry), (_, inside) in zip(node.entries, boxed.entries, strict=True):
            shown, value, _ = self.trace(entry, inside, {**scope, **made})
            made[name] = value
            entries.append((name, shown))
        value = value if node.result else made
        return ContextShown(tuple(entries), value), value, ()

    def _invocation(self, node: ir.Call, boxed: model.Invocation, scope: Scope) -> Traced:
        traced = [
            self.trace(argument, inside, scope)
            for argument, (_, inside) in zip(node.arguments, boxed.bindings, strict=True)
        ]
        values = tuple(ir.Literal(0, value) for _, value, _ in traced)
        value = walk(replace(node, arguments=values), scope, self.notes)
        named = boxed.function.text if isinstance(boxed.function, model.FeelText) else ""
        arguments = tuple((name, shown) for (name, _), (shown, _, _) in zip(boxed.bindings, traced, strict=True))
        return InvocationShown(" ".join(named.split()), arguments, value), value, ()

    def _conditional(self, node: ir.If, boxed: model.Conditional, scope: Scope) -> Traced:
        condition, verdict, _ = self.trace(node.condition, boxed.condition, scope)
        if node.strict and verdict is not None and type(verdict) is not bool:
            null(self.notes, "condition", "the condition is no boolean", node)
            return ConditionalShown(condition, "", None, None), None, ()
        branch = ("then", node.then, boxed.then) if verdict is True else ("else", node.otherwise, boxed.otherwise)
        taken, value, _ = self.trace(branch[1], branch[2], scope)
        return ConditionalShown(condition, branch[0], taken, value), value, ()

    def _table(self, node: Table, boxed: model.DecisionTable, scope: Scope) -> Traced:
        texts = [clause.expression.text for clause in boxed.inputs]
        columns = tuple(
            Column(clause.label or _line(text), _line(text), walk(expression, scope, self.notes))
            for clause, text, expression in zip(boxed.inputs, texts, node.columns, strict=True)
        )
        cells = [self._cells(row, rule, columns, scope) for row, rule in zip(node.tests, boxed.rules, strict=True)]
        hits = tuple(number for number, row in enumerate(cells) if all(cell.passed is True for cell in row))
        asked: dict[int, Sequence[Any]] = {}

        def output(rule: int) -> Any:
            asked[rule] = [walk(cell, scope, self.notes) for cell in node.outputs[rule]]
            return joined(node, asked[rule])

        def default() -> Any:
            return joined(node, [walk(cell, scope, self.notes) for cell in node.defaults])

        value, fired = settle(node, hits, output, default, self.notes)
        rules = tuple(
            RuleShown(
                number + 1,
                rule.id,
                rule.description,
                rule.annotations,
                row,
                tuple(self._outputs(node, boxed, number, asked.get(number), scope)),
                number in hits,
                number + 1 in fired,
            )
            for number, (row, rule) in enumerate(zip(cells, boxed.rules, strict=True))
        )
        place, outcome = boxed.source, _outcome(node, value, hits, fired)
        shown = TableShown(
            place.element or "",
            place.file,
            place.line,
            node.hit,
            node.aggregation,
            outcome,
            columns,
            rules,
            fired,
            value,
        )
        return shown, value, fired

    def _cells(
        self, tests: tuple[Node, ...], rule: model.Rule, columns: tuple[Column, ...], scope: Scope
    ) -> tuple[Cell, ...]:
        """Try all tests of a rule; those behind the first that fails only for the record."""
        made: list[Cell] = []
        for test, text, column in zip(tests, rule.tests, columns, strict=True):
            notes = Noted()
            inner = {**scope, INPUT: column.value}
            if all(cell.passed is True for cell in made):
                verdict = walk(test, inner, notes)
            else:
                with self.silence():
                    verdict = self.aside(walk, test, inner, notes, failed=lambda why: null(notes, "limit", why, test))  # noqa: B023
            passed = verdict if type(verdict) is bool else None
            reason = notes[-1].message if passed is None and notes else ""
            made.append(Cell(column.label, _line(text.text), text.id, column.value, passed, reason))
        return tuple(made)

    def _outputs(
        self, node: Table, boxed: model.DecisionTable, rule: int, values: Sequence[Any] | None, scope: Scope
    ) -> Iterator[Output]:
        for place, (clause, text) in enumerate(zip(boxed.outputs, boxed.rules[rule].outputs, strict=True)):
            value = None if values is None else values[place]
            read = self.reads(node.outputs[rule][place], scope) if values is not None else ()
            yield Output(clause.name, _line(text.text), text.id, value, values is not None, read)


def _line(text: str) -> str:
    return " ".join(text.split())


def _outcome(node: Table, value: Any, hits: tuple[int, ...], fired: tuple[int, ...]) -> str:
    if not hits:
        return "default" if node.defaults else "none"
    if node.aggregation:
        return _MANY[node.aggregation]
    conflict = node.hit in {"U", "A"} and len(fired) > 1 and value is None
    return "conflict" if conflict else _ONE[node.hit]


def reads(root: Node, scope: Scope) -> tuple[Read, ...]:
    """Give what a tree reads of a scope, each once, in the order of the text; functions left out."""
    found: dict[str, Any] = {}
    open_nodes = [root]
    while open_nodes:
        node = open_nodes.pop()
        read = _read(node, scope)
        if read is None:
            open_nodes += reversed(list(ir.children(node)))
        elif read.name != INPUT and type(read.value) is not Function:
            found.setdefault(read.name, read.value)
    return tuple(Read(name, value) for name, value in found.items())


def _read(node: Node, scope: Scope) -> Read | None:
    """Give the variable, or the path into one, that a node is; None for any other node."""
    if isinstance(node, ir.Name):
        return Read(node.name, scope[node.name]) if node.name in scope else None
    if isinstance(node, ir.Path):
        inner = _read(node.target, scope)
        return None if inner is None else Read(f"{inner.name}.{node.name}", access.path(inner.value, node.name))
    return None
