"""The walk through a model: every decision and knowledge model after those that it requires."""

from alihdaya.notation.dmn import model
from alihdaya.notation.dmn.analysis import kinds
from alihdaya.notation.dmn.analysis.typed.infer import Type, apart, name_of
from alihdaya.notation.dmn.analysis.typed.ledger import Ledger, Site
from alihdaya.notation.dmn.analysis.typed.walk import Walk
from alihdaya.notation.dmn.typing import result_of
from alihdaya.notation.feel.ir import TypeName

__all__ = ["Site", "Survey"]


class Survey(Ledger):
    """What the walk found in one model."""

    def __init__(self, source: model.Model) -> None:
        super().__init__(source)
        self.results: dict[str, Type] = {}
        for key in [one.id for one in source.decisions] + [one.id for one in source.knowledge]:
            self.result(key)

    def result(self, key: str) -> Type:
        """Give the type of an element's value, walking its logic the first time."""
        if key not in self.results:
            self.results[key] = None
            self.results[key] = self._element(self.elements.get(key))
        return self.results[key]

    def _element(self, element: object) -> Type:
        if isinstance(element, model.InputData):
            self.known(element.type, element.source, element.id)
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
        self.known(element.type, element.source, element.id)
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

    def _walk(self, element: model.DecisionElement | model.KnowledgeModel, given: frozenset[str]) -> Walk:
        return Walk(self, element, given, self.used.setdefault(element.id, set()))
