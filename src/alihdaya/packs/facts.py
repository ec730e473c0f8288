"""What a pack's process says about people: `[[fact]]` in pack.toml ties a fact to a task's completion or to an end.

The values are FEEL over the item's variables; what comes of them is judged by people.learning when it happens.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final

from alihdaya.kernel.errors import NotationError, Problem, Source
from alihdaya.notation import feel
from alihdaya.notation.bpmn import Kind
from alihdaya.packs.table import PackTable

MEANINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "joined": (
        *("name", "employer", "serves", "country", "time_zone", "languages", "skills", "wage", "currency"),
        *("shifts", "program"),
    ),
    "test": ("kind", "language", "score", "pass_mark"),
    "certificate": ("certificate", "valid"),
    "withdrawn": ("certificate", "reason"),
}
"""What a fact can mean -> the values it has beside the person."""

_OPTIONAL: Final = {"shifts": "{}", "program": "false"}


@dataclass(frozen=True, slots=True)
class FactRule:
    """When `node` (a user task's id, or an end event's) is done and `applies`, something is known of a person.

    `values` are compiled FEEL expressions by name, "person" among them; `names` are the variables that they read.
    """

    node: str
    means: str
    applies: Callable[[Mapping[str, Any]], Any]
    values: Mapping[str, Callable[[Mapping[str, Any]], Any]]
    names: frozenset[str]


def read_fact(table: PackTable, known: frozenset[str]) -> FactRule:
    """Read one [[fact]]; `known` are names with spaces that FEEL must know of. Problems go into the document."""
    means = table.one_of("means", tuple(MEANINGS))
    node = table.text("at", like=r"[A-Za-z_][\w.-]*")
    read: set[str] = set()
    applies = _compiled(table, "when", known, read, otherwise="true")
    values = {
        key: _compiled(table, key, known, read, otherwise=_OPTIONAL.get(key)) for key in ("person", *MEANINGS[means])
    }
    table.done()
    return FactRule(node, means, applies, values, frozenset(read))


def _compiled(
    table: PackTable, key: str, known: frozenset[str], read: set[str], *, otherwise: str | None
) -> Callable[[Mapping[str, Any]], Any]:
    text = table.text(key) if otherwise is None else table.text(key, otherwise)
    try:
        expression = feel.parse(text or "null", names=known, source=Source(table.document.name, element=key))
    except NotationError as error:
        for problem in error.problems:
            table.report(problem.code, problem.message, key)
        return lambda _: None
    read |= expression.names
    return feel.compile_expression(expression)


def check_facts(pack: Any, written: frozenset[str] | set[str], *, anything: bool) -> Iterator[Problem]:
    """Find facts about nodes that are neither user tasks nor ends, and values that nothing supplies.

    `written` are the variables that the pack's processes can hold; with `anything` a step may write whatever it likes.
    """
    nodes = {
        node.id: node
        for process in pack.processes.values()
        for node in process.nodes
        if node.kind is Kind.USER_TASK or (node.kind is Kind.END and node.parent is None)
    }
    for fact in pack.manifest.facts:
        place = Source(f"{pack.place}/pack.toml", element=f"fact.{fact.node}")
        if fact.node not in nodes:
            near = get_close_matches(fact.node, nodes, 1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            yield Problem("no-node", f"a fact needs a user task or an end event, not {fact.node!r}{hint}", place)
        for name in sorted(fact.names - written) if not anything else ():
            yield Problem("not-supplied", f"nothing in the process writes {name!r}", place)
