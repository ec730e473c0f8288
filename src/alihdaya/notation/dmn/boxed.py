"""Reading the boxed expressions of DMN (chapter 10.2) out of XML."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from alihdaya.kernel.errors import Problem, Source
from alihdaya.notation.dmn import model
from alihdaya.notation.xml import local_name, namespace_of, source_of

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

HIT_POLICIES = {
    "UNIQUE": "U",
    "ANY": "A",
    "FIRST": "F",
    "PRIORITY": "P",
    "RULE ORDER": "R",
    "OUTPUT ORDER": "O",
    "COLLECT": "C",
}
"""Letters of the hit policies (DMN 8.2.11)."""

AGGREGATIONS = {"": "", "SUM": "+", "MIN": "<", "MAX": ">", "COUNT": "#"}
"""Signs of the aggregations of COLLECT."""

DEPTH_LIMIT = 25
"""Deepest nesting of boxed expressions."""

NOTHING = model.FeelText("null", Source())


def tidy(name: str | None) -> str:
    """Write a name with single spaces, as FEEL looks it up."""
    return " ".join((name or "").split())


class BoxedReader:
    """Reads boxed expressions of one file; what is wrong is put into `problems`, and reading goes on."""

    def __init__(self, file: str, namespace: str) -> None:
        self.file = file
        self.namespace = namespace
        self.problems: list[Problem] = []
        self.owner = ""
        self.depth = 0

    def problem(self, code: str, message: str, element: "Element") -> None:
        """Note a problem at an element."""
        self.problems.append(Problem(code, message, source_of(element, self.file)))

    def children(self, element: "Element", *tags: str) -> Iterator["Element"]:
        """Give the children in the model's own namespace with these tags, or all."""
        for child in element:
            if namespace_of(child) == self.namespace and (not tags or local_name(child) in tags):
                yield child

    def child(self, element: "Element", tag: str) -> "Element | None":
        """Give the first child with a tag, if there is one."""
        return next(self.children(element, tag), None)

    def text(self, element: "Element | None", row: int | None = None) -> model.FeelText | None:
        """Read the FEEL text inside an element; None where there is none, or only blanks."""
        inside = None if element is None else self.child(element, "text")
        if element is None or inside is None or not (inside.text or "").strip():
            return None
        language = element.get("expressionLanguage", "")
        if language and "feel" not in language.lower():
            self.problem("unsupported", f"the expression language {language!r} is not supported", element)
        source = Source(self.file, inside.sourceline, None, row, self.owner)
        return model.FeelText(inside.text or "", source, element.get("id", ""))

    def expression(self, parent: "Element") -> model.Boxed | None:
        """Read the boxed expression among an element's children; None where it has none."""
        for child in self.children(parent):
            reader = _READERS.get(local_name(child))
            if reader is not None:
                self.depth += 1
                if self.depth > DEPTH_LIMIT:
                    self.problem("dmn-depth", f"boxed expressions nest deeper than {DEPTH_LIMIT}", child)
                found = self.typed(child.get("typeRef"), reader(self, child)) if self.depth <= DEPTH_LIMIT else NOTHING
                self.depth -= 1
                return found
        return None

    def typed(self, type_name: str | None, body: model.Boxed) -> model.Boxed:
        """Say the type that an expression must have, if one is said."""
        name = tidy(type_name)
        return body if name in {"", "Any"} or body is NOTHING else model.Typed(name, body)

    def required(self, parent: "Element | None", within: "Element") -> model.Boxed:
        """Read a boxed expression that must be there."""
        found = self.expression(parent) if parent is not None else None
        if found is None:
            self.problem("missing-expression", f"an expression is missing in {local_name(within)}", within)
        return found or NOTHING

    def literal(self, element: "Element") -> model.Boxed:
        """Read a literal expression; an empty one is null."""
        return self.text(element) or NOTHING

    def context(self, element: "Element") -> model.Boxed:
        """Read a context."""
        entries: list[tuple[str, model.Boxed]] = []
        rows = list(self.children(element, "contextEntry"))
        for place, row in enumerate(rows, 1):
            variable = self.child(row, "variable")
            if variable is None and place < len(rows):
                self.problem("missing-name", "only the last entry of a context may have no name", row)
            name, wanted = ("", "") if variable is None else (variable.get("name"), variable.get("typeRef"))
            entries.append((tidy(name), self.typed(wanted, self.required(row, row))))
        return model.BoxedContext(tuple(entries), bool(entries) and entries[-1][0] == "")

    def invocation(self, element: "Element") -> model.Boxed:
        """Read an invocation."""
        bindings = []
        for binding in self.children(element, "binding"):
            parameter = self.child(binding, "parameter")
            if parameter is None:
                self.problem("missing-name", "a binding has no parameter", binding)
                continue
            value = self.typed(parameter.get("typeRef"), self.expression(binding) or NOTHING)
            bindings.append((tidy(parameter.get("name")), value))
        return model.Invocation(self.required(element, element), tuple(bindings))

    def items(self, element: "Element") -> model.Boxed:
        """Read a list: every child that is an expression."""
        wrapped = (child for child in self.children(element) if local_name(child) in _READERS)
        found = [self.typed(child.get("typeRef"), _READERS[local_name(child)](self, child)) for child in wrapped]
        return model.BoxedList(tuple(found))

    def relation(self, element: "Element") -> model.Boxed:
        """Read a relation as a list of contexts."""
        columns = [tidy(column.get("name")) for column in self.children(element, "column")]
        types = [column.get("typeRef") for column in self.children(element, "column")]
        rows: list[model.Boxed] = []
        for row in self.children(element, "row"):
            cells = self.items(row)
            values = cells.items if isinstance(cells, model.BoxedList) else ()
            if len(values) != len(columns):
                self.problem("cells", f"the row has {len(values)} cells for {len(columns)} columns", row)
            given = [self.typed(wanted, value) for wanted, value in zip(types, values, strict=False)]
            rows.append(model.BoxedContext(tuple(zip(columns, given, strict=False)), result=False))
        return model.BoxedList(tuple(rows))

    def function(self, element: "Element") -> model.Boxed:
        """Read a function definition; one that is not in FEEL is kept as what it says of itself."""
        kind = element.get("kind", "FEEL")
        parameters = list(self.children(element, "formalParameter"))
        names = tuple(tidy(parameter.get("name")) for parameter in parameters)
        types = tuple(tidy(parameter.get("typeRef")) for parameter in parameters)
        body = self.required(element, element)
        if kind != "FEEL":
            return model.ExternalFunction(kind, names, types, body, source_of(element, self.file))
        return model.FunctionDefinition(names, body, types)

    def conditional(self, element: "Element") -> model.Boxed:
        """Read a conditional."""
        parts = [self.required(self.child(element, tag), element) for tag in ("if", "then", "else")]
        return model.Conditional(*parts)

    def filter(self, element: "Element") -> model.Boxed:
        """Read a filter."""
        target, condition = (self.required(self.child(element, tag), element) for tag in ("in", "match"))
        return model.BoxedFilter(target, condition)

    def loop(self, element: "Element") -> model.Boxed:
        """Read a for, some or every."""
        kind = local_name(element)
        body = self.child(element, "return" if kind == "for" else "satisfies")
        target = self.required(self.child(element, "in"), element)
        return model.Iterator(kind, tidy(element.get("iteratorVariable")), target, self.required(body, element))

    def table(self, element: "Element") -> model.Boxed:
        """Read a decision table."""
        outputs = [self._output(clause) for clause in self.children(element, "output")]
        inputs = [self._input(clause) for clause in self.children(element, "input")]
        notes = [tidy(clause.get("name")) for clause in self.children(element, "annotation")]
        rules = [
            self._rule(rule, number, len(inputs), len(outputs), notes)
            for number, rule in enumerate(self.children(element, "rule"), 1)
        ]
        hit = HIT_POLICIES.get(element.get("hitPolicy", "UNIQUE"), "")
        aggregation = AGGREGATIONS.get(element.get("aggregation", ""), "?")
        if not hit or aggregation == "?" or (aggregation and (hit != "C" or len(outputs) != 1)):
            self.problem("hit-policy", "this hit policy and aggregation do not fit the table", element)
        if not outputs:
            self.problem("missing-output", "the decision table has no output", element)
        if len(outputs) > 1 and len({output.name for output in outputs if output.name}) != len(outputs):
            self.problem("output-names", "each of several outputs needs a name of its own", element)
        source = source_of(element, self.file)
        return model.DecisionTable(tuple(inputs), tuple(outputs), tuple(rules), hit or "U", aggregation, source)

    def _input(self, clause: "Element") -> model.InputClause:
        holder = self.child(clause, "inputExpression")
        expression = self.text(holder)
        if expression is None:
            self.problem("missing-expression", "the input has no expression", clause)
        wanted = "" if holder is None else tidy(holder.get("typeRef"))
        allowed = self.text(self.child(clause, "inputValues"))
        return model.InputClause(tidy(clause.get("label")), expression or NOTHING, wanted, allowed)

    def _output(self, clause: "Element") -> model.OutputClause:
        allowed = self.text(self.child(clause, "outputValues"))
        default = self.text(self.child(clause, "defaultOutputEntry"))
        return model.OutputClause(tidy(clause.get("name")), tidy(clause.get("typeRef")), allowed, default)

    def _rule(self, rule: "Element", number: int, inputs: int, outputs: int, notes: list[str]) -> model.Rule:
        tests = [
            self.text(cell, number) or model.FeelText("-", self._cell(cell, number), cell.get("id", ""))
            for cell in self.children(rule, "inputEntry")
        ]
        given = [self.text(cell, number) for cell in self.children(rule, "outputEntry")]
        if len(tests) != inputs:
            self.problem("cells", f"rule {number} has {len(tests)} tests for {inputs} inputs", rule)
        if len(given) != outputs or None in given:
            self.problem("missing-output", f"rule {number} does not give each of the {outputs} outputs", rule)
        tests = [*tests, *[model.FeelText("false", self._cell(rule, number))] * (inputs - len(tests))][:inputs]
        given = [*given, *[None] * (outputs - len(given))][:outputs]
        return model.Rule(
            tuple(tests),
            tuple(text or NOTHING for text in given),
            rule.get("id", ""),
            self._said(rule, "description"),
            tuple(self._annotations(rule, notes)),
        )

    def _said(self, element: "Element", tag: str) -> str:
        """Give the text of a child that is for people only."""
        found = self.child(element, tag)
        return "" if found is None else tidy(found.text)

    def _annotations(self, rule: "Element", names: list[str]) -> Iterator[tuple[str, str]]:
        for place, entry in enumerate(self.children(rule, "annotationEntry")):
            text = self._said(entry, "text")
            if text:
                yield (names[place] if place < len(names) else ""), text

    def _cell(self, cell: "Element", number: int) -> Source:
        return Source(self.file, cell.sourceline, None, number, self.owner)


_READERS: dict[str, Callable[[BoxedReader, "Element"], model.Boxed]] = {
    "literalExpression": BoxedReader.literal,
    "decisionTable": BoxedReader.table,
    "context": BoxedReader.context,
    "invocation": BoxedReader.invocation,
    "list": BoxedReader.items,
    "relation": BoxedReader.relation,
    "functionDefinition": BoxedReader.function,
    "conditional": BoxedReader.conditional,
    "filter": BoxedReader.filter,
    "for": BoxedReader.loop,
    "some": BoxedReader.loop,
    "every": BoxedReader.loop,
}
