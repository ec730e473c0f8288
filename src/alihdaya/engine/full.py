"""The full form of an instance: what only those have that hold more than a few tokens of one process."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from alihdaya.engine.values import pack, pack_variables, unpack

BODY = "body"
PART = "part"
REVIVED = "revived"

SIGNAL = "signal"
CONDITION = "condition"


class Scope(NamedTuple):
    """A scope that lives: where it lies, whose it is and which token of the parent carries it."""

    parent: int
    node: str
    token: int
    kind: str


class Catch(NamedTuple):
    """An event that can happen: the fields of CatchOpened after its number; `held` as in ConditionChanged."""

    token: int
    scope: int
    node: str
    kind: str
    name: str = ""
    key: str = ""
    held: bool = False


class Loop(NamedTuple):
    """A repeating activity: runs in all (-1: its condition tells), begun, done; and what it runs over."""

    total: int
    started: int
    done: int
    items: list[Any] | None


class Record(NamedTuple):
    """What can be compensated: the fields of CompensationKept after its number."""

    scope: int
    node: str
    inner: int
    variables: dict[str, Any]


@dataclass(slots=True)
class Full:
    """Scopes and all that lives in them, by number. Nothing inside the dictionaries is ever changed, only replaced.

    `homes`: token -> scope, for tokens that are not in scope 0; `live`: scope -> number of its tokens; `locals`:
    scope -> its variables; `gathered`: (token, run) -> output; `pending`: token -> records still to compensate;
    `helpers`: token -> the token for which it compensates; `passed`: (scope, node) of an activated complex gateway
    -> flows that have had their token.
    """

    next_scope: int = 1
    next_catch: int = 1
    next_record: int = 1
    homes: dict[int, int] = field(default_factory=dict)
    scopes: dict[int, Scope] = field(default_factory=dict)
    live: dict[int, int] = field(default_factory=dict)
    locals: dict[int, dict[str, Any]] = field(default_factory=dict)
    catches: dict[int, Catch] = field(default_factory=dict)
    loops: dict[int, Loop] = field(default_factory=dict)
    gathered: dict[tuple[int, int], Any] = field(default_factory=dict)
    records: dict[int, Record] = field(default_factory=dict)
    pending: dict[int, tuple[int, ...]] = field(default_factory=dict)
    helpers: dict[int, int] = field(default_factory=dict)
    passed: dict[tuple[int, str], tuple[int, ...]] = field(default_factory=dict)

    def copy(self) -> "Full":
        """Give a form that can change without this one."""
        return Full(
            self.next_scope,
            self.next_catch,
            self.next_record,
            *(getattr(self, name).copy() for name in _TABLES),
        )

    def enter(self, token: int, scope: int) -> None:
        """Put a new token into a scope."""
        if scope:
            self.homes[token] = scope
            self.live[scope] += 1

    def leave(self, token: int) -> None:
        """Forget a token that is gone."""
        scope = self.homes.pop(token, 0)
        if scope:
            self.live[scope] -= 1
        if self.helpers:
            self.helpers.pop(token, None)
        if self.pending:
            self.pending.pop(token, None)
        self.unload(token)

    def unload(self, token: int) -> None:
        """Forget the runs of a repeating activity that a token carried."""
        loop = self.loops.pop(token, None)
        if loop is not None:
            for run in range(loop.started):
                self.gathered.pop((token, run), None)

    def forget(self, scope: int) -> None:
        """Drop the compensation records of a scope, and those of the scopes that they stand for."""
        for number in [number for number, record in self.records.items() if record.scope == scope]:
            inner = self.records.pop(number).inner
            if inner:
                self.forget(inner)


_TABLES = tuple(name for name in Full.__slots__ if not name.startswith("next"))


def full_to_wire(full: Full | None) -> list[Any] | None:
    """Give the full form as plain values."""
    if full is None:
        return None
    return [
        full.next_scope,
        full.next_catch,
        full.next_record,
        [list(pair) for pair in full.homes.items()],
        [[number, *scope, full.live[number]] for number, scope in full.scopes.items()],
        [[number, pack_variables(variables)] for number, variables in full.locals.items()],
        [[number, *catch] for number, catch in full.catches.items()],
        [[token, *loop[:3], pack(loop.items)] for token, loop in full.loops.items()],
        [[*key, pack(value)] for key, value in full.gathered.items()],
        [[number, *record[:3], pack_variables(record.variables)] for number, record in full.records.items()],
        [[token, list(records)] for token, records in full.pending.items()],
        [list(pair) for pair in full.helpers.items()],
        [[*key, list(flows)] for key, flows in full.passed.items()],
    ]


def full_from_wire(wire: Any) -> Full | None:
    """Give the full form of plain values."""
    if wire is None:
        return None
    first, second, third = wire[:3]
    return Full(
        first,
        second,
        third,
        homes=_pairs(wire[3]),
        scopes={one[0]: Scope(*one[1:5]) for one in wire[4]},
        live={one[0]: one[5] for one in wire[4]},
        locals={number: _variables(values) for number, values in wire[5]},
        catches={one[0]: Catch(*one[1:]) for one in wire[6]},
        loops={one[0]: Loop(one[1], one[2], one[3], unpack(one[4])) for one in wire[7]},
        gathered={(token, run): unpack(value) for token, run, value in wire[8]},
        records={one[0]: Record(one[1], one[2], one[3], _variables(one[4])) for one in wire[9]},
        pending={token: tuple(records) for token, records in wire[10]},
        helpers=_pairs(wire[11]),
        passed={(scope, node): tuple(flows) for scope, node, flows in wire[12]},
    )


def _pairs(wire: Any) -> dict[int, int]:
    return {key: value for key, value in wire}  # noqa: C416  # pairs come as lists from the wire


def _variables(wire: Any) -> dict[str, Any]:
    return {name: unpack(value) for name, value in wire.items()}
