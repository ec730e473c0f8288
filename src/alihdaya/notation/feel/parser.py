"""Hand-written Pratt parser from FEEL text to nodes (DMN 10.3.1.2), reading names by the scope it is in."""

from collections.abc import Iterable, Mapping

from alihdaya.kernel.errors import NotationError, Source
from alihdaya.notation.feel import forms, ops
from alihdaya.notation.feel.builtins import NAMES as BUILTIN_NAMES
from alihdaya.notation.feel.ir import (
    INPUT,
    Arithmetic,
    Between,
    BuiltinName,
    Call,
    Compare,
    Expr,
    In,
    InstanceOf,
    Literal,
    Logic,
    Name,
    Negate,
    Node,
    TypeName,
    height,
)
from alihdaya.notation.feel.lexer import Place, Token, tokens_of
from alihdaya.notation.feel.scope import KEYWORDS, Scope, Table, longest, run_of_words, table_of
from alihdaya.notation.feel.types import type_name

DEPTH_LIMIT = 50
"""Deepest nesting of expressions within one text."""

HEIGHT_LIMIT = 120
"""Most levels that the tree of one text may have, chains such as `a + b + c` counting one a sign."""

_NOWHERE = Source()
_NO_TYPES: Mapping[str, TypeName] = {}
_BUILTINS = table_of(BUILTIN_NAMES)
_COMPARISONS = frozenset({"=", "!=", "<", "<=", ">", ">="})
_POWER = {"or": 10, "and": 20, "between": 30, "in": 30, "+": 40, "-": 40, "*": 50, "/": 50, "**": 60, "instance": 80}
_POWER |= dict.fromkeys(_COMPARISONS, 30) | {".": 90, "[": 90, "(": 90}
_NEGATION = 70
NOW = "now()"
"""The name of the variable that holds the moment at which a text is evaluated."""
_CLOCK = frozenset({"now", "today"})
_AFTER_RANGE = frozenset({"", ".", ",", ")", "]", "}", "and", "or", "then", "else", "return", "satisfies"})


def parse(
    text: str,
    *,
    names: Iterable[str] = frozenset(),
    source: Source = _NOWHERE,
    unary: bool = False,
    closed: bool = False,
    properties: Iterable[str] = (),
    types: Mapping[str, TypeName] = _NO_TYPES,
    lenient: bool = False,
) -> Expr:
    """Read a FEEL expression, or with `unary` a list of unary tests, whose root is then a test over the name `?`.

    `names` are the variables in scope and `properties` the entries of contexts that hold spaces or signs. With
    `closed`, a name that is not among them is an error; without, it is a variable that may come at run time, its
    words joined up to the next sign or keyword; `lenient` lets it be unknown even so. `types` are those that a model
    adds to FEEL's own. Raises NotationError naming file, line and character.
    """
    parser = Parser(Place(text, source), Scope(names, properties), closed=closed, lenient=lenient)
    parser.types, parser.type_table = types, table_of(types)
    root = parser.unary_tests() if unary else parser.expression()
    parser.expect_end()
    if height(root, HEIGHT_LIMIT) > HEIGHT_LIMIT:
        raise parser.place.refuse(f"the expression nests more than {HEIGHT_LIMIT} levels", 0, "feel-depth")
    return Expr(root, text, source, frozenset(parser.free))


