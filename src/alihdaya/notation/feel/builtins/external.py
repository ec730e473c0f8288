"""Functions of other languages that a model may name (DMN 10.3.2.13.3): a short list that is known, nothing is run."""

from collections.abc import Callable
from decimal import Decimal
from math import acos, asin, atan, atan2, cbrt, cos, cosh, hypot, log10, sin, sinh, tan, tanh
from typing import Any

from alihdaya.notation.feel import ops
from alihdaya.notation.feel.values import CONTEXT, NUMBERS, finite

Body = Callable[..., Any]


def find(kind: str, described: Any, arity: int) -> Body | None:
    """Give the Python equivalent of a Java method said as `{class: …, method signature: "name(type, …)"}`, or None.

    `arity` is the number of parameters; a signature of another number of types is not known.
    """
    if kind.lower() != "java" or type(described) is not dict:
        return None
    owner, signature = described.get("class"), described.get("method signature")
    if type(owner) is not str or type(signature) is not str:
        return None
    name, _, rest = signature.partition("(")
    types = tuple(part.strip() for part in rest.rstrip(") ").split(",") if part.strip())
    body = _KNOWN.get((owner.strip(), name.strip()))
    return body if body is not None and len(types) == arity else None


def _real(function: Callable[..., float]) -> Body:
    def call(*values: Any) -> Decimal | None:
        if any(type(value) not in NUMBERS for value in values):
            return None
        try:
            return finite(Decimal(repr(function(*map(float, values)))))
        except (ValueError, OverflowError):
            return None

    return call


def _extreme(before: Callable[[Any, Any], bool | None]) -> Body:
    def call(left: Any, right: Any) -> Any:
        if type(left) not in NUMBERS or type(right) not in NUMBERS:
            return None
        return left if before(left, right) else right

    return call


def _absolute(value: Any) -> Any:
    return (ops.negate(value) if value < 0 else value) if type(value) in NUMBERS else None


def _number(value: Any) -> Any:
    """Read a number; what is no number of FEEL's, such as NaN, is null."""
    if type(value) in NUMBERS:
        return value
    return finite(CONTEXT.create_decimal(value)) if type(value) is str else None


def _formatted(pattern: Any, values: Any) -> Any:
    values = values if type(values) is list else [values]
    if type(pattern) is not str:
        return None
    try:
        return pattern % tuple(float(value) if type(value) is Decimal else value for value in values)
    except (TypeError, ValueError):
        return None


_MATH = "java.lang.Math"
_KNOWN: dict[tuple[str, str], Body] = {
    **{
        (_MATH, function.__name__): _real(function)
        for function in (acos, asin, atan, atan2, cbrt, cos, cosh, hypot, log10, sin, sinh, tan, tanh)
    },
    (_MATH, "abs"): _absolute,
    (_MATH, "max"): _extreme(ops.greater),
    (_MATH, "min"): _extreme(ops.less),
    (_MATH, "pow"): ops.power,
    ("java.lang.Boolean", "valueOf"): lambda value: value if type(value) is bool else None,
    ("java.lang.String", "format"): _formatted,
    ("java.lang.String", "valueOf"): lambda value: str(value) if type(value) in {int, Decimal, str} else None,
    **{(f"java.lang.{owner}", "valueOf"): _number for owner in ("Byte", "Short", "Integer", "Long", "Float", "Double")},
}
