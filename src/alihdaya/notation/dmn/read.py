"""Reading a file of DMN, of any version from 1.1 to 1.6, into the neutral model."""

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from alihdaya.kernel.errors import NotationError, Problem, Source
from alihdaya.notation.dmn import model
from alihdaya.notation.dmn.boxed import BoxedReader, tidy
from alihdaya.notation.dmn.typing import is_known
from alihdaya.notation.xml import local_name, namespace_of, parse_xml, source_of

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

NAMESPACES = {
    "http://www.omg.org/spec/DMN/20151101/dmn.xsd": "1.1",
    "http://www.omg.org/spec/DMN/20180521/MODEL/": "1.2",
    "https://www.omg.org/spec/DMN/20191111/MODEL/": "1.3",
    "https://www.omg.org/spec/DMN/20211108/MODEL/": "1.4",
    "https://www.omg.org/spec/DMN/20230324/MODEL/": "1.5",
    "https://www.omg.org/spec/DMN/20240513/MODEL/": "1.6",
}
"""The namespaces of DMN's versions; all are read into the same model."""

_WANTED = {
    "requiredInput": ("inputData",),
    "requiredDecision": ("decision",),
    "requiredKnowledge": ("businessKnowledgeModel", "decisionService"),
    "outputDecision": ("decision",),
    "inputDecision": ("decision",),
    "inputData": ("inputData",),
}


def read(data: bytes, name: str, *, imports: Iterable[model.Model] = (), lenient: bool = False) -> model.Model:
    """Read a DMN file, called `name` in messages; `imports` are the models that it may import, by namespace.

    Raises NotationError with every problem found: XML that is refused, a namespace that is not DMN's, ids or names
    given twice, requirements that lead nowhere, cells and outputs that are missing, parts that are not supported.
    FEEL is parsed later, by `compile_model`. With `lenient` only XML that is refused and a root that is not DMN's
    raise: whatever else is wrong goes into the model's `problems`, and the rest of the model can be used.
    """
    root = parse_xml(data, name)
    if namespace_of(root) not in NAMESPACES or local_name(root) != "definitions":
        raise NotationError(
            Problem("not-dmn", "the root is not a definitions element of DMN 1.1 to 1.6", source_of(root, name))
        )
    reader = _Reader(name, root, imports)
    found = reader.whole()
    if reader.problems and not lenient:
        raise NotationError(reader.problems)
    return replace(found, problems=tuple(reader.problems), lenient=lenient)


def wanted_imports(data: bytes, name: str) -> tuple[str, tuple[str, ...]]:
    """Give a file's own namespace, and those of the models that it imports. Raises NotationError as `read` does."""
    root = parse_xml(data, name)
    own = namespace_of(root)
    found = (element.get("namespace", "") for element in root if element.tag == f"{{{own}}}import")
    return root.get("namespace", ""), tuple(found)


