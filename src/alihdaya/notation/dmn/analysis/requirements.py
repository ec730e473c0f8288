"""Requirements: those that a decision never uses, elements that nothing requires, policies without output values."""

from collections.abc import Iterator

from alihdaya.notation.dmn import model
from alihdaya.notation.dmn.analysis import kinds
from alihdaya.notation.dmn.analysis.survey import Site, Survey
from alihdaya.notation.finding import Finding

_POLICIES = {"P": "PRIORITY", "O": "OUTPUT ORDER"}


def requirements(survey: Survey) -> Iterator[Finding]:
    """Give the requirements that are never used, and the input data and knowledge models that nothing requires."""
    wanted: set[str] = set()
    owners: tuple[model.DecisionElement | model.KnowledgeModel, ...] = survey.source.decisions
    for element in owners + survey.source.knowledge:
        asked = element.knowledge
        if isinstance(element, model.DecisionElement):
            asked = (*element.inputs, *element.decisions, *element.knowledge)
        wanted |= {*asked}
        if element.logic is None or isinstance(element.logic, model.ExternalFunction):
            continue
        for reference in asked:
            name = survey.named(reference)
            if name and name not in survey.used.get(element.id, set()):
                facts = {"owner": repr(element.name), "name": repr(name)}
                yield Finding(kinds.UNUSED_REQUIREMENT, element.source, element.id, facts)
    for service in survey.source.services:
        wanted |= {*service.inputs}
    parts: tuple[model.InputData | model.KnowledgeModel, ...] = survey.source.inputs
    for unused in parts + survey.source.knowledge:
        callable_alone = isinstance(unused, model.KnowledgeModel) and not survey.source.decisions
        if unused.id not in wanted and not callable_alone:
            yield Finding(kinds.UNUSED_ELEMENT, unused.source, unused.id, {"name": repr(unused.name)})


def priorities(site: Site) -> Iterator[Finding]:
    """Give a table whose policy orders by output values, and that has none (DMN 8.2.11)."""
    if site.node.hit in _POLICIES and not any(site.node.priorities):
        yield Finding(kinds.NO_PRIORITIES, site.table.source, site.owner.id, {"hit": _POLICIES[site.node.hit]})
