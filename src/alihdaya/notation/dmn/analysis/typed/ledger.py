"""What the walk through a model's logic keeps: its types, names, tables and findings."""

from collections.abc import Mapping
from dataclasses import dataclass

from alihdaya.kernel.errors import Problem, Source
from alihdaya.notation.dmn import model
from alihdaya.notation.dmn.analysis import kinds
from alihdaya.notation.dmn.analysis.typed.infer import Scope, Type, near
from alihdaya.notation.dmn.analysis.values import Values
from alihdaya.notation.dmn.table import Table
from alihdaya.notation.dmn.trees import Trees, properties
from alihdaya.notation.dmn.typing import Types
from alihdaya.notation.finding import Finding, Rule


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


class Ledger:
    """What is known of one model, and what was found in it: `sites`, `findings`, the names that each element `used`."""

    def __init__(self, source: model.Model) -> None:
        self.source = source
        self.problems: list[Problem] = []
        self.sites: list[Site] = []
        self.findings: list[Finding] = []
        self.used: dict[str, set[str]] = {}
        imported = {one.name: Ledger(one.model) for one in source.imports}
        self.types: Types = Types(source, {name: one.types for name, one in imported.items()}, self.problems)
        self.values = Values(self.types, source.types)
        inner = [name for one in imported.values() for name in (*one.names.values(), *one.trees.properties)]
        self.trees: Trees = Trees(self.types, frozenset({*properties(source), *inner}), [], lenient=True)
        self.trees.allowed = {item.name: item.allowed for item in source.types if item.allowed is not None}
        self.elements: dict[str, model.Element] = {part.id: part for part in source.elements}
        self.names: dict[str, str] = {part.id: part.name for part in source.elements}

    def named(self, reference: str) -> str:
        """Give the name under which what is referred to is in scope; empty where it is not known."""
        namespace, _, key = reference.rpartition("#")
        for one in self.source.imports:
            if namespace and one.namespace == namespace:
                return one.name or {part.id: part.name for part in one.model.elements}.get(key, "")
        return self.names.get(key, "")

    def known(self, name: str, source: Source, element: str) -> None:
        """Check that a type is known."""
        plain = name.partition(":")[2] or name
        if not plain or self.types.of(name) is not None or plain.removeprefix("feel.").lower() == "any":
            return
        if plain not in {item.name for item in self.source.types} and plain not in self.types.found:
            facts = {"name": repr(plain), "hint": near(plain, (*self.types.found, "number", "string", "boolean"))}
            self.tell(source, element, kinds.UNKNOWN_TYPE, facts)

    def tell(self, source: Source, element: str, rule: Rule, facts: Mapping[str, str]) -> None:
        """Note a finding."""
        self.findings.append(Finding(rule, source, element, dict(facts)))
