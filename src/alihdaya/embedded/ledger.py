"""What a fellowship has done into the tables, set at a time, and what the tables hold into a new fellowship."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, func, select

from alihdaya.embedded import statement
from alihdaya.embedded.fellowship import Fellowship, Standing, awaited
from alihdaya.embedded.tables import (
    DEFINITION,
    HISTORY,
    INSTANCE,
    KEY,
    MESSAGE,
    TEMPLATE,
    TIMER,
    WAIT,
    WAKING,
)
from alihdaya.embedded.templates import Templates
from alihdaya.engine import Instance, Plan, Wait, apply, from_wire, to_wire
from alihdaya.engine.society import Buffered, Member, Next, Waking
from alihdaya.engine.state import RUNNING
from alihdaya.kernel.event import Event
from alihdaya.store.codec import decode, encode, encode_events
from alihdaya.store.commit import writer_for
from alihdaya.store.errors import StoreError, problem

_CHUNK = 500

_YOUNG = 4
"""Commands after which the state of every instance is written, so that no long history is read at the start."""

Row = tuple[Any, ...]
Rows = dict[Table, list[Row]]


class Ledger:
    """Writes one fellowship; knows which kept messages and timers of processes the tables hold."""

    def __init__(self, fellowship: Fellowship) -> None:
        self.fellowship = fellowship
        self.messages: dict[int, tuple[int, Buffered]] = {}
        self.wakings: dict[tuple[str, str], Waking] = {}
        self.templates = Templates()
        self._counts: dict[int, int] = {}
        self._definitions: dict[tuple[str, str], int] = {}
        self._numbers: dict[int, tuple[Plan, int]] = {}
        self._next_message = 1

    def write(self, connection: Connection, keys: Iterable[tuple[str, str, int]]) -> None:
        """Write all that was done since the last commit, and the keys that instances were started under."""
        rows = Changes(defaultdict(list), defaultdict(list), defaultdict(list))
        self._instances(self._histories(rows), rows)
        rows.inserts[KEY] += keys
        rows.inserts[TEMPLATE] += self.templates.new
        self._messages(rows)
        self._wakings(rows)
        rows.write(connection)
        self.templates.new = []

    def _histories(self, rows: "Changes") -> dict[int, tuple[Member, int]]:
        """Make a row a command; gives each instance that changed, and when it last did."""
        changed: dict[int, tuple[Member, int]] = {}
        standing, row, made = self.fellowship.standing, self.templates.row, []
        counts = self._counts = {}
        for member, at, state, events in self.fellowship.notes:
            number = member.number
            count = counts.get(number)
            if count is None:
                before = standing.get(number)
                count = 0 if before is None else before.commands
            counts[number] = count = count + 1
            body = row(state.shape, state.held) if events is None else encode_events(events)  # type: ignore[arg-type]
            made.append((number, count, at, body))
            changed[number] = member, at
        rows.inserts[HISTORY] = made
        return changed

    def _instances(self, changed: Mapping[int, tuple[Member, int]], rows: "Changes") -> None:
        """Make a row an instance, and rows of what it waits for."""
        standing, fresh, again = self.fellowship.standing, rows.inserts[INSTANCE], rows.puts[INSTANCE]
        waiting, numbers = rows.inserts[WAIT], self._numbers
        for number, (member, at) in changed.items():
            state, commands = member.state, self._counts[number]
            packed, status, caller = state.shape is not None, state.status, member.caller or _NOBODY
            running, known = status == RUNNING, numbers.get(id(member.plan))
            definition = self._definition(member.plan) if known is None else known[1]
            snapshot = self._snapshot(state, commands) if running else None
            row = (number, definition, status, caller[0], caller[1], member.depth, commands, snapshot)
            waits, timers = (state.waits, _NONE) if packed else (awaited(state), state.timers)
            before = standing.get(number)
            if before is None:
                fresh.append(row)
                for token, wait in waits.items():
                    waiting.append((number, token, *wait, at))
                if timers:
                    rows.inserts[TIMER] += [(number, timer, one.due) for timer, one in timers.items()]
            else:
                again.append(row)
                _waits(number, before.waits, waits, at, rows)
                if timers or before.timers:
                    _timers(number, before.timers, timers, rows)
            if running:
                standing[number] = Standing(commands, waits, timers.copy() if timers else _NONE)

    def _definition(self, plan: Plan) -> int:
        """Give the number of a plan's definition; a plan that is at hand is found by what it is, not by its content."""
        found = self._numbers.get(id(plan))
        if found is None:
            found = self._numbers[id(plan)] = plan, self._definitions[plan.process.id, plan.digest]
        return found[1]

    def _snapshot(self, state: Instance, commands: int) -> bytes:
        """Give the state's bytes; none while an instance is packed and young: its few commands tell as much."""
        return b"" if state.shape is not None and commands <= _YOUNG else encode(to_wire(state))

    def _messages(self, rows: "Changes") -> None:
        kept, buffer = self.messages, self.fellowship.buffer
        if not kept and not buffer:
            return
        present = {id(one) for one in buffer}
        for gone in [one for one in kept if one not in present]:
            rows.deletes[MESSAGE].append((kept.pop(gone)[0],))
        for one in buffer:
            if id(one) not in kept:
                kept[id(one)] = self._next_message, one
                body = encode(one.payload)
                rows.inserts[MESSAGE].append((self._next_message, one.name, one.key, body, one.until))
                self._next_message += 1

    def _wakings(self, rows: "Changes") -> None:
        now = {(one.process, one.node): one for one in self.fellowship.wakings}
        changed = [one for key, one in now.items() if self.wakings.get(key) != one]
        rows.deletes[WAKING] += [key for key in self.wakings if key not in now]
        rows.puts[WAKING] += [(one.process, one.node, *one.next) for one in changed]
        self.wakings = now

    def load(self, connection: Connection, plans: Sequence[Plan], now: int, place: str) -> None:
        """Take in all that runs, and deploy the plans: the first of each process is for new instances.

        Raises StoreError where an instance runs by a definition that is not among the plans.
        """
        for row in connection.execute(select(MESSAGE).order_by(MESSAGE.c.number)):
            self.fellowship.buffer.append(Buffered(row.name, row.key, decode(row.payload), row.until))
            self.messages[id(self.fellowship.buffer[-1])] = row.number, self.fellowship.buffer[-1]
            self._next_message = row.number + 1
        self._deploy(connection, plans, now)
        self.fellowship.last = connection.execute(select(func.max(INSTANCE.c.id))).scalar() or 0
        running = select(INSTANCE).where(INSTANCE.c.state.is_not(None)).order_by(INSTANCE.c.id)
        for number, body in connection.execute(select(TEMPLATE)):
            self.templates.know(number, body)
        young = histories(connection, INSTANCE.c.state == b"")
        given = {self._definitions[plan.process.id, plan.digest]: plan for plan in reversed(plans)}
        names = {number: name for name, number in self._definitions.items()}
        for row in connection.execute(running):
            plan = given.get(row.definition)
            if plan is None:
                process, digest = names[row.definition]
                message = f"instance {row.id} runs by a definition of {process!r} that was not given: {digest}"
                raise StoreError(problem("unknown-definition", message, place))
            state = from_wire(decode(row.state)) if row.state else self._folded(young[row.id])
            member = Member(row.id, plan, state, (row.caller, row.token) if row.caller else None, row.depth)
            self.fellowship.hold(member, Standing(row.commands, awaited(state), state.timers.copy()))

    def _folded(self, bodies: Iterable[bytes]) -> Instance:
        return folded(self.templates.events(body) for body in bodies)

    def _deploy(self, connection: Connection, plans: Sequence[Plan], now: int) -> None:
        """Let the timers of start events begin where a definition is new, and go on where it is not."""
        found = {(row.process, row.digest): row.number for row in connection.execute(select(DEFINITION))}
        stored = [Waking(Next(*row[2:]), *row[:2]) for row in connection.execute(select(WAKING))]
        self.wakings = {(one.process, one.node): one for one in stored}
        made = self._definitions = dict(found)
        for plan in plans:
            made.setdefault((plan.process.id, plan.digest), len(made) + 1)
        new = [(number, *name, now) for name, number in made.items() if name not in found]
        if new:
            writer_for(connection).insert(DEFINITION, new)
        for plan in {one.process.id: one for one in reversed(plans)}.values():
            if (plan.process.id, plan.digest) in found:
                self.fellowship.plans[plan.process.id] = plan
                self.fellowship.wakings += [one for one in stored if one.process == plan.process.id]
            else:
                self.fellowship.deploy(plan, now)


