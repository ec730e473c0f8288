"""Static types of FEEL's trees: what is certain to be null or false because kinds do not fit is told.

A type that is not known is None and fits everything; nothing is told about it.
"""

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any, NamedTuple

from alihdaya.notation.dmn.analysis import kinds
from alihdaya.notation.dmn.analysis.writing import feel_text
from alihdaya.notation.feel import ir
from alihdaya.notation.feel.ir import TypeName
from alihdaya.notation.feel.values import kind_of
from alihdaya.notation.finding import Rule

Type = TypeName | None
Scope = Mapping[str, Type]


class Report(NamedTuple):
    """Where findings about one text go, and the names that the model has but that are out of scope here."""

    tell: Callable[[Rule, dict[str, str]], None]
    used: set[str]
    elsewhere: frozenset[str]
    text: str


NUMBER, STRING, BOOLEAN = TypeName("number"), TypeName("string"), TypeName("boolean")
_DAYS, _MONTHS = "days and time duration", "years and months duration"
_DATED = frozenset({"date", "date and time"})
_SUMS = {
    ("number", "number"): "number",
    ("string", "string"): "string",
    (_DAYS, _DAYS): _DAYS,
    (_MONTHS, _MONTHS): _MONTHS,
}
_SUMS |= {(moment, length): moment for moment in ("date", "date and time") for length in (_DAYS, _MONTHS)}
_SUMS |= {("time", _DAYS): "time"}
_BOTH_WAYS = _SUMS | {(right, left): value for (left, right), value in _SUMS.items()}
_JOINED: dict[str, Mapping[tuple[str, str], str]] = {
    "+": _BOTH_WAYS,
    "-": {key: value for key, value in _SUMS.items() if key != ("string", "string")}
    | {(left, right): _DAYS for left in _DATED for right in _DATED}
    | {("time", "time"): _DAYS},
    "*": {("number", "number"): "number"}
    | {pair: length for length in (_DAYS, _MONTHS) for pair in ((length, "number"), ("number", length))},
    "/": {("number", "number"): "number"}
    | {pair: value for one in (_DAYS, _MONTHS) for pair, value in (((one, "number"), one), ((one, one), "number"))},
    "**": {("number", "number"): "number"},
}


def name_of(wanted: Type) -> str:
    """Write a type for a message."""
    if wanted is None:
        return "?"
    return f"list<{name_of(wanted.parts[0])}>" if wanted.name == "list" and wanted.parts else wanted.name


def plain(wanted: Type) -> str:
    """Give the kind of a type where it is certain, with a list of one type as its element; else nothing."""
    return "" if wanted is None or wanted.name in {"Any", "Null", "list", "range"} else wanted.name


def apart(left: Type, right: Type) -> bool:
    """Tell whether values of two types are certain never to be equal or in order."""
    one, other = plain(left), plain(right)
    return bool(one and other) and one != other and not {one, other} <= _DATED


def near(name: str, known: Any) -> str:
    """Hint at a known name that is like an unknown one."""
    found = get_close_matches(name, [one for one in known if one], 1)
    return f" ({found[0]}?)" if found else ""


def join(types: list[Type]) -> Type:
    """Give the type that all of some values are of; None where they differ, nulls aside."""
    real = [one for one in types if one is None or one.name != "Null"]
    if not real:
        return types[0] if types else None
    first = real[0]
    if first is not None and all(one is not None and one.name == first.name for one in real):
        return first if all(one == first for one in real) else TypeName(first.name)
    return None


def infer(node: ir.Node, scope: Scope, report: Report) -> Type:
    """Give the type of a tree's value, and report what cannot fit in it."""
    rule = _RULES.get(type(node))
    if rule is None:
        for child in ir.children(node):
            infer(child, scope, report)
        return None
    return rule(node, scope, report)


def _literal(node: ir.Literal, _scope: Scope, _report: Report) -> Type:
    kind = kind_of(node.value)
    return TypeName("Null" if node.value is None else kind)


