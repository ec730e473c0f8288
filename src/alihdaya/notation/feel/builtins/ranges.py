"""Builtins on ranges and points, after Allen's interval algebra (DMN 10.3.4.11), and `range` (10.3.4.1)."""

from typing import Any

from alihdaya.kernel.errors import NotationError
from alihdaya.notation.feel import ops
from alihdaya.notation.feel.builtins.registry import builtin
from alihdaya.notation.feel.ir import Interval, Literal
from alihdaya.notation.feel.values import Range

_LEAST, _MOST = object(), object()


@builtin("range", "from: string")
def range_from_text(text: str) -> Range | None:
    """Read a range with two constant ends; null where the text is none, or its ends are out of order."""
    from alihdaya.notation.feel.parser import parse

    try:
        root = parse(text).root
    except NotationError:
        return None
    if not isinstance(root, Interval) or not isinstance(root.low, Literal) or not isinstance(root.high, Literal):
        return None
    low, high = root.low.value, root.high.value
    if ops.at_most(low, high) is not True:
        return None
    return Range(low, high, root.low_closed, root.high_closed)


def _order(left: Any, right: Any) -> int:
    """Give -1, 0 or 1. Raises ValueError for values without a common order."""
    if left is right and left in (_LEAST, _MOST):
        return 0
    if left is _LEAST or right is _MOST:
        return -1
    if left is _MOST or right is _LEAST:
        return 1
    below, above = ops.less(left, right), ops.less(right, left)
    if below is None or above is None:
        raise ValueError(left, right)
    return -1 if below else int(above)


def _low(one: Range) -> Any:
    return _LEAST if one.low is None else one.low


def _high(one: Range) -> Any:
    return _MOST if one.high is None else one.high


@builtin("before", "point1: point, point2: point")
def before(left: Any, right: Any) -> bool:
    """Tell whether a point lies before another."""
    return _order(left, right) < 0


@builtin("before", "point: point, range: range")
def before_range(point: Any, one: Range) -> bool:
    """Tell whether a point lies before a range."""
    order = _order(point, _low(one))
    return order < 0 or (order == 0 and not one.low_closed)


@builtin("before", "range: range, point: point")
def range_before(one: Range, point: Any) -> bool:
    """Tell whether a range lies before a point."""
    order = _order(_high(one), point)
    return order < 0 or (order == 0 and not one.high_closed)


@builtin("before", "range1: range, range2: range")
def ranges_before(left: Range, right: Range) -> bool:
    """Tell whether a range lies before another."""
    order = _order(_high(left), _low(right))
    return order < 0 or (order == 0 and not (left.high_closed and right.low_closed))


@builtin("after", "point1: point, point2: point")
def after(left: Any, right: Any) -> bool:
    """Tell whether a point lies after another."""
    return before(right, left)


@builtin("after", "point: point, range: range")
def after_range(point: Any, one: Range) -> bool:
    """Tell whether a point lies after a range."""
    return range_before(one, point)


@builtin("after", "range: range, point: point")
def range_after(one: Range, point: Any) -> bool:
    """Tell whether a range lies after a point."""
    return before_range(point, one)


@builtin("after", "range1: range, range2: range")
def ranges_after(left: Range, right: Range) -> bool:
    """Tell whether a range lies after another."""
    return ranges_before(right, left)


@builtin("meets", "range1: range, range2: range")
def meets(left: Range, right: Range) -> bool:
    """Tell whether a range ends in the very point in which another starts."""
    return left.high_closed and right.low_closed and _order(_high(left), _low(right)) == 0


@builtin("met by", "range1: range, range2: range")
def met_by(left: Range, right: Range) -> bool:
    """Tell whether a range starts in the very point in which another ends."""
    return meets(right, left)


@builtin("overlaps", "range1: range, range2: range")
def overlaps(left: Range, right: Range) -> bool:
    """Tell whether two ranges have a point in common."""
    return not ranges_before(left, right) and not ranges_before(right, left)


