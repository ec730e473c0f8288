"""Requirements: never used, by nothing required, without output values; inputs that required decisions answer to."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cached_property
from itertools import islice
from math import prod
from typing import Any

from alihdaya.kernel.errors import NotationError
from alihdaya.notation.dmn import model
from alihdaya.notation.dmn.analysis import kinds
from alihdaya.notation.dmn.analysis.columns import Room, room
from alihdaya.notation.dmn.analysis.survey import Site, Survey
from alihdaya.notation.dmn.link import link
from alihdaya.notation.dmn.reference import Run
from alihdaya.notation.dmn.table import Table
from alihdaya.notation.feel.budget import bounded
from alihdaya.notation.feel.ir import Literal, Node, children
from alihdaya.notation.feel.values import NUMBERS
from alihdaya.notation.finding import Finding

MOST_TRIED = 2000
"""Inputs that are tried until the required decisions give what a finding needs."""
_MOST_VALUES, _MOST_RULES = 12, 60
_STRIDE = 0.6180339887
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


def reached(found: Room, example: dict[str, Any], shows: Callable[[tuple[int, ...]], bool]) -> dict[str, Any] | None:
    """Give input data for which the table's rules match as `shows` wants, the required decisions being really taken.

    That is the example itself where the table reads no required decision; None where trying finds nothing.
    """
    owner = found.site.owner
    if not isinstance(owner, model.DecisionElement):
        return example
    if not found.read & {found.survey.named(key) for key in owner.decisions}:
        return example
    try:
        trial = _Trial(found, owner)
    except NotationError:
        return None
    for inputs in islice(trial.tried(example), MOST_TRIED):
        matching = trial.matching(inputs)
        if matching is not None and shows(matching):
            return inputs
    return None


class _Trial:
    """Takes the required decisions of one table's owner for inputs, as the reference does."""

    def __init__(self, found: Room, owner: model.DecisionElement) -> None:
        self.room, self.owner, self.survey = found, owner, found.survey
        self.program = link(replace(found.survey.source, lenient=False))
        self.run = Run(self.program, None)
        self.logic = self.run.decisions[owner.id]

    def matching(self, inputs: dict[str, Any]) -> tuple[int, ...] | None:
        """Give the rules that match; None where something that is read has no value."""

        def taken() -> dict[str, Any]:
            scope = {name: inputs[name] for name in self.logic.inputs if name in inputs}
            for need in self.logic.requires:
                required = self.run.decisions[need.key]
                scope[required.name] = self.run.decide(required, dict(inputs))[0]
            return scope

        if any(need.scope for need in self.logic.requires):
            return None
        scope = bounded(taken, failed=lambda _: None)
        return None if scope is None else self.room.matching(scope)

    def tried(self, example: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Give inputs: the example's own, those of each rule of a required table, then mixtures of all values."""
        start = self._plain(example)
        yield start
        for other in self.rooms:
            for rule in range(min(other.space.rules, _MOST_RULES)):
                box = other.space.region(rule)
                told = other.example(tuple(min(chosen) for chosen in box)) if all(box) else None
                if told is not None:
                    own = {name: value for name, value in told.items() if name in other.read}
                    yield {**start, **self._plain(own, filled=False)}
                    yield {**self._plain(own), **{name: start[name] for name in start if name in example}}
        yield from _mixtures(self._values(start))

    def _plain(self, example: dict[str, Any], *, filled: bool = True) -> dict[str, Any]:
        """Keep the input data of an example, and sample those that it lacks."""
        made = {name: self.survey.values.sample(self.survey.types.of(kind)) for name, kind in self.inputs.items()}
        given = {name: value for name, value in example.items() if name in self.inputs}
        return {**made, **given} if filled else given

    @cached_property
    def required(self) -> dict[str, model.Element]:
        """Every element that the owner requires, and that those require, by id."""
        seen: dict[str, model.Element] = {}
        waiting = [*self.owner.inputs, *self.owner.decisions]
        while waiting:
            key = waiting.pop()
            element = self.survey.elements.get(key)
            if element is not None and key not in seen:
                seen[key] = element
                waiting += [*element.inputs, *element.decisions] if isinstance(element, model.DecisionElement) else []
        return seen

    @cached_property
    def inputs(self) -> dict[str, str]:
        """Name and type's name of all input data below the owner."""
        found = [one for one in self.required.values() if isinstance(one, model.InputData)]
        return {one.name: one.type for one in sorted(found, key=lambda one: one.name)}

    @cached_property
    def rooms(self) -> list[Room]:
        """The tables of the required decisions."""
        own = [site for site in self.survey.sites if site.owner.id in self.required]
        return [made for made in (room(site, self.survey) for site in own) if made is not None]

    @cached_property
    def constants(self) -> list[Any]:
        """Give the constants in the expressions of the required decisions, and what lies beside the numbers."""
        found: list[Any] = []
        waiting: list[Node] = [one.root for one in self.program.decisions if one.id in self.required]
        while waiting:
            node = waiting.pop()
            waiting += [] if isinstance(node, Table) else children(node)
            if isinstance(node, Literal) and node.value is not None:
                beside = (-1, 0, 1) if type(node.value) in NUMBERS else ()
                found += [node.value + step for step in beside] or [node.value]
        return list({repr(one): one for one in found}.values())[:_MOST_VALUES]

    def _values(self, start: dict[str, Any]) -> dict[str, list[Any]]:
        """Give for each input the values at which some table changes its answer; parts of a context one at a time."""
        values = {name: [value] for name, value in start.items()}
        for one in (self.room, *self.rooms):
            for dimension, path in zip(one.space.dimensions, one.paths, strict=True):
                if path and path[0] in values:
                    points = [dimension.value(place) for place in range(min(len(dimension.masks), _MOST_VALUES))]
                    values[path[0]] += [_placed(start[path[0]], path[1:], value) for value in points]
        for name, value in start.items():
            values[name] += [
                one for one in self.constants if type(one) is type(value) or {type(one), type(value)} <= NUMBERS
            ]
        return {name: list({repr(value): value for value in listed}.values()) for name, listed in values.items()}


def _placed(base: Any, path: tuple[str, ...], value: Any) -> Any:
    if not path:
        return value
    inner = base if isinstance(base, dict) else {}
    return {**inner, path[0]: _placed(inner.get(path[0]), path[1:], value)}


def _mixtures(values: dict[str, list[Any]]) -> Iterator[dict[str, Any]]:
    """Give the combinations of values, all of them where they are few, else some from everywhere."""
    total = prod(map(len, values.values()))
    step = 1 if total <= MOST_TRIED else int(total * _STRIDE) | 1
    for number in range(min(total, MOST_TRIED)):
        rest, made = number * step % total, {}
        for name, listed in values.items():
            rest, place = divmod(rest, len(listed))
            made[name] = listed[place]
        yield made
