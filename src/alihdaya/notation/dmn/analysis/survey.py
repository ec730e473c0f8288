"""A walk through a model's logic: every text with the types in scope, every decision table with what it can be given."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from alihdaya.kernel.errors import Problem, Source
from alihdaya.notation.dmn import model
from alihdaya.notation.dmn.analysis import calls, kinds
from alihdaya.notation.dmn.analysis.infer import Report, Scope, Type, apart, condition, infer, join, name_of, near, tested
from alihdaya.notation.dmn.analysis.values import Values
from alihdaya.notation.dmn.analysis.writing import shortened
from alihdaya.notation.dmn.boxed import NOTHING
from alihdaya.notation.dmn.table import Table
from alihdaya.notation.dmn.trees import Trees, properties
from alihdaya.notation.dmn.typing import Types, result_of
from alihdaya.notation.feel import ir
from alihdaya.notation.feel.ir import TypeName
from alihdaya.notation.feel.types import coerce
from alihdaya.notation.finding import Finding, Rule

assert calls  # it teaches `infer` what invocations give


@dataclass(frozen=True)
class Site:
    """A decision table where it stands. `types` are those of its columns, `outputs` of its outputs.

    `given` are the names that an example may set: what a decision requires, or a function's parameters.
    """

    owner: model.DecisionElement | model.KnowledgeModel
    table: model.DecisionTable
    node: Table
    scope: Scope
    types: tuple[Type, ...]
    outputs: tuple[Type, ...]
    given: frozenset[str]


@dataclass
class Survey:
    """What the walk found in one model: its tables and findings, and the names that each element uses."""

    source: model.Model
    problems: list[Problem] = field(default_factory=list)
    sites: list[Site] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    used: dict[str, set[str]] = field(default_factory=dict)
    results: dict[str, Type] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Learn the types, then walk all decisions and knowledge models."""
        imported = {one.name: Survey(one.model) for one in self.source.imports}
        self.imported = imported
        self.types = Types(self.source, {name: one.types for name, one in imported.items()}, self.problems)
        self.values = Values(self.types, self.source.types)
        inner = (name for one in imported.values() for name in (*one.names.values(), *one.trees.properties))
        self.trees: Trees = Trees(self.types, frozenset({*properties(self.source), *inner}), [], lenient=True)
        self.trees.allowed = {item.name: item.allowed for item in self.source.types if item.allowed is not None}
        self.names = {part.id: part.name for part in self.source.elements}
        self.elements = {part.id: part for part in self.source.elements}
        for element in (*self.source.decisions, *self.source.knowledge):
            self.result(element.id)

    def named(self, reference: str) -> str:
        """Give the name under which what is referred to is in scope; empty where it is not known."""
        namespace, _, key = reference.rpartition("#")
        for one in self.source.imports:
            if namespace and one.namespace == namespace:
                return one.name or {part.id: part.name for part in one.model.elements}.get(key, "")
        return self.names.get(key, "")

    def result(self, key: str) -> Type:
        """Give the type of an element's value, walking its logic the first time."""
        if key not in self.results:
            self.results[key] = None
            self.results[key] = self._element(self.elements.get(key))
        return self.results[key]

    def _element(self, element: object) -> Type:
        if isinstance(element, model.InputData):
            self._known(element.type, element.source, element.id)
            return self.types.of(element.type)
        if isinstance(element, model.DecisionElement):
            return self._decision(element)
        if isinstance(element, model.KnowledgeModel):
            return self._knowledge(element)
        return None

    def _decision(self, element: model.DecisionElement) -> Type:
        required = (*element.inputs, *element.decisions, *element.knowledge)
        scope = {self.named(one): None if "#" in one else self.result(one) for one in required}
        given = frozenset(self.named(one) for one in (*element.inputs, *element.decisions) if "#" not in one)
        self._known(element.type, element.source, element.id)
        declared = self.types.of(element.type)
        if element.logic is None:
            return declared
        found = self._walk(element, given).boxed(element.logic, scope)
        if apart(found, declared):
            facts = {"cell": repr(element.name), "left": name_of(declared), "right": name_of(found)}
            facts["column"] = repr(element.name)
            self.tell(element.source, element.id, kinds.OUTPUT_KIND, facts)
        return declared or found

    def _knowledge(self, element: model.KnowledgeModel) -> Type:
        logic, declared = element.logic, result_of(self.types.of(element.type))
        if logic is None or isinstance(logic, model.ExternalFunction):
            return TypeName("function")
        types = [self.types.of(name) for name in logic.types] or [None] * len(logic.parameters)
        scope: dict[str, Type] = {self.named(one): self.result(one) for one in element.knowledge}
        scope |= dict(zip(logic.parameters, types, strict=False))
        found = self._walk(element, frozenset(logic.parameters)).boxed(logic.body, scope)
        parts = tuple(one or TypeName("Any") for one in (*types, declared or found))
        return TypeName("function", parts, logic.parameters)

    def _walk(self, element: Any, given: frozenset[str]) -> "_Walk":
        return _Walk(self, element, given, self.used.setdefault(element.id, set()))

    def _known(self, name: str, source: Source, element: str) -> None:
        plain = name.partition(":")[2] or name
        if plain and self.types.of(name) is None and plain.removeprefix("feel.").lower() != "any":
            declared = {item.name for item in self.source.types}
            if plain not in declared and plain not in self.types.found:
                facts = {"name": repr(plain), "hint": near(plain, (*self.types.found, "number", "string", "boolean"))}
                self.tell(source, element, kinds.UNKNOWN_TYPE, facts)

    def tell(self, source: Source, element: str, rule: Rule, facts: Mapping[str, str]) -> None:
        """Note a finding."""
        self.findings.append(Finding(rule, source, element, dict(facts)))


