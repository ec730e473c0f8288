"""From a model's item definitions to FEEL's types, with their constraints as checks (DMN 7.3.2, 7.3.3)."""

from collections.abc import Callable, Container, Mapping
from typing import Any

from alihdaya.kernel.errors import NotationError, Problem
from alihdaya.notation.dmn import model
from alihdaya.notation.feel import ir, parse
from alihdaya.notation.feel.budget import bounded
from alihdaya.notation.feel.evaluator import walk
from alihdaya.notation.feel.ir import INPUT, TypeName
from alihdaya.notation.feel.types import SIMPLE

ANY = TypeName("Any")
TYPE_LIMIT = 60
"""How deep a type may be said by other types of the model."""
_OTHER_NAMES = {
    "dateTime": "date and time",
    "date time": "date and time",
    "dayTimeDuration": "days and time duration",
    "days time duration": "days and time duration",
    "yearMonthDuration": "years and months duration",
    "years months duration": "years and months duration",
    "any": "Any",
}


def is_known(name: str, items: Container[str]) -> bool:
    """Tell whether a type's name is one of FEEL's own, or among those of a model's items."""
    plain = name.partition(":")[2] or name
    plain = plain if plain in items else plain.removeprefix("feel.")
    return plain in items or _OTHER_NAMES.get(plain, plain) in SIMPLE


class Types:
    """The types of one model by name; those of an import stand behind the import's name and a dot."""

    def __init__(self, source: model.Model, imported: Mapping[str, "Types"], problems: list[Problem]) -> None:
        self.problems = problems
        self.found: dict[str, TypeName] = {}
        self.open: dict[str, bool] = {}
        self.items = {item.name: item for item in source.types}
        for prefix, types in imported.items():
            self.found |= {f"{prefix}.{name}" if prefix else name: found for name, found in types.found.items()}
        for item in source.types:
            self.of(item.name)

    def of(self, name: str) -> TypeName | None:
        """Give the type of a name; None for no name, and for one that says nothing or is not known."""
        plain = name.partition(":")[2] or name
        plain = plain.removeprefix("feel.") if plain not in self.found else plain
        plain = _OTHER_NAMES.get(plain, plain)
        if plain in self.found:
            return self.found[plain]
        if plain in self.items and plain not in self.open:
            return self._open(plain)
        if plain in self.open and not any(self.open[one] for one in list(self.open)[list(self.open).index(plain) :]):
            message = f"the type {plain!r} is said by itself"
            self.problems.append(Problem("requirement-cycle", message, self.items[plain].source))
        return TypeName(plain) if plain in SIMPLE and plain != "Any" else None

    def _open(self, name: str) -> TypeName | None:
        item = self.items[name]
        if len(self.open) >= TYPE_LIMIT:
            message = f"types are said by types more than {TYPE_LIMIT} deep"
            self.problems.append(Problem("dmn-depth", message, item.source))
            return None
        self.open[name] = bool(item.components)
        self.found[name] = self._item(item)
        del self.open[name]
        return self.found[name]

    def _item(self, item: model.ItemDefinition) -> TypeName:
        if item.function:
            made = TypeName("function", tuple(self.of(part) or ANY for part in item.function))
        elif item.components:
            labels = tuple(part.name for part in item.components)
            made = TypeName("context", tuple(self._item(part) for part in item.components), labels)
        else:
            made = self.of(item.type) or ANY
        if item.collection:
            return self._checked(TypeName("list", (self._checked(made, item.allowed),)), item.constraint)
        return self._checked(self._checked(made, item.allowed), item.constraint)

    def _checked(self, base: TypeName, text: model.FeelText | None) -> TypeName:
        if text is None:
            return base
        try:
            test = parse(text.text, source=text.source, unary=True, closed=True, types=self.found).root
        except NotationError as error:
            self.problems += error.problems
            return base
        return TypeName(base.name, base.parts, base.labels, _check(test, base.check))


_REMEMBERED = 1_000
"""So many texts are remembered as allowed or not: the words of an enumeration come again and again."""


def _check(test: ir.Node, before: Callable[[Any], bool] | None) -> Callable[[Any], bool]:
    known: dict[str, bool] = {}

    def ask(value: Any) -> bool:
        return (before is None or before(value)) and bounded(
            walk, test, {INPUT: value}, None, failed=lambda _: None
        ) is True

    def passes(value: Any) -> bool:
        if type(value) is not str:
            return ask(value)
        found = known.get(value)
        if found is None:
            found = ask(value)
            if len(known) < _REMEMBERED:
                known[value] = found
        return found

    return passes


def result_of(wanted: TypeName | None) -> TypeName | None:
    """Give the type of what a function gives back, where a type may be said as the function's or the result's."""
    if wanted is not None and wanted.name == "function":
        return wanted.parts[-1] if wanted.parts and wanted.parts[-1].name != "Any" else None
    return wanted