class Parser:
    """A cursor over the tokens of one text, with the names in scope where it stands."""

    def __init__(self, place: Place, scope: Scope, *, closed: bool, lenient: bool = False) -> None:
        self.place = place
        self.scope = scope
        self.closed = closed
        self.lenient = lenient
        self.types: Mapping[str, TypeName] = _NO_TYPES
        self.type_table: Table = {}
        self.tokens = tokens_of(place)
        self.index = 0
        self.depth = 0
        self.open_ranges = 0
        self.free: set[str] = set()

    @property
    def token(self) -> Token:
        """The token that comes next."""
        return self.tokens[self.index]

    def next_is(self, *texts: str) -> bool:
        """Tell whether the next token is one of these signs or words."""
        return self.token.text in texts and self.token.kind in {"op", "name"}

    def advance(self) -> Token:
        """Take the next token."""
        token = self.token
        self.index += 1
        return token

    def accept(self, text: str) -> bool:
        """Take the next token if it is this sign or word; tell whether it was."""
        if self.next_is(text):
            self.index += 1
            return True
        return False

    def expect(self, text: str) -> Token:
        """Take the next token, which must be this sign or word. Raises NotationError otherwise."""
        if not self.next_is(text):
            raise self.unexpected(f"{text!r} is expected")
        return self.advance()

    def expect_end(self) -> None:
        """Check that the whole text was read. Raises NotationError otherwise."""
        if self.token.kind != "end":
            raise self.unexpected("an operator or the end is expected")

    def unexpected(self, wish: str) -> NotationError:
        """Make the error for a token that does not fit here."""
        met = f"{self.token.text!r} is met" if self.token.kind != "end" else "the text ends"
        return self.place.refuse(f"{wish}, but {met}", self.token.at)

    def expression(self, power: int = 0) -> Node:
        """Read an expression whose operators bind tighter than `power`."""
        self.depth += 1
        if self.depth > DEPTH_LIMIT:
            raise self.place.refuse(f"expressions nest deeper than {DEPTH_LIMIT}", self.token.at, "feel-depth")
        left = self.operand()
        while (binding := self._binding()) > power:
            left = self._infix(left, binding)
        self.depth -= 1
        return left

    def _binding(self) -> int:
        token = self.token
        if token.kind not in {"op", "name"}:
            return 0
        ends_range = token.text == "[" and self.open_ranges and self.tokens[self.index + 1].text in _AFTER_RANGE
        return 0 if ends_range else _POWER.get(token.text, 0)

    def operand(self) -> Node:
        """Read what an expression starts with: a literal, a name, a bracket, a form such as `if`, a minus."""
        token = self.token
        if token.kind == "name":
            return self._word(token)
        if token.kind in {"number", "string"}:
            return forms.literal(self, self.advance())
        if token.text == "-":
            self.advance()
            operand = self.expression(_NEGATION)
            constant = isinstance(operand, Literal) and ops.negate(operand.value) is not None
            return forms.negated(token.at, operand) if constant else Negate(token.at, operand)
        form = forms.SIGNS.get(token.text)
        if form is None:
            raise self.unexpected("an expression is expected")
        return form(self, self.advance())

    def _word(self, token: Token) -> Node:
        known = self.scope.find(self.tokens, self.index)
        if known is None or (token.text in KEYWORDS and known[1] == 1):
            form = forms.WORDS.get(token.text)
            if form is not None and (token.text != "function" or self.tokens[self.index + 1].text == "("):
                return form(self, self.advance())
        return self._name(token, known)

    def _name(self, token: Token, known: tuple[str, int] | None) -> Node:
        inbuilt = longest(_BUILTINS, self.tokens, self.index)
        run = run_of_words(self.tokens, self.index)
        spelled = known is not None and (run[1] <= known[1] or self._stops(known[1]))
        if known and spelled and (inbuilt is None or known[1] >= inbuilt[1]):
            return self._variable(token, known)
        called = inbuilt is not None and self.tokens[self.index + inbuilt[1]].text == "("
        if called and inbuilt and inbuilt[0] in _CLOCK and self.tokens[self.index + inbuilt[1] + 1].text == ")":
            return self._clock(token, inbuilt)
        strict = self.closed and not self.scope.loose
        if inbuilt and (called or (strict and run[1] <= inbuilt[1])):
            self.index += inbuilt[1]
            return BuiltinName(token.at, inbuilt[0])
        if token.text in KEYWORDS:
            raise self.unexpected("an expression is expected")
        if strict and not self.lenient:
            raise self.place.refuse(f"the name {run[0]!r} is not known here", token.at, "unknown-name")
        return self._variable(token, run)

    def _clock(self, token: Token, inbuilt: tuple[str, int]) -> Node:
        """Read `now()` or `today()`: the moment of the call is a variable of that name, as time is always given."""
        self.index += inbuilt[1] + 2
        self.free.add(NOW)
        now = Name(token.at, NOW)
        return now if inbuilt[0] == "now" else Call(token.at, BuiltinName(token.at, "date"), (now,))

    def _stops(self, length: int) -> bool:
        after = self.tokens[self.index + length]
        return after.kind != "name" or after.text in KEYWORDS

    def _variable(self, token: Token, match: tuple[str, int]) -> Name:
        name, length = match
        self.index += length
        if not self.scope.is_local(name) and (not self.closed or self.scope.knows(name)):
            self.free.add(name)
        return Name(token.at, name)

    def _infix(self, left: Node, binding: int) -> Node:
        token = self.advance()
        op, at = token.text, token.at
        if op in forms.POSTFIX:
            return forms.POSTFIX[op](self, left, at)
        if op == "instance":
            self.expect("of")
            return InstanceOf(at, left, type_name(self))
        if op == "between":
            low = self.expression(30)
            self.expect("and")
            return Between(at, left, low, self.expression(30))
        if op == "in":
            return In(at, left, self.tests_after_in())
        right = self.expression(binding)
        if op in {"and", "or"}:
            return Logic(at, op, left, right)
        return Compare(at, op, left, right) if op in _COMPARISONS else Arithmetic(at, op, left, right)

    def tests_after_in(self) -> tuple[Node, ...]:
        """Read what follows `in`: one test, or several in parentheses."""
        start = self.index
        if not self.next_is("("):
            return (forms.one_test(self, 30),)
        tests = forms.tests_in_parentheses(self)
        if tests is None or self.next_is("+", "-", "*", "/", "**", ".", "["):
            self.index = start
            return (self.expression(30),)
        return tests

    def unary_tests(self) -> Node:
        """Read a decision table's cell: `-`, tests with commas between, or `not(…)` around them (rules 15 to 17)."""
        self.scope.push([INPUT])
        self.free.add(INPUT)
        at = self.token.at
        if self.next_is("-") and self.tokens[self.index + 1].kind == "end":
            self.advance()
            return Literal(at, True)
        start = self.index
        if self.accept("not") and self.next_is("("):
            tests = forms.tests_in_parentheses(self)
            if tests is not None and self.token.kind == "end":
                return In(at, Name(at, INPUT), tests, negated=True)
        self.index = start
        return In(at, Name(at, INPUT), forms.tests(self))
