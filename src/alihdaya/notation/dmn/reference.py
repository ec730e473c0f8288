"""The reference for decisions: walk the linked trees, one rule after the other."""

from collections.abc import Mapping
from typing import Any

from alihdaya.notation.dmn import model
from alihdaya.notation.dmn.boxed import tidy
from alihdaya.notation.dmn.link import Logic, Program, link
from alihdaya.notation.dmn.table import Answer, Table, evaluate_table
from alihdaya.notation.feel.evaluator import Diagnostic, Notes, walk
from alihdaya.notation.feel.values import Function, clean


def evaluate(
    source: model.Model, name: str, variables: Mapping[str, Any], diagnostics: list[Diagnostic] | None = None
) -> Answer:
    """Evaluate a decision by name or id, as `Decision.run` does: its value and the rules that gave it.

    Slow and plain; what it says is right. Reasons for nulls go into `diagnostics`. Raises KeyError for a decision
    that the model does not have, and NotationError as `compile_model` does.
    """
    program = link(source)
    wanted = [logic for logic in program.decisions if tidy(name) == logic.name or name == logic.id]
    if not wanted:
        raise KeyError(name)
    scope = {key: clean(value) for key, value in variables.items()}
    return _Run(program, scope, diagnostics).decide(wanted[0])


class _Run:
    def __init__(self, program: Program, scope: dict[str, Any], notes: Notes) -> None:
        self.decisions = {logic.id: logic for logic in program.decisions}
        self.knowledge = {logic.id: logic for logic in program.knowledge}
        self.scope = scope
        self.notes = notes

    def decide(self, logic: Logic) -> Answer:
        names = set(logic.inputs)
        for key in logic.requires:
            required = self.decisions[key]
            names.add(required.name)
            if required.name not in self.scope:
                self.scope[required.name] = self.decide(required)[0]
        scope = {name: self.scope[name] for name in names if name in self.scope} | self._functions(logic)
        if isinstance(logic.root, Table):
            return evaluate_table(logic.root, scope, self.notes)
        return walk(logic.root, scope, self.notes), ()

    def _functions(self, logic: Logic) -> dict[str, Any]:
        return {self.knowledge[key].name: self._function(self.knowledge[key]) for key in logic.knowledge}

    def _function(self, logic: Logic) -> Function:
        known = self._functions(logic)

        def body(*arguments: Any) -> Any:
            return walk(logic.root, {**known, **dict(zip(logic.parameters, arguments, strict=True))}, self.notes)

        return Function(logic.parameters, body)
