"""FEEL's types as they are written after `instance of`, and which values belong to them (DMN 10.3.2.9)."""

from typing import TYPE_CHECKING, Any

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


def belongs(value: Any, wanted: TypeName) -> bool:
    """Tell whether a value is of a type; null is of the types Null and Any only."""
    if wanted.name == "Any":
        return True
    if value is None:
        return wanted.name == "Null"
    if kind_of(value) != wanted.name:
        return False
    if not wanted.parts:
        return True
    if wanted.name == "list":
        return all(entry is None or belongs(entry, wanted.parts[0]) for entry in value)
    if wanted.name == "context":
        pairs = zip(wanted.labels, wanted.parts, strict=True)
        return all(name in value and (value[name] is None or belongs(value[name], part)) for name, part in pairs)
    if isinstance(value, Range):
        ends = (value.low, value.high)
        return all(end is None or belongs(end, wanted.parts[0]) for end in ends)
    return not isinstance(value, Function) or len(value.parameters) == len(wanted.parts) - 1