def _starts_earlier(left: Range, right: Range) -> bool:
    order = _order(_low(left), _low(right))
    return order < 0 or (order == 0 and left.low_closed and not right.low_closed)


def _ends_no_later(left: Range, right: Range) -> bool:
    order = _order(_high(left), _high(right))
    return order < 0 or (order == 0 and (not left.high_closed or right.high_closed))


def _starts_no_earlier(left: Range, right: Range) -> bool:
    order = _order(_low(left), _low(right))
    return order > 0 or (order == 0 and (not left.low_closed or right.low_closed))


@builtin("overlaps before", "range1: range, range2: range")
def overlaps_before(left: Range, right: Range) -> bool:
    """Tell whether a range starts before another, reaches into it and does not end after it."""
    return _starts_earlier(left, right) and not ranges_before(left, right) and _ends_no_later(left, right)


@builtin("overlaps after", "range1: range, range2: range")
def overlaps_after(left: Range, right: Range) -> bool:
    """Tell whether another range overlaps before this one."""
    return overlaps_before(right, left)


@builtin("finishes", "point: point, range: range")
def finishes(point: Any, one: Range) -> bool:
    """Tell whether a point is the end of a range."""
    return one.high_closed and _order(_high(one), point) == 0


@builtin("finishes", "range1: range, range2: range")
def ranges_finish(left: Range, right: Range) -> bool:
    """Tell whether two ranges end alike, the first starting no earlier."""
    alike = left.high_closed is right.high_closed and _order(_high(left), _high(right)) == 0
    return alike and _starts_no_earlier(left, right)


@builtin("finished by", "range: range, point: point")
def finished_by(one: Range, point: Any) -> bool:
    """Tell whether a range ends in a point."""
    return finishes(point, one)


@builtin("finished by", "range1: range, range2: range")
def ranges_finished_by(left: Range, right: Range) -> bool:
    """Tell whether two ranges end alike, the first starting no later."""
    return ranges_finish(right, left)


@builtin("includes", "range: range, point: point")
def includes(one: Range, point: Any) -> bool:
    """Tell whether a range has a point."""
    return not before_range(point, one) and not range_before(one, point)


@builtin("includes", "range1: range, range2: range")
def ranges_include(left: Range, right: Range) -> bool:
    """Tell whether a range has all points of another."""
    return _starts_no_earlier(right, left) and _ends_no_later(right, left)


@builtin("during", "point: point, range: range")
def during(point: Any, one: Range) -> bool:
    """Tell whether a point lies in a range."""
    return includes(one, point)


@builtin("during", "range1: range, range2: range")
def ranges_during(left: Range, right: Range) -> bool:
    """Tell whether a range lies in another."""
    return ranges_include(right, left)


@builtin("starts", "point: point, range: range")
def starts(point: Any, one: Range) -> bool:
    """Tell whether a point is the start of a range."""
    return one.low_closed and _order(_low(one), point) == 0


@builtin("starts", "range1: range, range2: range")
def ranges_start(left: Range, right: Range) -> bool:
    """Tell whether two ranges start alike, the first ending no later."""
    alike = left.low_closed is right.low_closed and _order(_low(left), _low(right)) == 0
    return alike and _ends_no_later(left, right)


@builtin("started by", "range: range, point: point")
def started_by(one: Range, point: Any) -> bool:
    """Tell whether a range starts in a point."""
    return starts(point, one)


@builtin("started by", "range1: range, range2: range")
def ranges_started_by(left: Range, right: Range) -> bool:
    """Tell whether two ranges start alike, the first ending no earlier."""
    return ranges_start(right, left)


@builtin("coincides", "point1: point, point2: point")
def coincides(left: Any, right: Any) -> bool:
    """Tell whether two points are the same."""
    return _order(left, right) == 0


@builtin("coincides", "range1: range, range2: range")
def ranges_coincide(left: Range, right: Range) -> bool:
    """Tell whether two ranges have the same ends."""
    ends = (left.low_closed, left.high_closed) == (right.low_closed, right.high_closed)
    return ends and _order(_low(left), _low(right)) == 0 and _order(_high(left), _high(right)) == 0
