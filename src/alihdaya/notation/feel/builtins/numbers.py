"""Builtins on numbers (DMN 10.3.4.5). All results are exact, or rounded once to 34 digits."""

from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Context,
    Decimal,
)
from typing import Any

from alihdaya.notation.feel import ops
from alihdaya.notation.feel.builtins.registry import builtin
from alihdaya.notation.feel.values import CONTEXT, Number, finite

_SCALES = range(-6111, 6177)


def rounded(number: Number, scale: Number, mode: str) -> Decimal | None:
    """Round to `scale` places after the point (before it, where negative); null outside FEEL's scales."""
    if scale not in _SCALES:
        return None
    context = Context(prec=34, rounding=mode, Emin=-6143, Emax=6144, traps=[])
    wanted = Decimal(1).scaleb(-int(scale))
    exact = context.quantize(Decimal(number), wanted)
    if not exact.is_finite():  # more than 34 digits would be needed: the number has fewer places than asked for
        return Decimal(number) if Decimal(number).as_tuple().exponent >= -int(scale) else None  # type: ignore[operator]
    return exact if scale >= 0 else context.quantize(exact, Decimal(1))


@builtin("decimal", "n: number, scale: number")
def decimal(number: Number, scale: Number) -> Decimal | None:
    """Round half to even at `scale` places."""
    return rounded(number, int(scale), ROUND_HALF_EVEN)


@builtin("floor", "n: number, scale?: number")
def floor(number: Number, scale: Number = 0) -> Number | None:
    """Round towards minus infinity."""
    return number if type(number) is int and scale == 0 else rounded(number, int(scale), ROUND_FLOOR)


@builtin("ceiling", "n: number, scale?: number")
def ceiling(number: Number, scale: Number = 0) -> Number | None:
    """Round towards plus infinity."""
    return number if type(number) is int and scale == 0 else rounded(number, int(scale), ROUND_CEILING)


@builtin("round up", "n: number, scale: number")
def round_up(number: Number, scale: Number) -> Decimal | None:
    """Round away from zero."""
    return rounded(number, int(scale), ROUND_UP)


@builtin("round down", "n: number, scale: number")
def round_down(number: Number, scale: Number) -> Decimal | None:
    """Round towards zero."""
    return rounded(number, int(scale), ROUND_DOWN)


@builtin("round half up", "n: number, scale: number")
def round_half_up(number: Number, scale: Number) -> Decimal | None:
    """Round to the nearest, ties away from zero."""
    return rounded(number, int(scale), ROUND_HALF_UP)


@builtin("round half down", "n: number, scale: number")
def round_half_down(number: Number, scale: Number) -> Decimal | None:
    """Round to the nearest, ties towards zero."""
    return rounded(number, int(scale), ROUND_HALF_DOWN)


@builtin("abs", "n: number")
@builtin("abs", "n: days and time duration")
@builtin("abs", "n: years and months duration")
def absolute(value: Any) -> Any:
    """Take the sign away from a number or a duration."""
    return ops.negate(value) if ops.less(value, ops.subtract(value, value)) else value


@builtin("modulo", "dividend: number, divisor: number")
def modulo(dividend: Number, divisor: Number) -> Number | None:
    """Give dividend - divisor * floor(dividend / divisor): the sign is the divisor's; by zero gives null."""
    if divisor == 0:
        return None
    if type(dividend) is int and type(divisor) is int:
        return dividend % divisor
    rest = CONTEXT.remainder(Decimal(dividend), Decimal(divisor))
    if rest.is_finite() and rest and (rest < 0) is not (divisor < 0):
        rest = CONTEXT.add(rest, Decimal(divisor))
    return finite(rest)


@builtin("sqrt", "number: number")
def sqrt(number: Number) -> Decimal | None:
    """Give the square root; null below zero."""
    return finite(CONTEXT.sqrt(Decimal(number)))


@builtin("log", "number: number")
def log(number: Number) -> Decimal | None:
    """Give the natural logarithm; null for zero and below."""
    return finite(CONTEXT.ln(Decimal(number)))


@builtin("exp", "number: number")
def exp(number: Number) -> Decimal | None:
    """Give e to the power of a number."""
    return finite(CONTEXT.exp(Decimal(number)))


@builtin("odd", "number: number")
def odd(number: Number) -> bool | None:
    """Tell whether a whole number is odd; null for others."""
    return int(number) % 2 == 1 if number == int(number) else None


@builtin("even", "number: number")
def even(number: Number) -> bool | None:
    """Tell whether a whole number is even; null for others."""
    return int(number) % 2 == 0 if number == int(number) else None
