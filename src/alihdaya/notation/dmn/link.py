"""From the model to linked logic: names, types and requirements of a model and its imports brought together."""

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from alihdaya.kernel.errors import NotationError, Problem, Source
from alihdaya.notation.dmn import model
from alihdaya.notation.dmn.graph import in_order
from alihdaya.notation.dmn.program import Logic, Need, Program, Service
from alihdaya.notation.dmn.trees import Trees, properties
from alihdaya.notation.dmn.typing import Types, result_of
from alihdaya.notation.feel import ir
from alihdaya.notation.feel.ir import TypeName
from alihdaya.notation.feel.parser import HEIGHT_LIMIT, NOW

_NULL = ir.Literal(0, None)
IMPORT_LIMIT = 8
"""How deep imports may go; a model that two others import is linked at either place."""


@lru_cache(maxsize=16)
def link(source: model.Model) -> Program:
    """Link a model.

    Raises NotationError with every problem: cycles, unknown names, cells that are not FEEL. In a lenient model what
    is wrong is null instead, with its reason.
    """
    problems: list[Problem] = []
    units = list(_units(_Unit(source, "", problems)))
    decisions = _ordered([unit.placed(part) for unit in units for part in unit.model.decisions], problems)
    functions = [unit.placed(part) for unit in units for part in unit.model.knowledge]
    knowledge = _ordered(functions, problems, rings=True)
    program = Program(
        tuple(unit.decision(element, ringed) for unit, element, ringed in decisions),
        tuple(unit.knowledge(element, ringed) for unit, element, ringed in knowledge),
        tuple(unit.service(element) for unit in units for element in unit.model.services),
    )
    if problems and not source.lenient:
        raise NotationError(problems)
    return program


class _Placed(NamedTuple):
    id: str
    name: str
    source: Source
    requires: tuple[str, ...]
    unit: "_Unit"
    element: Any


def _ordered(
    placed: list[_Placed], problems: list[Problem], *, rings: bool = False
) -> Iterator[tuple["_Unit", Any, Problem | None]]:
    """Give elements in order; those of a cycle come last, with the problem unless `rings` are allowed."""
    before = len(problems)
    here = {one.id for one in placed}
    ordered = in_order(placed, lambda one: tuple(key for key in one.requires if key in here), problems, rings=rings)
    for one in ordered:
        yield one.unit, one.element, None
    done = {one.id for one in ordered}
    for one in placed:
        if one.id not in done:
            yield one.unit, one.element, problems[before]


