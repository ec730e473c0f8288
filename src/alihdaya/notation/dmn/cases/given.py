"""Values that people write down, made FEEL's own by the type that a model declares: out of JSON, or out of a cell."""

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from difflib import get_close_matches
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple

from alihdaya.kernel.errors import NotationError, Problem, Source
from alihdaya.notation.dmn import model
from alihdaya.notation.dmn.link import link
from alihdaya.notation.dmn.program import Logic, Program
from alihdaya.notation.dmn.reference import decision_of
from alihdaya.notation.feel import evaluate, ir, parse, temporal
from alihdaya.notation.feel.budget import NEST_LIMIT
from alihdaya.notation.feel.ir import TypeName
from alihdaya.notation.feel.parser import NOW
from alihdaya.notation.feel.types import coerce
from alihdaya.notation.feel.values import NUMBERS, kind_of, number_of

_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,4})?", re.ASCII)
_DIGITS = 34
_LARGEST = 6144
LONGEST = 10_000
"""Most characters of a number that is read at all."""

_NEAR = 1_000
_NAME = 200
_TEMPORAL: dict[str, Callable[[str], Any]] = {
    "date": temporal.date_of,
    "time": temporal.time_of,
    "date and time": temporal.datetime_of,
    "days and time duration": temporal.duration_of,
    "years and months duration": temporal.duration_of,
}
_MAKERS = frozenset({"date", "time", "date and time", "duration"})
_PLAIN = (ir.Literal, ir.Negate, ir.ListOf, ir.ContextOf, ir.Interval, ir.OneSided)

Path = tuple[str, ...]
"""The name of a value; in front of it, that of the import whose context it stands in."""


class Unfit(ValueError):
    """A value that is not of the wanted type; its text is the reason, for a person."""


class Need(NamedTuple):
    """A value that decisions ask for, and its declared type, None where there is none."""

    path: Path
    type: TypeName | None

    @property
    def name(self) -> str:
        """The value's name as people write it."""
        return ".".join(self.path)


def tops(source: model.Model) -> tuple[str, ...]:
    """Give the names of the decisions that no other decision of the model requires, in the order of the file."""
    required = {key for decision in source.decisions for key in decision.decisions}
    return tuple(decision.name for decision in source.decisions if decision.id not in required)


def needs(source: model.Model, decisions: tuple[str, ...], given: frozenset[str]) -> tuple[Need, ...]:
    """Give what decisions need, their required decisions' inputs included, where `given` values are not decided.

    Raises KeyError for a decision that the model does not have, and NotationError as `compile_model` does.
    """
    program = link(source)
    found: dict[Path, Need] = {}
    for name in decisions:
        for need in _asked(program, decision_of(program, name), (), given, set()):
            known = found.setdefault(need.path, need)
            found[need.path] = known if known.type is not None else need
    return tuple(need for path, need in found.items() if not any(path == other[:-1] for other in found))


def _asked(program: Program, logic: Logic, place: Path, given: frozenset[str], seen: set[str]) -> Iterator[Need]:
    if logic.key in seen:
        return
    seen.add(logic.key)
    types = {**dict(logic.input_types), NOW: TypeName("date and time")}
    for name in logic.inputs:
        yield Need((*place, name), types.get(name))
    by_key = {one.key: one for one in program.decisions}
    for need in logic.requires:
        required = by_key[need.key]
        inner = (*place, need.scope) if need.scope else place
        if inner or required.name not in given:
            yield from _asked(program, required, inner, given, seen)


def judged(source: model.Model) -> tuple[Need, ...]:
    """Give the decisions of a model as values that may be given instead, with their types."""
    return tuple(Need((logic.name,), logic.type) for logic in link(source).decisions if logic.key == logic.id)