def _name(node: ir.Name, scope: Scope, report: Report) -> Type:
    report.used.add(node.name)
    if node.name in scope:
        return scope[node.name]
    if node.name not in {"now()", ir.INPUT} and LOOSE not in scope:
        rule = kinds.NOT_REQUIRED if node.name in report.elsewhere else kinds.UNKNOWN_NAME
        report.tell(rule, {"name": repr(node.name), "hint": near(node.name, scope)})
    return TypeName("date and time") if node.name == "now()" else None


LOOSE = "\0loose"
"""In the scope of a filter whose elements are not known: any name may be one of their entries."""


def _negate(node: ir.Negate, scope: Scope, report: Report) -> Type:
    inner = infer(node.operand, scope, report)
    if plain(inner) and plain(inner) not in {"number", _DAYS, _MONTHS}:
        report.tell(kinds.OPERANDS, {"sign": "-", "left": "", "right": name_of(inner)})
        return None
    return inner


def _arithmetic(node: ir.Arithmetic, scope: Scope, report: Report) -> Type:
    left, right = infer(node.left, scope, report), infer(node.right, scope, report)
    pair = plain(left), plain(right)
    if not all(pair):
        return None
    found = _JOINED[node.op].get(pair)
    if found is None:
        report.tell(kinds.OPERANDS, {"sign": node.op, "left": name_of(left), "right": name_of(right)})
    return TypeName(found) if found else None


def _compare(node: ir.Compare, scope: Scope, report: Report) -> Type:
    _check_pair(infer(node.left, scope, report), infer(node.right, scope, report), report)
    return BOOLEAN


def _check_pair(left: Type, right: Type, report: Report) -> None:
    if apart(left, right):
        facts = {"text": report.text, "left": name_of(left), "right": name_of(right)}
        report.tell(kinds.COMPARED, facts)


def _logic(node: ir.Logic, scope: Scope, report: Report) -> Type:
    for part in (node.left, node.right):
        condition(part, scope, report)
    return BOOLEAN


def condition(node: ir.Node, scope: Scope, report: Report) -> None:
    """Infer a tree that must be true or false."""
    found = infer(node, scope, report)
    if plain(found) and plain(found) != "boolean":
        report.tell(kinds.NOT_BOOLEAN, {"left": name_of(found), "text": report.text})


def _between(node: ir.Between, scope: Scope, report: Report) -> Type:
    value = infer(node.value, scope, report)
    for end in (node.low, node.high):
        _check_pair(value, infer(end, scope, report), report)
    return BOOLEAN


def _in(node: ir.In, scope: Scope, report: Report) -> Type:
    value = infer(node.value, scope, report)
    for test in node.tests:
        for found in tested(test, {**scope, ir.INPUT: value}, report):
            _check_pair(value, found, report)
    return BOOLEAN


def tested(test: ir.Node, scope: Scope, report: Report) -> list[Type]:
    """Infer one test; give the types of what it compares with, none for a condition."""
    if isinstance(test, ir.Against):
        return [infer(test.operand, scope, report)]
    if isinstance(test, ir.Interval):
        return [infer(test.low, scope, report), infer(test.high, scope, report)]
    found = infer(test, scope, report)
    return [] if ir.is_condition(test) else [found]


def _if(node: ir.If, scope: Scope, report: Report) -> Type:
    condition(node.condition, scope, report)
    return join([infer(node.then, scope, report), infer(node.otherwise, scope, report)])


def _element(wanted: Type) -> Type:
    if wanted is None or (wanted.name == "list" and not wanted.parts):
        return None
    if wanted.name in {"list", "range"}:
        return wanted.parts[0] if wanted.parts else None
    return wanted


def _turns(node: Any, scope: Scope, report: Report) -> dict[str, Type]:
    inner = dict(scope)
    for name, source in zip(node.names, node.sources, strict=True):
        inner[name] = NUMBER if isinstance(source, ir.Span) else _element(infer(source, inner, report))
    return inner


def _for(node: ir.For, scope: Scope, report: Report) -> Type:
    found = infer(node.body, {**_turns(node, scope, report), "partial": TypeName("list")}, report)
    return TypeName("list", (found,) if found else ())


def _quantified(node: ir.Quantified, scope: Scope, report: Report) -> Type:
    condition(node.body, _turns(node, scope, report), report)
    return BOOLEAN