class _Walk:
    """One element's logic."""

    def __init__(self, survey: Survey, owner: Any, given: frozenset[str], used: set[str]) -> None:
        self.survey = survey
        self.owner = owner
        self.given = given
        self.used = used

    def report(self, text: model.FeelText) -> Report:
        def tell(rule: Rule, facts: dict[str, str]) -> None:
            self.survey.tell(text.source, self.owner.id, rule, {"owner": repr(self.owner.name), **facts})

        elsewhere = frozenset(self.survey.names.values())
        return Report(tell, self.used, elsewhere, shortened(text.text))

    def feel(self, text: model.FeelText, scope: Scope) -> Type:
        """Infer one text."""
        node = self.survey.trees.feel(text, frozenset(scope))
        return infer(node, scope, self.report(text))

    def boxed(self, logic: model.Boxed, scope: Scope) -> Type:
        """Infer a boxed expression."""
        if isinstance(logic, model.FeelText):
            return self.feel(logic, scope)
        return _FORMS[type(logic)](self, logic, scope)

    def typed(self, logic: model.Typed, scope: Scope) -> Type:
        found = self.boxed(logic.body, scope)
        self.survey._known(logic.type, self.owner.source, self.owner.id)
        return self.survey.types.of(logic.type) or found

    def context(self, logic: model.BoxedContext, scope: Scope) -> Type:
        inner, types = dict(scope), []
        for name, entry in logic.entries:
            inner[name] = self.boxed(entry, inner)
            types.append(inner[name] or TypeName("Any"))
        if logic.result:
            return inner[""]
        return TypeName("context", tuple(types), tuple(name for name, _ in logic.entries))

    def invocation(self, logic: model.Invocation, scope: Scope) -> Type:
        for _, argument in logic.bindings:
            self.boxed(argument, scope)
        function = self.boxed(logic.function, scope)
        if function is None or function.name != "function" or not function.parts:
            return None
        return None if function.parts[-1].name == "Any" else function.parts[-1]

    def items(self, logic: model.BoxedList, scope: Scope) -> Type:
        found = join([self.boxed(item, scope) for item in logic.items])
        return TypeName("list", (found,) if found else ())

    def function(self, logic: model.FunctionDefinition, scope: Scope) -> Type:
        types = [self.survey.types.of(name) for name in logic.types] or [None] * len(logic.parameters)
        inner = {**scope, **dict(zip(logic.parameters, types, strict=False))}
        hidden = _Walk(self.survey, self.owner, frozenset(), self.used)
        found = hidden.boxed(logic.body, inner)
        parts = tuple(one or TypeName("Any") for one in (*types, found))
        return TypeName("function", parts, logic.parameters)

    def external(self, _logic: model.ExternalFunction, _scope: Scope) -> Type:
        return None

    def conditional(self, logic: model.Conditional, scope: Scope) -> Type:
        found = self.boxed(logic.condition, scope)
        if apart(found, TypeName("boolean")):
            facts = {"left": name_of(found), "text": "if"}
            self.survey.tell(self.owner.source, self.owner.id, kinds.NOT_BOOLEAN, facts)
        return join([self.boxed(logic.then, scope), self.boxed(logic.otherwise, scope)])

    def filter(self, logic: model.BoxedFilter, scope: Scope) -> Type:
        from alihdaya.notation.dmn.analysis.infer import LOOSE

        target = self.boxed(logic.target, scope)
        self.boxed(logic.condition, {**scope, "item": None, LOOSE: None})
        return target if target is not None and target.name == "list" else None

    def loop(self, logic: model.Iterator, scope: Scope) -> Type:
        target = self.boxed(logic.target, scope)
        item = target.parts[0] if target is not None and target.name == "list" and target.parts else None
        body = self.boxed(logic.body, {**scope, logic.variable: item, "partial": None})
        if logic.kind != "for":
            return TypeName("boolean")
        return TypeName("list", (body,) if body else ())

    def table(self, logic: model.DecisionTable, scope: Scope) -> Type:
        node = self.survey.trees.table(logic, frozenset(scope))
        if not isinstance(node, Table):
            return None
        types = tuple(
            self._column(clause, logic, place, node, scope) for place, clause in enumerate(logic.inputs)
        )
        outputs = tuple(self._output(clause, logic, place, node, scope) for place, clause in enumerate(logic.outputs))
        shadowed = self.given & {name for name in scope if name not in self.given}
        site = Site(self.owner, logic, node, scope, types, outputs, self.given - shadowed)
        self.survey.sites.append(site)
        return _result(logic, outputs)

    def _column(self, clause: model.InputClause, logic: model.DecisionTable, place: int, node: Table, scope: Scope) -> Type:
        found = infer(node.columns[place], scope, self.report(clause.expression))
        self.survey._known(clause.type, clause.expression.source, self.owner.id)
        wanted = found or self.survey.types.of(clause.type)
        seen: dict[str, int] = {}
        for number, rule in enumerate(logic.rules):
            if place < len(rule.tests):
                self._cell(rule.tests[place], node.tests[number][place], clause, wanted, scope, seen)
        return wanted

    def _cell(
        self, text: model.FeelText, cell: ir.Node, clause: model.InputClause, wanted: Type, scope: Scope, seen: dict[str, int]
    ) -> None:
        report, inner = self.report(text), {**scope, ir.INPUT: wanted}
        if not isinstance(cell, ir.In):
            condition(cell, inner, report)
            return
        for found in (one for test in cell.tests for one in tested(test, inner, report)):
            kind = found.name if found is not None else ""
            facts = {"rule": str(text.source.row), "column": shortened(clause.expression.text), "cell": shortened(text.text)}
            if apart(wanted, found):
                facts |= {"left": name_of(wanted), "right": name_of(found)}
                report.tell(kinds.CELL_KIND, facts)
            elif wanted is None and kind not in {"", "Null", "list", "Any", "range"}:
                if seen and kind not in seen:
                    report.tell(kinds.MIXED, {**facts, "left": next(iter(seen)), "right": kind})
                seen.setdefault(kind, 1)

    def _output(self, clause: model.OutputClause, logic: model.DecisionTable, place: int, node: Table, scope: Scope) -> Type:
        self.survey._known(clause.type, logic.source, self.owner.id)
        wanted = self.survey.types.of(clause.type)
        label = repr(clause.name or self.owner.name)
        found: list[Type] = []
        rows = [(rule.outputs[place], node.outputs[n][place]) for n, rule in enumerate(logic.rules) if place < len(rule.outputs)]
        if clause.default is not None:
            rows.append((clause.default, node.defaults[place]))
        for text, cell in rows:
            if text is NOTHING:
                continue
            report = self.report(text)
            kind = infer(cell, scope, report)
            found.append(kind)
            facts = {"rule": str(text.source.row or "-"), "column": label, "cell": shortened(text.text)}
            if apart(wanted, kind):
                report.tell(kinds.OUTPUT_KIND, {**facts, "left": name_of(wanted), "right": name_of(kind)})
            elif isinstance(cell, ir.Literal) and not self._allowed(cell.value, clause, wanted, node.priorities[place]):
                report.tell(kinds.OUTPUT_VALUE, facts)
            if logic.aggregation == "+" and (kind is not None and kind.name not in {"number", "Null", "Any", "list"}):
                report.tell(kinds.AGGREGATED, {**facts, "right": name_of(kind)})
        return wanted or join(found)

    def _allowed(self, value: Any, clause: model.OutputClause, wanted: Type, listed: tuple[Any, ...]) -> bool:
        if value is None or (wanted is not None and coerce(value, wanted) is not None and clause.allowed is None):
            return True
        if clause.allowed is not None:
            tests = self.survey.trees.feel(clause.allowed, frozenset(), unary=True)
            from alihdaya.notation.feel.evaluator import walk

            return walk(tests, {ir.INPUT: value}, None) is True
        return wanted is None or wanted.check is None


def _result(logic: model.DecisionTable, outputs: tuple[Type, ...]) -> Type:
    if len(outputs) == 1:
        one = outputs[0]
    else:
        parts = tuple(found or TypeName("Any") for found in outputs)
        one = TypeName("context", parts, tuple(clause.name for clause in logic.outputs))
    if logic.aggregation == "#":
        return TypeName("number")
    if logic.hit in {"R", "O"} or (logic.hit == "C" and not logic.aggregation):
        return TypeName("list", (one,) if one else ())
    return one


_FORMS: dict[type, Callable[..., Type]] = {
    model.Typed: _Walk.typed,
    model.DecisionTable: _Walk.table,
    model.BoxedContext: _Walk.context,
    model.Invocation: _Walk.invocation,
    model.BoxedList: _Walk.items,
    model.FunctionDefinition: _Walk.function,
    model.ExternalFunction: _Walk.external,
    model.Conditional: _Walk.conditional,
    model.BoxedFilter: _Walk.filter,
    model.Iterator: _Walk.loop,
}