def variables_of(
    row: Mapping[str, Any], needed: tuple[Need, ...], source: Source, read: Callable[[Any, TypeName | None], Any]
) -> tuple[dict[str, Any], list[Problem]]:
    """Make variables of a row of values: what is needed by its type, read by `read`; all else is left out.

    Gives the variables and what is wrong: a value that is missing, or not of its type. Null is a value.
    """
    variables: dict[str, Any] = {}
    problems: list[Problem] = []
    for need in needed:
        holder: Any = row
        for step in need.path[:-1]:
            holder = holder.get(step) if isinstance(holder, Mapping) else None
        if not isinstance(holder, Mapping) or need.path[-1] not in holder:
            problems.append(_missing(need, row, needed, source))
            continue
        try:
            value = read(holder[need.path[-1]], need.type)
        except Unfit as error:
            problems.append(Problem("wrong-type", f"input {need.name!r}: {error}", source))
            continue
        _put(variables, need.path, value)
    return variables, problems


def _put(variables: dict[str, Any], path: Path, value: Any) -> None:
    for step in path[:-1]:
        variables = variables.setdefault(step, {})
    variables[path[-1]] = value


def _missing(need: Need, row: Mapping[str, Any], needed: tuple[Need, ...], source: Source) -> Problem:
    known = {other.path[0] for other in needed}
    strangers = (name for name in islice(row, _NEAR) if name not in known and len(name) <= _NAME)
    near = get_close_matches(need.name, strangers, 1)
    hint = f"; did you mean {need.name!r} where it says {near[0]!r}?" if near else ""
    return Problem("missing-input", f"input {need.name!r} is missing{hint}", source)


def described(wanted: TypeName) -> str:
    """Write a type for a person."""
    if wanted.name == "list" and wanted.parts:
        return f"list of {described(wanted.parts[0])}"
    return wanted.name


def from_plain(value: Any, wanted: TypeName | None) -> Any:
    """Make a FEEL value of JSON: dates, times and durations are ISO 8601 texts. Raises Unfit."""
    _check_shape(value)
    made = _made(value, wanted, "")
    if made is None or wanted is None:
        return made
    fitted = coerce(made, wanted)
    if fitted is None:
        raise Unfit(f"{_shown(value)} is not one of the allowed values")
    return fitted


def _check_shape(value: Any) -> None:
    """Refuse what nests too deep, and texts that hold half a character, which no file can be written with."""
    level = [value]
    for _ in range(NEST_LIMIT + 1):
        inside: list[Any] = []
        for one in level:
            if type(one) is dict:
                inside.extend(one)
                inside.extend(one.values())
            elif type(one) is list:
                inside.extend(one)
            elif type(one) is str and not one.isascii() and _HALF.search(one):
                raise Unfit(f"{_shown(one)} holds half a character (a lone surrogate)")
        if not inside:
            return
        level = inside
    raise Unfit(f"the value nests more than {NEST_LIMIT} levels deep")


_HALF = re.compile("[\ud800-\udfff]")


def _made(value: Any, wanted: TypeName | None, at: str) -> Any:
    kind = kind_of(value)
    if kind == "number":
        _check_digits(value, at)
    if wanted is None or wanted.name == "Any" or value is None:
        return _inside(value, at)
    if wanted.name == "list":
        part = wanted.parts[0] if wanted.parts else None
        items = value if kind == "list" else [value]
        return [_made(item, part, f"{at}[{place}]") for place, item in enumerate(items, 1)]
    if wanted.name == "context" and kind == "context":
        return _context(value, wanted, at)
    if wanted.name in _TEMPORAL and kind == "string":
        read = _TEMPORAL[wanted.name](value)
        if kind_of(read) != wanted.name:
            raise Unfit(f"{_at(at)}{_shown(value)} is no {wanted.name}, such as {_EXAMPLES[wanted.name]}")
        return read
    if kind == "list" and len(value) == 1:
        return _made(value[0], wanted, at)
    if kind != wanted.name and (kind, wanted.name) != ("date", "date and time"):
        raise Unfit(f"{_at(at)}{_shown(value)} is a {kind}, and a {described(wanted)} is wanted")
    return value


def _inside(value: Any, at: str) -> Any:
    if type(value) is list:
        return [_made(item, None, f"{at}[{place}]") for place, item in enumerate(value, 1)]
    return _context(value, TypeName("context"), at) if type(value) is dict else value


