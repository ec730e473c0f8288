"""Builtins on lists (DMN 10.3.4.4), and sort (10.3.4.6)."""

from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from functools import cmp_to_key, reduce
from typing import Any

from alihdaya.notation.feel import access, ops
from alihdaya.notation.feel.budget import spend
from alihdaya.notation.feel.builtins.registry import builtin
from alihdaya.notation.feel.values import CONTEXT, NUMBERS, Function, Number, finite

Values = list[Any]


def spread(arguments: tuple[Any, ...]) -> Values:
    """Give the list that was handed over: the only argument if it is a list, else all arguments."""
    only = arguments[0] if len(arguments) == 1 else None
    return only if type(only) is list else list(arguments)


@builtin("list contains", "list: list, element: any")
def list_contains(values: Values, element: Any) -> bool:
    """Tell whether a list has an element; null is an element too."""
    return any(ops.equal(value, element) is True for value in values)


@builtin("count", "list: list")
def count(values: Values) -> int:
    """Count the elements."""
    return len(values)


def _extreme(values: Values, before: Callable[[Any, Any], bool | None]) -> Any:
    if not values or any(ops.at_most(values[0], value) is None for value in values):
        return None
    return reduce(lambda best, value: value if before(value, best) else best, values)


@builtin("min", "list: any*")
def minimum(*values: Any) -> Any:
    """Give the least of values of one kind; null for none, or for values without a common order."""
    return _extreme(spread(values), ops.less)


@builtin("max", "list: any*")
def maximum(*values: Any) -> Any:
    """Give the greatest of values of one kind; null for none, or for values without a common order."""
    return _extreme(spread(values), ops.greater)


@builtin("sum", "list: any*")
def total(*values: Any) -> Any:
    """Add numbers, or durations; null for an empty list."""
    numbers = spread(values)
    addable = numbers and all(ops.negate(value) is not None for value in numbers)
    return reduce(ops.add, numbers) if addable else None


@builtin("product", "list: any*")
def product(*values: Any) -> Number | None:
    """Multiply numbers; null for an empty list."""
    numbers = spread(values)
    return reduce(ops.multiply, numbers) if numbers and _all_numbers(numbers) else None


def _all_numbers(values: Values) -> bool:
    return all(type(value) in NUMBERS for value in values)


@builtin("mean", "list: any*")
def mean(*values: Any) -> Any:
    """Give the arithmetic mean of numbers; null for an empty list."""
    numbers = spread(values)
    return ops.divide(total(*numbers), len(numbers)) if numbers and _all_numbers(numbers) else None


@builtin("median", "list: any*")
def median(*values: Any) -> Any:
    """Give the middle number, or the mean of the two in the middle; null for an empty list."""
    numbers = spread(values)
    if not numbers or not _all_numbers(numbers):
        return None
    ordered, half = sorted(numbers), len(numbers) // 2
    return ordered[half] if len(numbers) % 2 else ops.divide(ops.add(ordered[half - 1], ordered[half]), 2)


@builtin("stddev", "list: any*")
def stddev(*values: Any) -> Decimal | None:
    """Give the sample standard deviation; null for fewer than two numbers."""
    numbers = spread(values)
    if len(numbers) < 2 or not _all_numbers(numbers):
        return None
    centre = mean(*numbers)
    squares = [ops.power(ops.subtract(number, centre), 2) for number in numbers]
    return finite(CONTEXT.sqrt(Decimal(ops.divide(total(*squares), len(numbers) - 1))))


@builtin("mode", "list: any*")
def mode(*values: Any) -> Values | None:
    """Give the most frequent numbers, ascending; an empty list for an empty list."""
    numbers = spread(values)
    if not _all_numbers(numbers):
        return None
    counts = Counter(numbers)
    most = max(counts.values(), default=0)
    return sorted(number for number, times in counts.items() if times == most)


@builtin("all", "list: any*")
def every(*values: Any) -> bool | None:
    """Three-valued AND over a list; true for an empty one."""
    return reduce(ops.conjunction, spread(values), True)  # type: ignore[arg-type]


@builtin("any", "list: any*")
def some(*values: Any) -> bool | None:
    """Three-valued OR over a list; false for an empty one."""
    return reduce(ops.disjunction, spread(values), False)  # type: ignore[arg-type]


