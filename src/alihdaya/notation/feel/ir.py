"""The typed intermediate form of FEEL: one node per meaning, shared by the evaluator and the compiler.

Every node carries `at`, the number of characters before it in its text. Sugar is gone: unary tests are `In` over
the value named `?`, date and time literals are `Literal`s, builtins are told from variables.
"""

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, fields
from functools import cache
from typing import Any, cast

from alihdaya.kernel.errors import Source

INPUT = "?"
"""The name under which a unary test sees the value that it tests."""


@dataclass(frozen=True, slots=True)
class Node:
    """Anything that has a value; `at` counts characters from the start of the text."""

    at: int

    @property
    def heavy(self) -> bool:
        """Tell whether a node of another room makes values of values, so that limits must be kept (see `budget`)."""
        return False


@dataclass(frozen=True, slots=True)
class Literal(Node):
    """A constant: number, string, boolean, null, date, time, date and time, duration."""

    value: Any


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A variable, written with single spaces; one that is missing at run time is null."""

    name: str


@dataclass(frozen=True, slots=True)
class BuiltinName(Node):
    """A builtin function, by its FEEL name."""

    name: str


@dataclass(frozen=True, slots=True)
class Negate(Node):
    """Arithmetic negation."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    """One of + - * / **."""

    op: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Compare(Node):
    """One of = != < <= > >=."""

    op: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Logic(Node):
    """Three-valued "and" or "or"; the right side is not looked at once the left one settles it."""

    op: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Between(Node):
    """`value between low and high`, both ends included."""

    value: Node
    low: Node
    high: Node


@dataclass(frozen=True, slots=True)
class Against(Node):
    """A test with an operator in front, such as `< 5`; it stands only inside `In`."""

    op: str
    operand: Node


@dataclass(frozen=True, slots=True)
class Interval(Node):
    """A range with two ends: a test inside `In`, a value of kind range elsewhere."""

    low: Node
    high: Node
    low_closed: bool
    high_closed: bool


@dataclass(frozen=True, slots=True)
class OneSided(Node):
    """A range with one end, written as a comparison in parentheses, such as `(< 5)` (DMN 10.3.1.2, rule 66)."""

    op: str
    operand: Node


@dataclass(frozen=True, slots=True)
class In(Node):
    """True when the value passes one of the tests; `negated` stands for `not(…)` around all of them."""

    value: Node
    tests: tuple[Node, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class If(Node):
    """`if … then … else …`; a condition that is not true takes the second branch.

    With `strict`, as in a boxed conditional, one that is neither boolean nor null gives null.
    """

    condition: Node
    then: Node
    otherwise: Node
    strict: bool = False


@dataclass(frozen=True, slots=True)
class Span(Node):
    """`low..high` as the source of a loop: whole numbers, upwards or downwards."""

    low: Node
    high: Node


@dataclass(frozen=True, slots=True)
class For(Node):
    """`for x in …, y in … return …`; a later source may use an earlier name; `partial` holds what is made so far."""

    names: tuple[str, ...]
    sources: tuple[Node, ...]
    body: Node


@dataclass(frozen=True, slots=True)
class Quantified(Node):
    """`some … satisfies …`, or `every …` where `every` is set.

    With `strict`, as in a boxed form, a condition that is neither boolean nor null makes the whole null.
    """

    every: bool
    names: tuple[str, ...]
    sources: tuple[Node, ...]
    body: Node
    strict: bool = False


@dataclass(frozen=True, slots=True)
class ListOf(Node):
    """A list of expressions."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class ContextOf(Node):
    """A context; each entry may use the ones above it.

    With `result`, the value is the last entry's: a boxed context that ends with a result.
    """

    entries: tuple[tuple[str, Node], ...]
    result: bool = False


@dataclass(frozen=True, slots=True)
class Path(Node):
    """`target.name`: an entry of a context, a property of a date or duration, or both over a list."""

    target: Node
    name: str


@dataclass(frozen=True, slots=True)
class Filter(Node):
    """`target[condition]`: by position, or by a condition that sees `item` and the entries of a context.

    With `strict`, as in a boxed filter, a condition that is neither boolean nor null makes the whole null.
    """

    target: Node
    condition: Node
    strict: bool = False


@dataclass(frozen=True, slots=True)
class Call(Node):
    """An invocation; `names` is empty for arguments by position, else it has one name per argument."""

    function: Node
    arguments: tuple[Node, ...]
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TypeName:
    """A type: its FEEL name, what stands between < and >, and what else its values must pass."""

    name: str
    parts: tuple["TypeName", ...] = ()
    labels: tuple[str, ...] = ()
    check: Callable[[Any], bool] | None = None


@dataclass(frozen=True, slots=True)
class Lambda(Node):
    """`function(a: type, b) body`; `types` is empty, or has the type of each parameter, or None."""

    parameters: tuple[str, ...]
    body: Node
    types: tuple[TypeName | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Coerce(Node):
    """A value that must be of a type: made to fit where the standard says how, else null (DMN 10.3.2.9.4)."""

    value: Node
    type: TypeName


@dataclass(frozen=True, slots=True)
class Broken(Node):
    """What could not be read, in a model that was read leniently: null, with the reason as its diagnostic."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Native(Node):
    """A function that this program knows itself, of the name that a model gives it."""

    parameters: tuple[str, ...]
    body: Callable[..., Any]
    types: tuple[TypeName | None, ...] = ()


@dataclass(frozen=True, slots=True)
class InstanceOf(Node):
    """`value instance of type`."""

    value: Node
    type: TypeName


@dataclass(frozen=True, slots=True)
class Expr:
    """A parsed text: its root, the text itself and where it stood, and the variables it takes from outside."""

    root: Node
    text: str
    source: Source
    names: frozenset[str]


@cache
def _fields(kind: Hashable) -> tuple[str, ...]:
    return tuple(field.name for field in fields(cast("type[Node]", kind)) if field.name != "at")


def children(node: Node) -> Iterator[Node]:
    """Give the nodes right below a node, in the order of the text."""
    for name in _fields(cast("Hashable", type(node))):
        yield from _nodes(getattr(node, name))


def _nodes(value: object) -> Iterator[Node]:
    if isinstance(value, Node):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from _nodes(part)


def height(root: Node, limit: int) -> int:
    """Count the levels of a tree, at most `limit` + 1 of them, without recursion."""
    level = [root]
    for depth in range(limit + 1):
        level = [child for node in level for child in children(node)]
        if not level:
            return depth + 1
    return limit + 1


def uses(root: Node, name: str) -> bool:
    """Tell whether a variable of this name is used anywhere in a tree."""
    open_nodes = [root]
    while open_nodes:
        node = open_nodes.pop()
        if isinstance(node, Name) and node.name == name:
            return True
        open_nodes.extend(children(node))
    return False


def is_condition(test: Node) -> bool:
    """Tell whether a test inside `In` decides by itself (it uses `?`, or is true or false by its form).

    Any other test is a value, which the tested value must equal, or lie in (DMN 10.3.2.8).
    """
    return isinstance(test, (Compare, Logic, Between, In, Quantified, InstanceOf)) or uses(test, INPUT)