def histories(connection: Connection, wanted: Any) -> dict[int, list[bytes]]:
    """Give the events of each instance that is wanted, a body a command."""
    found: dict[int, list[bytes]] = defaultdict(list)
    query = select(HISTORY.c.instance, HISTORY.c.events).join(INSTANCE, INSTANCE.c.id == HISTORY.c.instance)
    for instance, body in connection.execute(query.where(wanted).order_by(HISTORY.c.instance, HISTORY.c.number)):
        found[instance].append(body)
    return found


def folded(commands: Iterable[Iterable[Event]]) -> Instance:
    """Give the state that the events of these commands lead to."""
    state: Instance | None = None
    for events in commands:
        for event in events:
            state = apply(state, event)
    assert state is not None  # noqa: S101 (an instance is written with its first command)
    return state


_NONE: dict[int, Any] = {}
_NOBODY = (0, 0)


def _waits(number: int, before: Mapping[int, Wait], now: Mapping[int, Wait], at: int, rows: "Changes") -> None:
    """Note which waits are gone, which are new, and which are others under the same number."""
    if before != now:
        rows.deletes[WAIT] += [(number, token) for token in before if token not in now]
        rows.puts[WAIT] += [(number, token, *wait, at) for token, wait in now.items() if before.get(token) != wait]


def _timers(number: int, before: Mapping[int, Any], now: Mapping[int, Any], rows: "Changes") -> None:
    if before != now:
        rows.deletes[TIMER] += [(number, timer) for timer in before if timer not in now]
        rows.inserts[TIMER] += [(number, timer, one.due) for timer, one in now.items() if timer not in before]


class Changes(NamedTuple):
    """Rows by table, in the order in which they are carried out."""

    deletes: Rows
    inserts: Rows
    puts: Rows

    def write(self, connection: Connection) -> None:
        """Carry all out: a statement a table on SQLite, one for all on PostgreSQL."""
        if connection.dialect.name != "sqlite":
            statement.carry_out(connection, *self)
            return
        writer = writer_for(connection)
        for tables, carry_out in (
            (self.deletes, writer.delete),
            (self.inserts, writer.insert),
            (self.puts, writer.put),
        ):
            for table, rows in tables.items():
                if rows:
                    carry_out(table, rows)


def started_under(connection: Connection, asked: Mapping[str, Iterable[str]]) -> dict[tuple[str, str], int]:
    """Find which instances were started under these keys, by process."""
    found: dict[tuple[str, str], int] = {}
    for process, keys in asked.items():
        whole = list(keys)
        for first in range(0, len(whole), _CHUNK):
            query = select(KEY).where(KEY.c.process == process, KEY.c.key.in_(whole[first : first + _CHUNK]))
            found.update({(row.process, row.key): row.instance for row in connection.execute(query)})
    return found
