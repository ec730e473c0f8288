"""Which values a type can have: the constants of its constraints, and a sample that satisfies them."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from alihdaya.kernel.errors import NotationError
from alihdaya.notation.dmn import model
from alihdaya.notation.dmn.analysis.tests import constants
from alihdaya.notation.dmn.typing import Types
from alihdaya.notation.feel import parse
from alihdaya.notation.feel.ir import Node, TypeName
from alihdaya.notation.feel.types import belongs
from alihdaya.notation.feel.values import YearsMonths

_USUAL: dict[str, tuple[Any, ...]] = {
    "number": (0, 1, 100),
    "string": ("?", "", "A", "1"),
    "boolean": (True, False),
    "date": (date(2026, 1, 1),),
    "time": (time(9, tzinfo=UTC),),
    "date and time": (datetime(2026, 1, 1, 9, tzinfo=UTC),),
    "days and time duration": (timedelta(days=1),),
    "years and months duration": (YearsMonths(12),),
    "list": ([],),
}
_CHAIN = 6


class Values:
    """The constraints of one model's types, by the type they belong to."""

    def __init__(self, types: Types, items: Iterable[model.ItemDefinition]) -> None:
        self.types = types
        self.tests: dict[int, tuple[Node, ...]] = {}
        self.texts: dict[int, str] = {}
        for _ in range(_CHAIN):  # a type may stand before the one that it narrows
            for item in items:
                made = types.found.get(item.name)
                if made is not None:
                    self._note(item, made)

    def _note(self, item: model.ItemDefinition, made: TypeName) -> None:
        if item.collection or item.function:
            return
        base = None if item.components else self.types.of(item.type)
        tests = self.tests.get(id(base), ()) + tuple(self._parsed(item))
        if tests:
            self.tests[id(made)] = tests
        for part, inner in zip(item.components, made.parts, strict=False):
            self._note(part, inner)

    def _parsed(self, item: model.ItemDefinition) -> Iterator[Node]:
        for text in (item.allowed, item.constraint):
            if text is not None:
                try:
                    yield parse(text.text, unary=True, closed=True, types=self.types.found, lenient=True).root
                except NotationError:
                    continue

    def points(self, wanted: TypeName | None) -> list[Any]:
        """Give the constants of a type's constraints."""
        return [value for test in self.tests.get(id(wanted), ()) for value in constants(test) or ()]

    def tests_of(self, wanted: TypeName | None) -> tuple[Node, ...]:
        """Give a type's constraints as tests."""
        return self.tests.get(id(wanted), ())

    def sample(self, wanted: TypeName | None) -> Any:
        """Give a value of a type that its constraints allow; null where none is found."""
        if wanted is None:
            return None
        if wanted.name == "context" and wanted.labels:
            made = {label: self.sample(part) for label, part in zip(wanted.labels, wanted.parts, strict=True)}
            return made if belongs(made, wanted) else None
        candidates = (*self.points(wanted), *_USUAL.get(wanted.name, ()))
        return next((value for value in candidates if belongs(value, wanted)), None)