class _Reader(BoxedReader):
    def __init__(self, file: str, root: "Element", imports: Iterable[model.Model]) -> None:
        super().__init__(file, namespace_of(root))
        self.root = root
        self.target = root.get("namespace", "")
        self.ids: dict[str, Element] = {}
        self.known = {other.namespace: other for other in imports}
        self.imports: dict[str, model.Import] = {}

    def whole(self) -> model.Model:
        self._collect_ids()
        for element in self.children(self.root, "import"):
            self._import(element)
        made = model.Model(
            self.file,
            self.root.get("name", ""),
            self.target,
            tuple(self._input_data(element) for element in self.children(self.root, "inputData")),
            tuple(self._decision(element) for element in self.children(self.root, "decision")),
            tuple(self._knowledge(element) for element in self.children(self.root, "businessKnowledgeModel")),
            tuple(self._item(element) for element in self.children(self.root, "itemDefinition")),
            tuple(self._service(element) for element in self.children(self.root, "decisionService")),
            tuple(self.imports.values()),
        )
        self._check_names(made)
        self._check_types(made)
        return made

    def _check_types(self, made: model.Model) -> None:
        known = _type_names(made)
        for element in self.root.iter(f"{{{self.namespace}}}*"):
            said = [element.get("typeRef"), element.get("outputTypeRef")]
            said.append(element.text if local_name(element) == "typeRef" else None)
            for name in filter(None, map(tidy, said)):
                if not is_known(name, known):
                    self.problem("unknown-type", f"the type {name!r} is not known", element)

    def _import(self, element: "Element") -> None:
        namespace, kind = element.get("namespace", ""), element.get("importType", "")
        if kind and kind not in NAMESPACES:
            return
        if namespace in self.known:
            self.imports[namespace] = model.Import(tidy(element.get("name")), namespace, self.known[namespace])
        else:
            self.problem("import", f"the imported model {namespace!r} is not at hand", element)

    def _collect_ids(self) -> None:
        for element in self.root.iter(f"{{{self.namespace}}}*"):
            key = element.get("id")
            if key is None:
                continue
            if key in self.ids:
                first = self.ids[key].sourceline
                self.problem("duplicate-id", f"the id {key!r} was given before, in line {first}", element)
            self.ids[key] = element

    def _check_names(self, made: model.Model) -> None:
        seen: dict[str, Source] = {}
        parts = [(part.name, part.source) for part in made.inputs]
        parts += [(part.name, part.source) for part in made.decisions]
        parts += [(part.name, part.source) for part in made.services]
        parts += [(part.name, part.source) for part in made.knowledge]
        for name, source in sorted(parts, key=lambda part: part[1].line or 0):
            if name in seen:
                message = f"the name {name!r} was given before, in line {seen[name].line}"
                self.problems.append(Problem("duplicate-name", message, source))
            seen[name] = source

    def _named(self, element: "Element") -> tuple[str, str]:
        name = tidy(element.get("name"))
        if not name:
            self.problem("missing-name", f"the {local_name(element)} has no name", element)
        self.owner = name
        return element.get("id") or name, name

    def _type(self, element: "Element") -> str:
        variable = self.child(element, "variable")
        return "" if variable is None else tidy(variable.get("typeRef"))

    def _input_data(self, element: "Element") -> model.InputData:
        key, name = self._named(element)
        return model.InputData(key, name, self._type(element), source_of(element, self.file))

    def _decision(self, element: "Element") -> model.DecisionElement:
        key, name = self._named(element)
        information = [
            (local_name(reference), target)
            for requirement in self.children(element, "informationRequirement")
            for reference in self.children(requirement, "requiredInput", "requiredDecision")
            if (target := self._target(reference))
        ]
        return model.DecisionElement(
            key,
            name,
            self._type(element),
            self.expression(element),
            tuple(target for tag, target in information if tag == "requiredInput"),
            tuple(target for tag, target in information if tag == "requiredDecision"),
            self._knowledge_ids(element),
            source_of(element, self.file),
        )

    def _knowledge_ids(self, element: "Element") -> tuple[str, ...]:
        return tuple(
            target
            for requirement in self.children(element, "knowledgeRequirement")
            for reference in self.children(requirement, "requiredKnowledge")
            if (target := self._target(reference))
        )

    def _target(self, reference: "Element") -> str:
        wanted = _WANTED[local_name(reference)]
        namespace, _, key = reference.get("href", "").rpartition("#")
        if namespace in self.imports:
            if key in _ids(self.imports[namespace].model, wanted):
                return f"{namespace}#{key}"
            where = f"no {wanted[0]} of the imported model"
        else:
            found = self.ids.get(key) if namespace in {"", self.target} else None
            if found is not None and local_name(found) in wanted and found.getparent() is self.root:
                return key
            where = f"no {wanted[0]} of this file" if found is None else f"a {local_name(found)}, not a {wanted[0]}"
        self.problem("reference", f"the reference {reference.get('href', '')!r} leads to {where}", reference)
        return ""

    def _knowledge(self, element: "Element") -> model.KnowledgeModel:
        key, name = self._named(element)
        inside = self.child(element, "encapsulatedLogic")
        logic = None if inside is None else self.function(inside)
        function = logic if isinstance(logic, (model.FunctionDefinition, model.ExternalFunction)) else None
        if inside is not None and isinstance(function, model.FunctionDefinition):
            function = replace(function, body=self.typed(inside.get("typeRef"), function.body))
        source = source_of(element, self.file)
        return model.KnowledgeModel(key, name, function, self._knowledge_ids(element), source, self._type(element))

    def _service(self, element: "Element") -> model.DecisionService:
        key, name = self._named(element)
        outputs, decisions, inputs = (
            tuple(target for reference in self.children(element, tag) if (target := self._target(reference)))
            for tag in ("outputDecision", "inputDecision", "inputData")
        )
        source = source_of(element, self.file)
        return model.DecisionService(key, name, self._type(element), outputs, decisions, inputs, source)

    def _item(self, element: "Element") -> model.ItemDefinition:
        self.owner = tidy(element.get("name"))
        base = self.child(element, "typeRef")
        item = self.child(element, "functionItem")
        function: tuple[str, ...] = ()
        if item is not None:
            names = [tidy(parameter.get("typeRef")) for parameter in self.children(item, "parameters")]
            function = (*names, tidy(item.get("outputTypeRef")))
        return model.ItemDefinition(
            tidy(element.get("name")),
            tidy(base.text if base is not None else ""),
            element.get("isCollection") == "true",
            self.text(self.child(element, "allowedValues")),
            tuple(self._item(part) for part in self.children(element, "itemComponent")),
            self.text(self.child(element, "typeConstraint")),
            function,
            source_of(element, self.file),
        )


def _type_names(made: model.Model) -> set[str]:
    inner = {f"{one.name}.{name}" if one.name else name for one in made.imports for name in _type_names(one.model)}
    return {item.name for item in made.types} | inner


def _ids(other: model.Model, kinds: tuple[str, ...]) -> set[str]:
    parts: dict[str, tuple[model.Element, ...]] = {
        "inputData": other.inputs,
        "decision": other.decisions,
        "businessKnowledgeModel": other.knowledge,
        "decisionService": other.services,
    }
    return {part.id for kind in kinds for part in parts[kind]}
