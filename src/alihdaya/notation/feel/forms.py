"""The forms of FEEL that have a shape of their own: literals, brackets, loops, functions, contexts, tests."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from alihdaya.notation.feel import evaluator, ops, temporal
from alihdaya.notation.feel.builtins import external
from alihdaya.notation.feel.ir import (
    Against,
    BuiltinName,
    Call,
    ContextOf,
    Filter,
    For,
    If,
    Interval,
    Lambda,
    ListOf,
    Literal,
    Name,
    Native,
    Node,
    OneSided,
    Path,
    Quantified,
    Span,
    TypeName,
)
from alihdaya.notation.feel.lexer import Token, unquote
from alihdaya.notation.feel.scope import longest, run_of_words
from alihdaya.notation.feel.types import type_name
from alihdaya.notation.feel.values import number_of

if TYPE_CHECKING:
    from alihdaya.notation.feel.parser import Parser

Form = Callable[["Parser", Token], Node]
_TEST_SIGNS = ("<", "<=", ">", ">=", "=", "!=")
_CONSTANT_MAKERS = {
    "date": temporal.date_of,
    "time": temporal.time_of,
    "date and time": temporal.datetime_of,
    "duration": temporal.duration_of,
}
SOURCE_LIMIT = 10
"""Most sources that one loop may have."""


def literal(parser: "Parser", token: Token) -> Literal:
    """Read a number or a string. Raises NotationError for a number that 34 digits cannot hold."""
    if token.kind == "string":
        return Literal(token.at, unquote(parser.place, token))
    number = number_of(token.text)
    if number is None:
        raise parser.place.refuse(f"the number {token.text} is too large", token.at)
    return Literal(token.at, number)


def negated(at: int, operand: Node) -> Node:
    """Fold a minus into the constant behind it."""
    value = operand.value if isinstance(operand, Literal) else None
    return Literal(at, ops.negate(value))


def at_literal(parser: "Parser", token: Token) -> Node:
    """Read `@"…"`. Raises NotationError where the text is no date, time or duration."""
    if parser.token.kind != "string":
        raise parser.unexpected("a text in quotes is expected after @")
    text = unquote(parser.place, parser.advance())
    value = temporal.literal_of(text)
    if value is None:
        raise parser.place.refuse(f"{text!r} is no date, time or duration", token.at)
    return Literal(token.at, value)


def truth(_parser: "Parser", token: Token) -> Node:
    """Give true, false or null."""
    return Literal(token.at, {"true": True, "false": False}.get(token.text))


def one_test(parser: "Parser", power: int = 0) -> Node:
    """Read one test: an operator with an operand, an interval, or an expression."""
    token = parser.token
    if parser.next_is(*_TEST_SIGNS):
        parser.advance()
        return Against(token.at, token.text, parser.expression(30))
    return parser.expression(power)


def tests(parser: "Parser") -> tuple[Node, ...]:
    """Read tests with commas between."""
    found = [one_test(parser)]
    while parser.accept(","):
        found.append(one_test(parser))
    return tuple(found)


def tests_in_parentheses(parser: "Parser") -> tuple[Node, ...] | None:
    """Read `(test, …)`; None where the parenthesis opens an interval or an expression instead."""
    parser.expect("(")
    found = tests(parser)
    return found if parser.accept(")") else None


def parenthesis(parser: "Parser", token: Token) -> Node:
    """Read `( … )`, or an interval that leaves out its low end."""
    if parser.next_is(*_TEST_SIGNS):
        sign = parser.advance().text
        operand = parser.expression(30)
        parser.expect(")")
        return OneSided(token.at, sign, operand)
    inner = parser.expression()
    if parser.next_is(".."):
        return _interval(parser, token, inner, low_closed=False)
    parser.expect(")")
    return inner


def bracket(parser: "Parser", token: Token) -> Node:
    """Read a list, or an interval with its low end."""
    items: list[Node] = []
    if parser.accept("]"):
        return ListOf(token.at, ())
    items.append(parser.expression())
    if parser.next_is(".."):
        return _interval(parser, token, items[0], low_closed=True)
    while parser.accept(","):
        items.append(parser.expression())
    parser.expect("]")
    return ListOf(token.at, tuple(items))


def open_interval(parser: "Parser", token: Token) -> Node:
    """Read an interval that starts with `]`: its low end is left out."""
    return _interval(parser, token, parser.expression(), low_closed=False)


def _interval(parser: "Parser", token: Token, low: Node, *, low_closed: bool) -> Node:
    parser.expect("..")
    parser.open_ranges += 1
    high = parser.expression()
    parser.open_ranges -= 1
    if not parser.next_is("]", ")", "["):
        raise parser.unexpected("the end of the interval, ']', ')' or '[', is expected")
    return Interval(token.at, low, high, low_closed, parser.advance().text == "]")


def context(parser: "Parser", token: Token) -> Node:
    """Read `{key: value, …}`; every key is in scope for the entries after it."""
    entries: dict[str, Node] = {}
    parser.scope.push([])
    while not parser.next_is("}"):
        if entries:
            parser.expect(",")
        key = _key(parser)
        if key in entries:
            raise parser.place.refuse(f"the key {key!r} is given twice", parser.token.at, "duplicate-key")
        parser.expect(":")
        entries[key] = parser.expression()
        parser.scope.add(key)
    parser.expect("}")
    parser.scope.pop()
    return ContextOf(token.at, tuple(entries.items()))


def _key(parser: "Parser") -> str:
    if parser.token.kind == "string":
        return unquote(parser.place, parser.advance())
    start = parser.token.at
    while parser.token.kind != "end" and not parser.next_is(":", "{", "}", ","):
        parser.advance()
    key = " ".join(parser.place.text[start : parser.token.at].split())
    if not key:
        raise parser.unexpected("the key of an entry is expected")
    return key


def conditional(parser: "Parser", token: Token) -> Node:
    """Read `if … then … else …`."""
    condition = parser.expression()
    parser.expect("then")
    then = parser.expression()
    parser.expect("else")
    return If(token.at, condition, then, parser.expression())


def _sources(parser: "Parser") -> tuple[tuple[str, ...], tuple[Node, ...]]:
    names: list[str] = []
    sources: list[Node] = []
    while not names or parser.accept(","):
        if parser.token.kind != "name" or len(names) == SOURCE_LIMIT:
            raise parser.unexpected(f"the name of one of at most {SOURCE_LIMIT} loop variables is expected")
        name, length = run_of_words(parser.tokens, parser.index)
        parser.index += length
        at = parser.expect("in").at
        source = parser.expression()
        sources.append(Span(at, source, parser.expression()) if parser.accept("..") else source)
        names.append(name)
        parser.scope.push([name])
    return tuple(names), tuple(sources)


def loop(parser: "Parser", token: Token) -> Node:
    """Read `for … return …`."""
    names, sources = _sources(parser)
    parser.expect("return")
    parser.scope.push(["partial"])
    body = parser.expression()
    for _ in (*names, "partial"):
        parser.scope.pop()
    return For(token.at, names, sources, body)


def quantified(parser: "Parser", token: Token) -> Node:
    """Read `some … satisfies …` or `every … satisfies …`."""
    names, sources = _sources(parser)
    parser.expect("satisfies")
    body = parser.expression()
    for _ in names:
        parser.scope.pop()
    return Quantified(token.at, token.text == "every", names, sources, body)


def function(parser: "Parser", token: Token) -> Node:
    """Read `function(a, b: type) body`. Raises NotationError for an external function that is not known."""
    parser.expect("(")
    names: list[str] = []
    types: list[TypeName | None] = []
    while not parser.next_is(")"):
        if names:
            parser.expect(",")
        name, length = run_of_words(parser.tokens, parser.index)
        if parser.token.kind != "name":
            raise parser.unexpected("the name of a parameter is expected")
        parser.index += length
        types.append(type_name(parser) if parser.accept(":") else None)
        names.append(name)
    parser.expect(")")
    if parser.accept("external"):
        return _external(parser, token, tuple(names), tuple(types))
    parser.scope.push(names)
    body = parser.expression()
    parser.scope.pop()
    return Lambda(token.at, tuple(names), body, tuple(types) if any(types) else ())


def _external(parser: "Parser", token: Token, names: tuple[str, ...], types: tuple[TypeName | None, ...]) -> Node:
    described = evaluator.walk(parser.expression(), {}, None)
    kind = next(iter(described)) if type(described) is dict and len(described) == 1 else ""
    body = external.find(kind, described[kind], len(names)) if kind else None
    if body is None:
        raise parser.place.refuse(
            "external functions are not run, and this one is not known", token.at, "feel-external"
        )
    return Native(token.at, names, body, types if any(types) else ())


def path(parser: "Parser", target: Node, at: int) -> Node:
    """Read the name after a dot."""
    known = longest(parser.scope.properties, parser.tokens, parser.index)
    if known is None and parser.token.kind != "name":
        raise parser.unexpected("a name is expected after the dot")
    name, length = known or run_of_words(parser.tokens, parser.index)
    parser.index += length
    return Path(at, target, name)


def filtering(parser: "Parser", target: Node, at: int) -> Node:
    """Read the condition of a filter, in which the element's entries are names."""
    parser.scope.push(["item"], loose=True)
    ranges, parser.open_ranges = parser.open_ranges, 0
    condition = parser.expression()
    parser.open_ranges = ranges
    parser.scope.pop(loose=True)
    parser.expect("]")
    return Filter(at, target, condition)


