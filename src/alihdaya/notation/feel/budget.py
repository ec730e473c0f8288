"""The limit on what one evaluation may cost: so many steps, so deep, so much text. What goes beyond is null.

A step is one node of the tree in a body that runs again and again (of a loop, filter, function), or a few elements
of a list or characters of a text that a builtin goes through. Both evaluators count alike, so both stop alike, on
every machine. What has no such body (a decision table, arithmetic) is bounded by its own text and counts nothing.
"""

import sys
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, Protocol, TypeVar

from alihdaya.notation.feel import ir
from alihdaya.notation.feel.ir import Node

STEP_LIMIT = 1_000_000
"""Most steps of one evaluation."""

TEXT_LIMIT = 1_000_000
"""Most characters of one text that FEEL makes."""

SIZE_LIMIT = 1_000_000
"""Most values that a result may hold, all lists and contexts in it counted."""

NEST_LIMIT = 100
"""Most levels of lists and contexts within one another that a result may have."""

CALL_LIMIT = 2_000
"""Deepest calls of functions within one another, each counting the levels of its body's tree and two more."""

PATIENCE = 1.0
"""Seconds that one evaluation has for regular expressions which cannot be looked for in linear time."""

_FRAMES = 12_000
"""Python's own limit while functions call one another deep; what CALL_LIMIT allows takes less."""

T = TypeVar("T")


class ExhaustedError(Exception):
    """An evaluation costs more than it may."""


class _Meter:
    __slots__ = ("depth", "left", "most", "patience")

    def __init__(self, steps: int | None = None, patience: float | None = None) -> None:
        self.most = self.left = STEP_LIMIT if steps is None else steps
        self.depth = 0
        self.patience = PATIENCE if patience is None else patience


class _Called(Protocol):
    @property
    def body(self) -> Callable[..., Any]: ...
    @property
    def height(self) -> int: ...


_METER: ContextVar[_Meter | None] = ContextVar("feel_meter", default=None)


def bounded(
    work: Callable[..., T],
    *arguments: Any,
    failed: Callable[[str], T],
    steps: int | None = None,
    patience: float | None = None,
) -> T:
    """Do work within the limits; `failed` gives what stands for its value where they are passed, from the reason.

    `steps` and `patience` are tighter limits than STEP_LIMIT and PATIENCE. Inside work that is bounded already, its
    limits hold on and pass on: a call has one budget for all it asks.
    """
    if _METER.get() is not None:
        return work(*arguments)
    token = _METER.set(_Meter(steps, patience))
    try:
        value = work(*arguments)
        if type(value) in _HOLDERS and not _small(value):
            return failed(f"the value holds more than {SIZE_LIMIT:,} values, or nests more than {NEST_LIMIT} levels")
    except ExhaustedError as error:
        return failed(str(error))
    finally:
        _METER.reset(token)
    return value


class Aside:
    """One budget of its own for all work that is not the evaluation's, such as what is told of it."""

    __slots__ = ("_meter",)

    def __init__(self) -> None:
        self._meter = _Meter()

    def __call__(self, work: Callable[..., T], *arguments: Any, failed: Callable[[str], T]) -> T:
        """Do work without cost to the evaluation that goes on; `failed` gives its value where nothing is left."""
        outer = _METER.get()
        self._meter.depth = 0 if outer is None else outer.depth
        token = _METER.set(self._meter)
        try:
            return work(*arguments)
        except ExhaustedError as error:
            return failed(str(error))
        finally:
            _METER.reset(token)


def spend(steps: int) -> None:
    """Count steps. Raises ExhaustedError where there are none left."""
    meter = _METER.get()
    if meter is not None:
        meter.left -= steps
        if meter.left < 0:
            raise ExhaustedError(f"the evaluation takes more than {meter.most:,} steps")


def patience(used: float) -> float:
    """Count seconds used; give those that are left. Raises ExhaustedError where there are none."""
    meter = _METER.get()
    if meter is None:
        return PATIENCE
    meter.patience -= used
    if meter.patience <= 0:
        raise ExhaustedError("a regular expression takes too long to look for")
    return meter.patience


def renew() -> None:
    """Give back all steps of the evaluation, for work that begins once more."""
    meter = _METER.get()
    if meter is not None:
        meter.left, meter.depth = STEP_LIMIT, 0


def called(function: _Called, arguments: tuple[Any, ...]) -> Any:
    """Call a function's body one deeper. Raises ExhaustedError where that is too deep."""
    meter = _METER.get()
    if meter is None:
        return function.body(*arguments)
    meter.depth += function.height
    if meter.depth > CALL_LIMIT:
        raise ExhaustedError(f"functions call one another more than {CALL_LIMIT:,} levels deep")
    if meter.depth > 200 and sys.getrecursionlimit() < _FRAMES:
        sys.setrecursionlimit(_FRAMES)
    try:
        return function.body(*arguments)
    finally:
        meter.depth -= function.height


def text_within(length: int) -> bool:
    """Count the making of a text of so many characters; tell whether it may be so long. Raises ExhaustedError."""
    if length > 1_000:
        spend(length >> 4)
    return length <= TEXT_LIMIT


def weight(body: Node) -> int:
    """Give the steps that a body costs whenever it runs: its nodes, and one more."""
    count, open_nodes = 1, [body]
    while open_nodes:
        node = open_nodes.pop()
        count += 1
        open_nodes.extend(ir.children(node))
    return count


def depth_of(body: Node) -> int:
    """Give what a call of a function with this body adds to the depth of calls."""
    return ir.height(body, CALL_LIMIT) + 2


_ENDLESS = (ir.For, ir.Quantified, ir.Filter, ir.Call, ir.Lambda, ir.ListOf, ir.ContextOf)


def needs_limits(root: Node) -> bool:
    """Tell whether a tree may cost more than its own text shows: it repeats, calls, or makes values of values."""
    open_nodes = [root]
    while open_nodes:
        node = open_nodes.pop()
        if isinstance(node, _ENDLESS) or node.heavy:
            return True
        open_nodes.extend(ir.children(node))
    return False


_HOLDERS: frozenset[object] = frozenset({list, dict, tuple})


def _small(value: Any) -> bool:
    left, level = SIZE_LIMIT, [value]
    for _ in range(NEST_LIMIT):
        inside: list[Any] = []
        for one in level:
            parts = one.values() if type(one) is dict else one
            left -= len(parts)
            if left < 0:
                return False
            inside.extend(part for part in parts if type(part) in _HOLDERS)
        if not inside:
            return True
        level = inside
    return False
