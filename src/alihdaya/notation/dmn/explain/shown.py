"""What an explanation consists of. Values are FEEL's own (see feel.values); `element` is an id of the model's."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from alihdaya.notation.feel.evaluator import Diagnostic


@dataclass(frozen=True, slots=True)
class Read:
    """A variable that was read, or the part of it (`order.total`) that was."""

    name: str
    value: Any


@dataclass(frozen=True, slots=True)
class Used:
    """An input of a decision with the value that the decision saw; `missing` where nobody gave one."""

    name: str
    value: Any
    missing: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """An input column of a table: its label (else its expression), the expression, and what that was worth."""

    label: str
    text: str
    value: Any


@dataclass(frozen=True, slots=True)
class Cell:
    """One test of a rule: the column, the test's text, the value that was tested, and whether it passed.

    `passed` is None where the test came to null or to what is no truth value; `reason` says why, where that is known.
    """

    column: str
    text: str
    element: str
    value: Any
    passed: bool | None
    reason: str = ""

    @property
    def trivial(self) -> bool:
        """Tell whether the cell tests nothing."""
        return self.text.strip() in {"-", ""}


@dataclass(frozen=True, slots=True)
class Output:
    """One output of a rule, and what it read; without `asked` it was not needed, and `value` means nothing."""

    name: str
    text: str
    element: str
    value: Any
    asked: bool
    reads: tuple[Read, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleShown:
    """One rule of a table: whether all its cells passed (`matched`), and whether it gave the value (`fired`)."""

    number: int
    element: str
    description: str
    annotations: tuple[tuple[str, str], ...]
    cells: tuple[Cell, ...]
    outputs: tuple[Output, ...]
    matched: bool
    fired: bool

    @property
    def failed(self) -> Cell | None:
        """The first cell that did not pass; None where the rule matched."""
        return next((cell for cell in self.cells if cell.passed is not True), None)


@dataclass(frozen=True, slots=True)
class TableShown:
    """A decision table at work.

    `hit` and `aggregation` are as in the model (one letter, one sign). `outcome` says how the value came about:
    only, same, first, priority (one rule gave it), all, ordered (the list of all), sum, min, max, count (worked out
    over all), conflict (too many rules, so null), default, none.
    """

    kind: ClassVar[str] = "table"
    element: str
    file: str
    line: int | None
    hit: str
    aggregation: str
    outcome: str
    columns: tuple[Column, ...]
    rules: tuple[RuleShown, ...]
    fired: tuple[int, ...]
    value: Any


@dataclass(frozen=True, slots=True)
class ExpressionShown:
    """A text in FEEL, the variables that it read, and its value."""

    kind: ClassVar[str] = "expression"
    text: str
    element: str
    reads: tuple[Read, ...]
    value: Any


@dataclass(frozen=True, slots=True)
class ContextShown:
    """A boxed context: each entry by its name (the result's is empty), in order."""

    kind: ClassVar[str] = "context"
    entries: tuple[tuple[str, "Shown"], ...]
    value: Any


@dataclass(frozen=True, slots=True)
class InvocationShown:
    """A boxed invocation: what was called with which arguments; what happened inside is among the `calls`."""

    kind: ClassVar[str] = "invocation"
    function: str
    arguments: tuple[tuple[str, "Shown"], ...]
    value: Any


@dataclass(frozen=True, slots=True)
class ConditionalShown:
    """A boxed conditional: the condition and the branch (`then` or `else`) that was taken; None for neither."""

    kind: ClassVar[str] = "conditional"
    condition: "Shown"
    branch: str
    taken: "Shown | None"
    value: Any


@dataclass(frozen=True, slots=True)
class OtherShown:
    """Any other boxed expression, by `form`: list, filter, for, some, every, function; what it read, and its value."""

    kind: ClassVar[str] = "other"
    form: str
    reads: tuple[Read, ...]
    value: Any


Shown = TableShown | ExpressionShown | ContextShown | InvocationShown | ConditionalShown | OtherShown


@dataclass(frozen=True, slots=True)
class Called:
    """A knowledge model that was called: its arguments, what its logic did, and the calls that it made itself."""

    kind: ClassVar[str] = "knowledge"
    name: str
    element: str
    arguments: tuple[Read, ...]
    logic: Shown | None
    calls: tuple["Called | Served", ...]
    value: Any
    diagnostics: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True)
class Served:
    """A decision service that was called: its arguments, and the decisions that it evaluated."""

    kind: ClassVar[str] = "service"
    name: str
    element: str
    arguments: tuple[Read, ...]
    decisions: tuple["Decided", ...]
    value: Any
    diagnostics: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision that was made, and all that led to it.

    `origin` is "decided"; or "given", where its value was among the variables and nothing was evaluated; or "above",
    where it is explained already, at an earlier place of the tree. `fired` are the rules that gave the value. Of the
    calls that it made at most CALLS are told, `untold` is the number of the others.
    """

    kind: ClassVar[str] = "decision"
    name: str
    element: str
    value: Any
    origin: str = "decided"
    fired: tuple[int, ...] = ()
    inputs: tuple[Used, ...] = ()
    required: tuple["Decided", ...] = ()
    logic: Shown | None = None
    calls: tuple[Called | Served, ...] = ()
    untold: int = 0
    diagnostics: tuple[Diagnostic, ...] = ()


CALLS = 50
"""So many calls of knowledge models and services are told for one decision."""

Part = Shown | Called | Served | Decided


def parts(shown: Part) -> Iterator[Part]:
    """Give the parts right inside a part, in the order in which they were evaluated."""
    match shown:
        case Decided():
            yield from shown.required
            yield from (() if shown.logic is None else (shown.logic,))
            yield from shown.calls
        case Called():
            yield from (() if shown.logic is None else (shown.logic,))
            yield from shown.calls
        case Served():
            yield from shown.decisions
        case ContextShown():
            yield from (entry for _, entry in shown.entries)
        case InvocationShown():
            yield from (argument for _, argument in shown.arguments)
        case ConditionalShown():
            yield from (shown.condition, *(() if shown.taken is None else (shown.taken,)))
        case _:
            pass


def every(shown: Part) -> Iterator[Part]:
    """Give a part and all parts inside it."""
    open_parts = [shown]
    while open_parts:
        part = open_parts.pop()
        yield part
        open_parts += reversed(list(parts(part)))


def tables(shown: Part) -> Iterator[TableShown]:
    """Give every table that was evaluated, wherever it stands."""
    return (part for part in every(shown) if isinstance(part, TableShown))


def nulls(shown: Part) -> tuple[Diagnostic, ...]:
    """Give the reasons of all nulls in an explanation, those of single cells apart."""
    return tuple(
        note for part in every(shown) if isinstance(part, Decided | Called | Served) for note in part.diagnostics
    )
