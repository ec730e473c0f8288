"""The decision table as a node of FEEL's tree, and what its hit policies mean (DMN 8.2.11, 10.3.2.10)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from alihdaya.notation.feel import ops
from alihdaya.notation.feel.builtins import TABLE as BUILTINS
from alihdaya.notation.feel.evaluator import Notes, Scope, evaluates, null, walk
from alihdaya.notation.feel.ir import INPUT, Literal, Node

Answer = tuple[Any, tuple[int, ...]]
"""A value, and the numbers (from 1) of the rules that gave it."""


@dataclass(frozen=True, slots=True)
class Table(Node):
    """A decision table: `tests[rule][column]` over the name `?`, `outputs[rule][output]`.

    `names` holds one empty name for a table with a single output, whose value then stands by itself; else every
    rule gives a context. `defaults` is empty, or has one node an output. `priorities` holds for each output its
    allowed values, most important first.
    """

    columns: tuple[Node, ...]
    tests: tuple[tuple[Node, ...], ...]
    outputs: tuple[tuple[Node, ...], ...]
    names: tuple[str, ...]
    defaults: tuple[Node, ...]
    priorities: tuple[tuple[Any, ...], ...]
    hit: str
    aggregation: str

    @property
    def heavy(self) -> bool:
        """True when an answer may hold what is computed, many times over."""
        return not (self.plain or self.literal)

    @property
    def literal(self) -> bool:
        """True when nothing is computed for the outputs, so that answers can be kept."""
        return all(isinstance(cell, Literal) for row in (*self.outputs, self.defaults) for cell in row)

    @property
    def plain(self) -> bool:
        """True when an answer is no list or context, so that it may be handed out without a copy."""
        return len(self.names) == 1 and (self.hit in "UAFP" or self.aggregation != "")


def joined(table: Table, values: Sequence[Any]) -> Any:
    """Make the value of one rule from its outputs."""
    return values[0] if len(table.names) == 1 else dict(zip(table.names, values, strict=True))


def conclude(table: Table, hits: tuple[int, ...], output: Callable[[int], Any], default: Callable[[], Any]) -> Answer:
    """Apply the hit policy to the rules that matched (numbers from 0, ascending).

    UNIQUE with several hits, and ANY with differing outputs, are null and name all the rules. FIRST and PRIORITY
    name the one rule that decided. Without a hit the value is the default output; failing that an empty list for
    COLLECT, 0 for its count, else null.
    """
    if not hits:
        empty = {"": [], "#": 0}.get(table.aggregation) if table.hit == "C" and not table.defaults else None
        return (default() if table.defaults else empty), ()
    numbers = tuple(hit + 1 for hit in hits)
    if table.hit == "U":
        return (output(hits[0]) if len(hits) == 1 else None), numbers
    if table.hit == "F":
        return output(hits[0]), numbers[:1]
    values = [output(hit) for hit in hits]
    if table.hit == "A":
        return (values[0] if all(ops.equal(values[0], value) is True for value in values) else None), numbers
    if table.hit in {"P", "O"}:
        order = sorted(range(len(hits)), key=lambda place: _priority(table, values[place]))
        numbers, values = tuple(numbers[place] for place in order), [values[place] for place in order]
        return (values[0], numbers[:1]) if table.hit == "P" else (values, numbers)
    return _collected(table.aggregation, values), numbers


def _priority(table: Table, value: Any) -> tuple[int, ...]:
    parts = value.values() if len(table.names) > 1 else (value,)
    return tuple(
        next((rank for rank, one in enumerate(allowed) if ops.equal(one, part) is True), len(allowed))
        for part, allowed in zip(parts, table.priorities, strict=True)
    )


def _collected(aggregation: str, values: list[Any]) -> Any:
    if not aggregation:
        return values
    return BUILTINS[{"+": "sum", "<": "min", ">": "max", "#": "count"}[aggregation]](values)


def evaluate_table(table: Table, scope: Scope, notes: Notes) -> Answer:
    """Evaluate a table rule by rule: the reference."""
    inputs = [walk(column, scope, notes) for column in table.columns]
    hits = tuple(
        number
        for number, tests in enumerate(table.tests)
        if all(walk(test, {**scope, INPUT: value}, notes) is True for test, value in zip(tests, inputs, strict=True))
    )

    def output(rule: int) -> Any:
        return joined(table, [walk(cell, scope, notes) for cell in table.outputs[rule]])

    def default() -> Any:
        return joined(table, [walk(cell, scope, notes) for cell in table.defaults])

    return settle(table, hits, output, default, notes)


def settle(
    table: Table, hits: tuple[int, ...], output: Callable[[int], Any], default: Callable[[], Any], notes: Notes
) -> Answer:
    """Conclude as `conclude` does, and note why where that is null."""
    value, fired = conclude(table, hits, output, default)
    if value is None and len(fired) > 1:
        null(notes, "hit-policy", f"the rules {', '.join(map(str, fired))} match but only one may", table)
    elif not hits:
        null(notes, "no-rule", "no rule of the table matches", table)
    return value, fired


@evaluates(Table)
def _table(node: Table, scope: Scope, notes: Notes) -> Any:
    return evaluate_table(node, scope, notes)[0]