def invocation(parser: "Parser", target: Node, at: int) -> Node:
    """Read the arguments of an invocation; date and time builtins over constant texts become literals."""
    arguments: list[Node] = []
    names: list[str] = []
    while not parser.next_is(")"):
        if arguments:
            parser.expect(",")
        if label := _label(parser):
            names.append(label)
        if names and len(names) != len(arguments) + 1:
            raise parser.unexpected("arguments are given either all by name or all by position; a name is expected")
        arguments.append(parser.expression())
    parser.expect(")")
    if len(set(names)) != len(names):
        raise parser.place.refuse("an argument is given twice", at)
    return _folded(Call(at, target, tuple(arguments), tuple(names)))


def _label(parser: "Parser") -> str:
    end = parser.index
    while parser.tokens[end].kind == "name" or (end > parser.index and parser.tokens[end].kind == "number"):
        end += 1
    if end == parser.index or parser.tokens[end].text != ":":
        return ""
    label = " ".join(token.text for token in parser.tokens[parser.index : end])
    parser.index = end + 1
    return label


def _folded(call: Call) -> Node:
    if isinstance(call.function, BuiltinName) and len(call.arguments) == 1 and not call.names:
        maker, only = _CONSTANT_MAKERS.get(call.function.name), call.arguments[0]
        if maker is not None and isinstance(only, Literal) and type(only.value) is str:
            value = maker(only.value)
            return call if value is None else Literal(call.at, value)
    return call


def tested_value(_parser: "Parser", token: Token) -> Node:
    """Read `?`, the value that a unary test tests."""
    return Name(token.at, "?")


SIGNS: dict[str, Form] = {
    "(": parenthesis,
    "[": bracket,
    "]": open_interval,
    "{": context,
    "@": at_literal,
    "?": tested_value,
}
"""Forms by the sign that opens them."""

WORDS: dict[str, Form] = {
    "true": truth,
    "false": truth,
    "null": truth,
    "if": conditional,
    "for": loop,
    "some": quantified,
    "every": quantified,
    "function": function,
}
"""Forms by the word that opens them."""

POSTFIX: dict[str, Callable[["Parser", Node, int], Node]] = {".": path, "[": filtering, "(": invocation}
"""Forms by the sign that follows their target."""