def _context(value: dict[str, Any], wanted: TypeName, at: str) -> dict[str, Any]:
    types = dict(zip(wanted.labels, wanted.parts, strict=True))
    for label in types:
        if label not in value:
            raise Unfit(f"{_at(at)}the entry {label!r} is missing")
    return {name: _made(entry, types.get(name), f"{at}.{name}".lstrip(".")) for name, entry in value.items()}


def number_read(text: str) -> int | Decimal:
    """Make a number of what JSON writes as one, without loss; NaN, which `from_plain` refuses, where it is too long."""
    if len(text) > LONGEST:
        return Decimal("NaN")
    try:
        number = Decimal(text)
    except ArithmeticError:
        return Decimal("NaN")
    return int(text) if len(text) < _INTEGER and text.lstrip("-").isdigit() else number


_INTEGER = 4_000
"""Python makes an integer of so many digits without a word."""


def _check_digits(value: int | Decimal, at: str) -> None:
    number = Decimal(value)
    digits = "".join(map(str, number.as_tuple().digits)).strip("0")
    if not number.is_finite() or len(digits) > _DIGITS or abs(number.adjusted()) > _LARGEST:
        raise Unfit(f"{_at(at)}a number has at most {_DIGITS} digits, and an exponent of at most {_LARGEST}")


def _at(at: str) -> str:
    return f"in {at}: " if at else ""


def _shown(value: Any) -> str:
    text = repr(str(value) if type(value) in NUMBERS else value)
    text = text.strip("'") if type(value) in NUMBERS else text
    return text if len(text) <= 60 else text[:59] + "\N{HORIZONTAL ELLIPSIS}"


_EXAMPLES = {
    "date": "2024-01-31",
    "time": "17:05:00",
    "date and time": "2024-01-31T17:05:00Z",
    "days and time duration": "P3DT4H",
    "years and months duration": "P1Y6M",
}


def from_text(text: str, wanted: TypeName | None) -> Any:
    """Make a FEEL value of a cell: plain text by the declared type, or a literal of FEEL. Raises Unfit.

    An empty cell and `null` are null; a text that would be taken for one is put in quotes. Without a declared type,
    a cell that is a literal of FEEL is that value, and any other one is a text.
    """
    bare = text.strip()
    if bare in {"", "null"}:
        return None
    if wanted is None or wanted.name == "Any":
        found = literal(bare)
        return bare if found is None else from_plain(found[0], None)
    if wanted.name == "string" and not _QUOTED.fullmatch(bare):
        return from_plain(bare, wanted)
    if wanted.name == "boolean" and bare.lower() in {"true", "false"}:
        return from_plain(bare.lower() == "true", wanted)
    if wanted.name == "number" and _NUMBER.fullmatch(bare):
        return from_plain(_exact(bare), wanted)
    if wanted.name in _TEMPORAL and _TEMPORAL[wanted.name](bare) is not None:
        return from_plain(bare, wanted)
    found = literal(bare)
    if found is None:
        raise Unfit(f"{_shown(bare)} is no {described(wanted)}")
    return from_plain(found[0], wanted)


_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)


def _exact(text: str) -> int | Decimal:
    number = number_read(text)
    _check_digits(number, "")
    return number_of(text.removeprefix("+")) or 0


@lru_cache(maxsize=4096)
def literal(text: str) -> tuple[Any] | None:
    """Read a literal of FEEL: a simple value, a list, context or range of such; None for any other text."""
    try:
        expression = parse(text, closed=True)
    except NotationError:
        return None
    return (evaluate(expression, {}),) if _constant(expression.root) else None


def _constant(node: ir.Node) -> bool:
    """Tell whether nothing is worked out for a value beyond the reading of it."""
    if isinstance(node, ir.Call):
        made = isinstance(node.function, ir.BuiltinName) and node.function.name in _MAKERS
        return made and all(map(_constant, node.arguments))
    return isinstance(node, _PLAIN) and all(map(_constant, ir.children(node)))