class _Unit:
    """One model at the place to which a chain of imports leads."""

    def __init__(self, source: model.Model, prefix: str, problems: list[Problem], depth: int = 0) -> None:
        if depth > IMPORT_LIMIT:
            raise NotationError(Problem("import", f"imports go more than {IMPORT_LIMIT} deep", Source(source.file)))
        self.model = source
        self.prefix = prefix
        self.problems = problems
        self.imports: dict[str, tuple[str, _Unit]] = {
            one.namespace: (one.name, _Unit(one.model, f"{prefix}{one.name or one.namespace}/", problems, depth + 1))
            for one in source.imports
        }
        self.types: Types = Types(source, {name: unit.types for name, unit in self.imports.values()}, problems)
        self.names = {part.id: part.name for part in source.elements}
        inner = (name for _, unit in self.imports.values() for name in (*unit.names.values(), *unit.trees.properties))
        self.trees: Trees = Trees(
            self.types, frozenset({*properties(source), *inner}), problems, lenient=source.lenient
        )
        self.allowed = {item.name: item.allowed for item in source.types if item.allowed is not None}
        self.trees.allowed = self.allowed

    def placed(self, element: Any) -> _Placed:
        """Put an element where the imports lead to it."""
        asked = element.decisions if isinstance(element, model.DecisionElement) else element.knowledge
        requires = tuple(self.need(reference).key for reference in asked)
        return _Placed(self.prefix + element.id, element.name, element.source, requires, self, element)

    def need(self, reference: str) -> Need:
        """Follow a reference: an id, or `namespace#id`."""
        namespace, _, key = reference.rpartition("#")
        if namespace in self.imports and namespace:
            name, unit = self.imports[namespace]
            return Need(name, unit.prefix + key)
        return Need("", self.prefix + key)

    def visible(self, reference: str) -> str:
        """Give the name under which what is referred to is in scope: its own, or that of the import."""
        namespace, _, key = reference.rpartition("#")
        if namespace in self.imports and namespace:
            name, unit = self.imports[namespace]
            return name or unit.names[key]
        return self.names[key]

    def _scope(self, references: Iterable[str]) -> frozenset[str]:
        return frozenset(self.visible(reference) for reference in references)

    def _checked(self, make: Callable[[], ir.Node], source: Source, ringed: Problem | None) -> ir.Node:
        if ringed is not None:
            return ir.Broken(0, ringed.code, ringed.message)
        root = make()
        if ir.height(root, HEIGHT_LIMIT) > HEIGHT_LIMIT:
            problem = Problem("feel-depth", f"the logic nests more than {HEIGHT_LIMIT} levels", source)
            self.problems.append(problem)
            return ir.Broken(0, problem.code, problem.message)
        return root

    def decision(self, element: model.DecisionElement, ringed: Problem | None) -> Logic:
        """Link a decision."""
        scope = self._scope(element.inputs + element.decisions + element.knowledge)
        logic, wanted = element.logic, self._type(element.type)
        if wanted is not None and isinstance(logic, model.Typed) and self.types.of(logic.type) is wanted:
            logic = logic.body
        root = self._checked(lambda: _NULL if logic is None else self.trees.boxed(logic, scope), element.source, ringed)
        return Logic(
            self.prefix + element.id,
            element.id,
            element.name,
            root,
            (),
            tuple(dict.fromkeys((*map(self.visible, element.inputs), *((NOW,) if ir.uses(root, NOW) else ())))),
            () if ringed else tuple(self.need(reference) for reference in element.decisions),
            tuple(self.need(reference) for reference in element.knowledge),
            element.source,
            wanted,
            tuple(self._input_types(element)),
        )

    def _input_types(self, element: model.DecisionElement) -> Iterator[tuple[str, TypeName]]:
        types = {part.id: part.type for part in self.model.inputs}
        for reference in element.inputs:
            wanted = self.types.of(types.get(reference, ""))
            if wanted is not None:
                yield self.names[reference], wanted

    def _type(self, name: str) -> TypeName | None:
        return self.types.of(name)

    def knowledge(self, element: model.KnowledgeModel, ringed: Problem | None) -> Logic:
        """Link a knowledge model."""
        logic = element.logic
        parameters = logic.parameters if logic else ()
        scope = self._scope(element.knowledge) | {element.name, *parameters}
        types = self.trees.parameter_types(logic.types) if logic else ()
        root = self._checked(lambda: self._body(logic, scope), element.source, ringed)
        wanted = result_of(self._type(element.type))
        return Logic(
            self.prefix + element.id,
            element.id,
            element.name,
            root if wanted is None else ir.Coerce(0, root, wanted),
            parameters,
            (),
            (),
            tuple(self.need(reference) for reference in dict.fromkeys((*element.knowledge, element.id))),
            element.source,
            types=types,
        )

    def _body(self, logic: model.FunctionDefinition | model.ExternalFunction | None, scope: frozenset[str]) -> ir.Node:
        if logic is None:
            return _NULL
        if isinstance(logic, model.ExternalFunction):
            arguments = tuple(ir.Name(0, name) for name in logic.parameters)
            return ir.Call(0, self.trees.boxed(logic, scope), arguments)
        return self.trees.boxed(logic.body, scope)

    def service(self, element: model.DecisionService) -> Service:
        """Link a decision service: its input data are its first parameters, then its input decisions."""
        parameters = []
        for reference in element.inputs + element.decisions:
            namespace, _, key = reference.rpartition("#")
            name, unit = self.imports[namespace] if namespace in self.imports and namespace else ("", self)
            parameters.append((name, unit.names[key]))
        return Service(
            self.prefix + element.id,
            element.id,
            element.name,
            tuple(parameters),
            tuple(self.need(reference) for reference in element.outputs),
            result_of(self._type(element.type)),
            element.source,
        )


def _units(unit: _Unit) -> Iterator[_Unit]:
    for _, inner in unit.imports.values():
        yield from _units(inner)
    yield unit