@builtin("sublist", "list: list, start position: number, length?: number")
def sublist(values: Values, start: Number, length: Number | None = None) -> Values | None:
    """Cut out `length` elements from a position on, or all that follow; null outside the list."""
    begin = int(start) - 1 if start > 0 else len(values) + int(start)
    if start == 0 or not 0 <= begin < len(values) or (length is not None and length < 0):
        return None
    end = len(values) if length is None else begin + int(length)
    return values[begin:end] if end <= len(values) else None


@builtin("append", "list: any*")
def append(*arguments: Any) -> Values | None:
    """Put elements behind a list."""
    if not arguments:
        return None
    first = arguments[0]
    return [*(first if type(first) is list else [first]), *arguments[1:]]


@builtin("concatenate", "list: list*")
def concatenate(*lists: Values) -> Values:
    """Join lists end to end."""
    return [value for values in lists for value in values]


@builtin("insert before", "list: list, position: number, newItem: any")
def insert_before(values: Values, position: Number, value: Any) -> Values | None:
    """Put an element before a position; null outside the list."""
    index = _index(values, position)
    return None if index is None else [*values[:index], value, *values[index:]]


def _index(values: Values, position: Number) -> int | None:
    index = int(position) - 1 if position > 0 else len(values) + int(position)
    return index if int(position) != 0 and 0 <= index < len(values) else None


@builtin("remove", "list: list, position: number")
def remove(values: Values, position: Number) -> Values | None:
    """Leave one element out; null outside the list."""
    index = _index(values, position)
    return None if index is None else values[:index] + values[index + 1 :]


@builtin("list replace", "list: list, position: number, newItem: any")
def replace_at(values: Values, position: Number, value: Any) -> Values | None:
    """Put another element at a position; null outside the list."""
    index = _index(values, position)
    return None if index is None else [*values[:index], value, *values[index + 1 :]]


@builtin("list replace", "list: list, match: function, newItem: any")
def replace_matching(values: Values, match: Function, value: Any) -> Values | None:
    """Put another element wherever `match(element, newItem)` is true."""
    verdicts = [access.invoke(match, (old, value)) for old in values]
    if any(type(verdict) is not bool for verdict in verdicts):
        return None
    return [value if verdict else old for old, verdict in zip(values, verdicts, strict=True)]


@builtin("reverse", "list: list")
def reverse(values: Values) -> Values:
    """Turn a list round."""
    return values[::-1]


@builtin("index of", "list: list, match: any")
def index_of(values: Values, match: Any) -> list[int]:
    """Give the positions of all elements that equal a value."""
    return [position for position, value in enumerate(values, 1) if ops.equal(value, match) is True]


@builtin("union", "list: list*")
def union(*lists: Values) -> Values:
    """Join lists and leave out what was there before."""
    return distinct(concatenate(*lists))


@builtin("distinct values", "list: list")
def distinct(values: Values) -> Values:
    """Leave out elements that were there before."""
    kept: Values = []
    seen: set[Any] = set()
    others: Values = []
    for value in values:
        if type(value) in _HASHED:
            if value in seen:
                continue
            seen.add(value)
        else:
            spend(len(others) >> 1)
            if list_contains(others, value):
                continue
            others.append(value)
        kept.append(value)
    return kept


_HASHED = NUMBERS | {str}
"""Types whose equal values have equal hashes, and that equal no value of another kind."""


@builtin("flatten", "list: list")
def flatten(values: Values) -> Values:
    """Take the elements out of all inner lists."""
    flat: Values = []
    spend(len(values))
    for value in values:
        flat.extend(flatten(value) if type(value) is list else [value])
    return flat


@builtin("sort", "list: list")
def sort(values: Values) -> Values | None:
    """Order values of one kind, ascending."""
    if any(ops.at_most(values[0], value) is None for value in values):
        return None
    spend(len(values) * len(values).bit_length())
    return sorted(values, key=cmp_to_key(lambda a, b: -1 if ops.less(a, b) else int(bool(ops.less(b, a)))))


@builtin("sort", "list: list, precedes: function")
def sort_by(values: Values, precedes: Function) -> Values | None:
    """Order a list by `precedes(a, b)`, true where a comes first; equal ones keep their order."""
    if len(precedes.parameters) != 2:
        return None

    def order(left: Any, right: Any) -> int:
        if access.invoke(precedes, (left, right)) is True:
            return -1
        return 1 if access.invoke(precedes, (right, left)) is True else 0

    return sorted(values, key=cmp_to_key(order))