def _list(node: ir.ListOf, scope: Scope, report: Report) -> Type:
    found = join([infer(item, scope, report) for item in node.items])
    return TypeName("list", (found,) if found and found.name != "Null" else ())


def _context(node: ir.ContextOf, scope: Scope, report: Report) -> Type:
    inner, types = dict(scope), []
    for name, entry in node.entries:
        inner[name] = infer(entry, inner, report)
        types.append(inner[name] or TypeName("Any"))
    if node.result:
        return inner[node.entries[-1][0]]
    return TypeName("context", tuple(types), tuple(name for name, _ in node.entries))


_PARTS = dict.fromkeys(("year", "month", "day", "weekday", "hour", "minute", "second"), NUMBER)
_PARTS |= dict.fromkeys(("years", "months", "days", "hours", "minutes", "seconds"), NUMBER)


def _path(node: ir.Path, scope: Scope, report: Report) -> Type:
    target = infer(node.target, scope, report)
    many = target is not None and target.name == "list"
    inner = _element(target)
    if inner is None or inner.name != "context" or not inner.labels:
        return None if inner is None or inner.name == "context" or many else _PARTS.get(node.name)
    if node.name not in inner.labels:
        facts = {"target": report.text, "name": repr(node.name), "hint": near(node.name, inner.labels)}
        report.tell(kinds.NO_ENTRY, facts)
        return None
    found = inner.parts[inner.labels.index(node.name)]
    found_type = None if found.name == "Any" else found
    return TypeName("list", (found_type,) if found_type else ()) if many else found_type


def _filter(node: ir.Filter, scope: Scope, report: Report) -> Type:
    target = infer(node.target, scope, report)
    inner = _element(target)
    own: dict[str, Type] = {"item": inner}
    if inner is None or inner.name == "Any" or (inner.name == "context" and not inner.labels):
        own[LOOSE] = None
    elif inner.name == "context":
        own |= {k: None if v.name == "Any" else v for k, v in zip(inner.labels, inner.parts, strict=True)}
    found = infer(node.condition, {**scope, **own}, report)
    if plain(found) == "number":
        return inner
    if plain(found) and plain(found) != "boolean":
        report.tell(kinds.NOT_BOOLEAN, {"left": name_of(found), "text": report.text})
    return TypeName("list", (inner,) if inner else ()) if plain(found) == "boolean" else None


def _lambda(node: ir.Lambda, scope: Scope, report: Report) -> Type:
    types = node.types or (None,) * len(node.parameters)
    found = infer(node.body, {**scope, **dict(zip(node.parameters, types, strict=True))}, report)
    any_type = TypeName("Any")
    parts = tuple(one or any_type for one in (*types, found))
    return TypeName("function", parts, node.parameters)


def _coerce(node: ir.Coerce, scope: Scope, report: Report) -> Type:
    infer(node.value, scope, report)
    return node.type


def _instance(node: ir.InstanceOf, scope: Scope, report: Report) -> Type:
    infer(node.value, scope, report)
    return BOOLEAN


def value_text(node: ir.Node) -> str:
    """Write a tree for a message: a constant as FEEL writes it, a name, else an ellipsis."""
    return feel_text(node.value) if isinstance(node, ir.Literal) else node.name if isinstance(node, ir.Name) else "…"


_RULES: dict[type, Callable[..., Type]] = {
    ir.Literal: _literal,
    ir.Name: _name,
    ir.Negate: _negate,
    ir.Arithmetic: _arithmetic,
    ir.Compare: _compare,
    ir.Logic: _logic,
    ir.Between: _between,
    ir.In: _in,
    ir.If: _if,
    ir.For: _for,
    ir.Quantified: _quantified,
    ir.ListOf: _list,
    ir.ContextOf: _context,
    ir.Path: _path,
    ir.Filter: _filter,
    ir.Lambda: _lambda,
    ir.Coerce: _coerce,
    ir.InstanceOf: _instance,
}


def infers(kind: type[ir.Node], rule: Callable[..., Type]) -> None:
    """Register the rule of a kind of node."""
    _RULES[kind] = rule
