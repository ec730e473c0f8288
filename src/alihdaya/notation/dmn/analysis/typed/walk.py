"""Types of boxed expressions (DMN 10.2), each text with the names and types in scope where it stands."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from alihdaya.notation.dmn import model
from alihdaya.notation.dmn.analysis import kinds
from alihdaya.notation.dmn.analysis.typed import calls
from alihdaya.notation.dmn.analysis.typed.infer import LOOSE, Report, Scope, Type, apart, infer, join, name_of
from alihdaya.notation.dmn.analysis.typed.ledger import Ledger
from alihdaya.notation.dmn.analysis.typed.tables import table_type
from alihdaya.notation.dmn.analysis.writing import shortened
from alihdaya.notation.feel.ir import TypeName
from alihdaya.notation.finding import Rule

calls.learn()


@dataclass(frozen=True)
class Walk:
    """One element's logic: `given` are the names that an example may set, `used` gathers the names that it reads."""

    ledger: Ledger
    owner: Any
    given: frozenset[str]
    used: set[str]

    def report(self, text: model.FeelText) -> Report:
        """Make the report of one text."""

        def tell(rule: Rule, facts: dict[str, str]) -> None:
            self.ledger.tell(text.source, self.owner.id, rule, {"owner": repr(self.owner.name), **facts})

        elsewhere = frozenset(self.ledger.names.values())
        return Report(tell, self.used, elsewhere, shortened(text.text))

    def feel(self, text: model.FeelText, scope: Scope) -> Type:
        """Infer one text."""
        node = self.ledger.trees.feel(text, frozenset(scope))
        return infer(node, scope, self.report(text))

    def boxed(self, logic: model.Boxed, scope: Scope) -> Type:
        """Infer a boxed expression."""
        if isinstance(logic, model.FeelText):
            return self.feel(logic, scope)
        return _FORMS[type(logic)](self, logic, scope)

    def typed(self, logic: model.Typed, scope: Scope) -> Type:
        """Infer an expression that must be of a type."""
        found = self.boxed(logic.body, scope)
        self.ledger.known(logic.type, self.owner.source, self.owner.id)
        return self.ledger.types.of(logic.type) or found

    def context(self, logic: model.BoxedContext, scope: Scope) -> Type:
        """Infer a context."""
        inner, types = dict(scope), []
        for name, entry in logic.entries:
            inner[name] = self.boxed(entry, inner)
            types.append(inner[name] or TypeName("Any"))
        if logic.result:
            return inner[""]
        return TypeName("context", tuple(types), tuple(name for name, _ in logic.entries))

    def invocation(self, logic: model.Invocation, scope: Scope) -> Type:
        """Infer an invocation."""
        for _, argument in logic.bindings:
            self.boxed(argument, scope)
        function = self.boxed(logic.function, scope)
        if function is None or function.name != "function" or not function.parts:
            return None
        return None if function.parts[-1].name == "Any" else function.parts[-1]

    def items(self, logic: model.BoxedList, scope: Scope) -> Type:
        """Infer a list."""
        found = join([self.boxed(item, scope) for item in logic.items])
        return TypeName("list", (found,) if found else ())

    def function(self, logic: model.FunctionDefinition, scope: Scope) -> Type:
        """Infer a function."""
        types = [self.ledger.types.of(name) for name in logic.types] or [None] * len(logic.parameters)
        inner = {**scope, **dict(zip(logic.parameters, types, strict=False))}
        hidden = Walk(self.ledger, self.owner, frozenset(), self.used)
        found = hidden.boxed(logic.body, inner)
        parts = tuple(one or TypeName("Any") for one in (*types, found))
        return TypeName("function", parts, logic.parameters)

    def external(self, _logic: model.ExternalFunction, _scope: Scope) -> Type:
        """Infer a function that is not in FEEL."""
        return None

    def conditional(self, logic: model.Conditional, scope: Scope) -> Type:
        """Infer a conditional."""
        found = self.boxed(logic.condition, scope)
        if apart(found, TypeName("boolean")):
            facts = {"left": name_of(found), "text": "if"}
            self.ledger.tell(self.owner.source, self.owner.id, kinds.NOT_BOOLEAN, facts)
        return join([self.boxed(logic.then, scope), self.boxed(logic.otherwise, scope)])

    def filter(self, logic: model.BoxedFilter, scope: Scope) -> Type:
        """Infer a filter."""
        target = self.boxed(logic.target, scope)
        self.boxed(logic.condition, {**scope, "item": None, LOOSE: None})
        return target if target is not None and target.name == "list" else None

    def loop(self, logic: model.Iterator, scope: Scope) -> Type:
        """Infer a for, some or every."""
        target = self.boxed(logic.target, scope)
        item = target.parts[0] if target is not None and target.name == "list" and target.parts else None
        body = self.boxed(logic.body, {**scope, logic.variable: item, "partial": None})
        if logic.kind != "for":
            return TypeName("boolean")
        return TypeName("list", (body,) if body else ())

    def table(self, logic: model.DecisionTable, scope: Scope) -> Type:
        """Infer a decision table."""
        return table_type(logic, scope, self.ledger, self.owner, self.given, self.report)


_FORMS: dict[type, Callable[..., Type]] = {
    model.Typed: Walk.typed,
    model.DecisionTable: Walk.table,
    model.BoxedContext: Walk.context,
    model.Invocation: Walk.invocation,
    model.BoxedList: Walk.items,
    model.FunctionDefinition: Walk.function,
    model.ExternalFunction: Walk.external,
    model.Conditional: Walk.conditional,
    model.BoxedFilter: Walk.filter,
    model.Iterator: Walk.loop,
}
