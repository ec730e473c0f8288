"""FEEL's types as they are written after `instance of`, and which values belong to them (DMN 10.3.2.9)."""

from datetime import UTC, time
from typing import TYPE_CHECKING, Any

from alihdaya.notation.feel.budget import spend
from alihdaya.notation.feel.far import at
from alihdaya.notation.feel.ir import TypeName
from alihdaya.notation.feel.scope import longest, run_of_words, table_of
from alihdaya.notation.feel.values import Function, Range, kind_of

if TYPE_CHECKING:
    from alihdaya.notation.feel.parser import Parser

SIMPLE = (
    "number",
    "string",
    "boolean",
    "date",
    "time",
    "date and time",
    "days and time duration",
    "years and months duration",
    "Any",
    "Null",
    "list",
    "context",
    "range",
    "function",
)
_TABLE = table_of(SIMPLE)


def type_name(parser: "Parser") -> TypeName:
    """Read a type. Raises NotationError for a type that FEEL does not have."""
    found = longest(_TABLE, parser.tokens, parser.index)
    own = longest(parser.type_table, parser.tokens, parser.index)
    if own is not None and (found is None or own[1] > found[1]):
        parser.index += own[1]
        return parser.types[own[0]]
    if found is None:
        name = run_of_words(parser.tokens, parser.index)[0] if parser.token.kind == "name" else parser.token.text
        raise parser.place.refuse(f"the type {name!r} is not known", parser.token.at, "unknown-type")
    parser.index += found[1]
    parser.depth += 1
    labels, parts = _parts(parser, found[0]) if parser.accept("<") else ((), ())
    if found[0] == "function" and parser.accept("->"):
        parts = (*parts, type_name(parser))
    parser.depth -= 1
    return TypeName(found[0], parts, labels)


def _parts(parser: "Parser", outer: str) -> tuple[tuple[str, ...], tuple[TypeName, ...]]:
    labels: list[str] = []
    parts: list[TypeName] = []
    if parser.depth > 40:
        raise parser.place.refuse("types nest too deep", parser.token.at, "feel-depth")
    while not parser.accept(">"):
        if parts:
            parser.expect(",")
        if outer == "context":
            label, length = run_of_words(parser.tokens, parser.index)
            parser.index += length
            parser.expect(":")
            labels.append(label)
        parts.append(type_name(parser))
    return tuple(labels), tuple(parts)


def belongs(value: Any, wanted: TypeName, *, checked: bool = True) -> bool:
    """Tell whether a value is of a type, and an allowed one if `checked`; null is of the type Null only."""
    if value is None:
        return wanted.name == "Null"
    if wanted.name != "Any" and (kind_of(value) != wanted.name or not _parts_belong(value, wanted, checked=checked)):
        return False
    return not checked or wanted.check is None or wanted.check(value)


def _parts_belong(value: Any, wanted: TypeName, *, checked: bool) -> bool:
    if not wanted.parts:
        return True
    if wanted.name == "list":
        spend(len(value))
        return all(entry is None or belongs(entry, wanted.parts[0], checked=checked) for entry in value)
    if wanted.name == "context":
        for name, part in zip(wanted.labels, wanted.parts, strict=True):  # a loop: this is asked of every item
            if name not in value or not (value[name] is None or belongs(value[name], part, checked=checked)):
                return False
        return True
    if isinstance(value, Range):
        ends = (value.low, value.high)
        return all(end is None or belongs(end, wanted.parts[0], checked=checked) for end in ends)
    return not isinstance(value, Function) or _calls_alike(value, wanted)


def _calls_alike(function: Function, wanted: TypeName) -> bool:
    """Tell whether a function takes what a type's functions take (DMN 10.3.2.9.1)."""
    if len(function.parameters) != len(wanted.parts) - 1:
        return False
    own = function.types or (None,) * len(function.parameters)
    return all(one is None or conforms(part, one) for one, part in zip(own, wanted.parts, strict=False))


def conforms(narrow: TypeName, wide: TypeName) -> bool:
    """Tell whether every value of a type is of another one too (DMN 10.3.2.9.2)."""
    if wide.name == "Any" or narrow.name == "Null":
        return True
    if narrow.name != wide.name:
        return False
    if narrow.name != "context":
        return not wide.parts or (len(narrow.parts) == len(wide.parts) and all(map(conforms, narrow.parts, wide.parts)))
    own = dict(zip(narrow.labels, narrow.parts, strict=True))
    pairs = zip(wide.labels, wide.parts, strict=True)
    return all(label in own and conforms(own[label], part) for label, part in pairs)


def coerce(value: Any, wanted: TypeName | None) -> Any:
    """Make a value fit a type, or give null where it cannot (DMN 10.3.2.9.4).

    A list of one counts as its element, a value as a list of one, a date as its midnight in UTC.
    """
    if value is None or wanted is None or belongs(value, wanted):
        return value
    if type(value) is list:
        alone = len(value) == 1 and wanted.name != "list" and belongs(value[0], wanted)
        return value[0] if alone else None
    if wanted.name == "list":
        return [value] if belongs([value], wanted) else None
    if wanted.name == "date and time" and kind_of(value) == "date":
        moment = at(value, time(tzinfo=UTC))
        return moment if belongs(moment, wanted) else None
    return None
