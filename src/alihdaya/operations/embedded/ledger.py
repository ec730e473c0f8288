"""What a fellowship has done into the tables, set at a time, and what the tables hold into a new fellowship."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table, func, select

from alihdaya.engine import Instance, Plan, Wait, apply, from_wire, to_wire
from alihdaya.engine.society import Buffered, Member, Waking
from alihdaya.engine.state import RUNNING
from alihdaya.operations.embedded.fellowship import Fellowship, Standing, awaited
from alihdaya.operations.embedded.tables import (
    DEPLOYED,
    HISTORY,
    INSTANCE,
    KEY,
    MESSAGE,
    TIMER,
    WAIT,
    WAKING,
)
from alihdaya.store.codec import decode, decode_events, encode, encode_events
from alihdaya.store.commit import writer_for
from alihdaya.store.errors import StoreError, problem

_CHUNK = 500

_YOUNG = 4
"""Commands after which the state of every instance is written, so that no long history is read at the start."""

Rows = dict[Table, list[tuple[Any, ...]]]


class Ledger:
    """Writes one fellowship; knows which kept messages and timers of processes the tables hold."""

    def __init__(self, fellowship: Fellowship) -> None:
        self.fellowship = fellowship
        self.messages: dict[int, tuple[int, Buffered]] = {}
        self.wakings: dict[tuple[str, str], Waking] = {}
        self._next_message = 1

    def write(self, connection: Connection, keys: Iterable[tuple[str, str, int]]) -> None:
        """Write all that was done since the last commit, and the keys that instances were started under."""
        deletes: Rows = defaultdict(list)
        inserts: Rows = defaultdict(list)
        puts: Rows = defaultdict(list)
        inserts[KEY] += keys
        for member, at in self._histories(inserts[HISTORY]).values():
            self._instance(member, at, deletes, inserts, puts)
        self._messages(deletes, inserts)
        self._wakings(deletes, puts)
        writer = writer_for(connection)
        for tables, write in ((deletes, writer.delete), (inserts, writer.insert), (puts, writer.put)):
            for table, rows in tables.items():
                if rows:
                    write(table, rows)

    def _histories(self, rows: list[tuple[Any, ...]]) -> dict[int, tuple[Member, int]]:
        """Make a row a command; gives each instance that changed, and when it last did."""
        counts: dict[int, int] = {}
        changed: dict[int, tuple[Member, int]] = {}
        standing = self.fellowship.standing
        for note in self.fellowship.notes:
            number = note.member.number
            if number not in counts:
                counts[number] = standing[number].commands if number in standing else 0
            counts[number] += 1
            rows.append((number, counts[number], note.at, encode_events(note.told())))
            changed[number] = note.member, note.at
        self._counts = counts
        return changed

    def _instance(self, member: Member, at: int, deletes: Rows, inserts: Rows, puts: Rows) -> None:
        number, state = member.number, member.state
        before = self.fellowship.standing.get(number)
        running = state.status == RUNNING
        row = (
            number,
            state.process,
            member.plan.digest,
            state.status,
            *(member.caller or (0, 0)),
            member.depth,
            self._counts[number],
            self._snapshot(member) if running else None,
        )
        (inserts if before is None else puts)[INSTANCE].append(row)
        now = standing_of(state, self._counts[number])
        _differ(WAIT, number, (before or _NOTHING).waits, now.waits, at, deletes, inserts, puts)
        if now.timers or before is not None:
            earlier, timers = (before or _NOTHING).timers, now.timers
            deletes[TIMER] += [(number, timer) for timer in earlier if timer not in timers]
            inserts[TIMER] += [(number, timer, one.due) for timer, one in timers.items() if timer not in earlier]
        if running:
            self.fellowship.standing[number] = now

    def _snapshot(self, member: Member) -> bytes:
        """Give the state's bytes; none while an instance is packed and young: its few commands tell as much."""
        packed = member.state.shape is not None and self._counts[member.number] <= _YOUNG
        return b"" if packed else encode(to_wire(member.state))

    def _messages(self, deletes: Rows, inserts: Rows) -> None:
        kept, buffer = self.messages, self.fellowship.buffer
        if not kept and not buffer:
            return
        present = {id(one) for one in buffer}
        for gone in [one for one in kept if one not in present]:
            deletes[MESSAGE].append((kept.pop(gone)[0],))
        for one in buffer:
            if id(one) not in kept:
                kept[id(one)] = self._next_message, one
                inserts[MESSAGE].append((self._next_message, one.name, one.key, encode(one.payload), one.until))
                self._next_message += 1

    def _wakings(self, deletes: Rows, puts: Rows) -> None:
        now = {(one.process, one.node): one for one in self.fellowship.wakings}
        deletes[WAKING] += [key for key in self.wakings if key not in now]
        puts[WAKING] += [
            (one.process, one.node, one.due, *one[3:]) for key, one in now.items() if self.wakings.get(key) != one
        ]
        self.wakings = now

    def load(self, connection: Connection, plans: Sequence[Plan], now: int, place: str) -> None:
        """Take in all that runs, and deploy the plans: the first of each process is for new instances.

        Raises StoreError where an instance runs by a definition that is not among the plans.
        """
        by_digest = {(plan.process.id, plan.digest): plan for plan in reversed(plans)}
        for row in connection.execute(select(MESSAGE).order_by(MESSAGE.c.number)):
            self.fellowship.buffer.append(Buffered(row.name, row.key, decode(row.payload), row.until))
            self.messages[id(self.fellowship.buffer[-1])] = row.number, self.fellowship.buffer[-1]
            self._next_message = row.number + 1
        self._deploy(connection, plans, now)
        self.fellowship.last = connection.execute(select(func.max(INSTANCE.c.id))).scalar() or 0
        running = select(INSTANCE).where(INSTANCE.c.state.is_not(None)).order_by(INSTANCE.c.id)
        young = histories(connection, INSTANCE.c.state == b"")
        for row in connection.execute(running):
            plan = by_digest.get((row.process, row.digest))
            if plan is None:
                message = f"instance {row.id} runs by a definition of {row.process!r} that was not given: {row.digest}"
                raise StoreError(problem("unknown-definition", message, place))
            state = from_wire(decode(row.state)) if row.state else folded(young[row.id])
            member = Member(row.id, plan, state, (row.caller, row.token) if row.caller else None, row.depth)
            self.fellowship.hold(member, standing_of(state, row.commands))

    def _deploy(self, connection: Connection, plans: Sequence[Plan], now: int) -> None:
        """Let the timers of start events begin where a definition is new, and go on where it is not."""
        known = {(row.process, row.digest) for row in connection.execute(select(DEPLOYED))}
        stored = [Waking(row.due, row.process, row.node, *row[3:]) for row in connection.execute(select(WAKING))]
        self.wakings = {(one.process, one.node): one for one in stored}
        current: dict[str, Plan] = {}
        for plan in plans:
            current.setdefault(plan.process.id, plan)
        for plan in current.values():
            if (plan.process.id, plan.digest) in known:
                self.fellowship.plans[plan.process.id] = plan
                self.fellowship.wakings += [one for one in stored if one.process == plan.process.id]
            else:
                self.fellowship.deploy(plan, now)
                writer_for(connection).insert(DEPLOYED, [(plan.process.id, plan.digest, now)])


def histories(connection: Connection, wanted: Any) -> dict[int, list[bytes]]:
    """Give the events of each instance that is wanted, a body a command."""
    found: dict[int, list[bytes]] = defaultdict(list)
    query = select(HISTORY.c.instance, HISTORY.c.events).join(INSTANCE, INSTANCE.c.id == HISTORY.c.instance)
    for instance, body in connection.execute(query.where(wanted).order_by(HISTORY.c.instance, HISTORY.c.number)):
        found[instance].append(body)
    return found


def folded(bodies: Iterable[bytes]) -> Instance:
    """Give the state that the events of these commands lead to."""
    state: Instance | None = None
    for body in bodies:
        for event in decode_events(body):
            state = apply(state, event)
    assert state is not None  # noqa: S101 (an instance is written with its first command)
    return state


_NOTHING = Standing()


def standing_of(state: Instance, commands: int) -> Standing:
    """Give what the tables are to say of an instance."""
    straight = state.shape is not None
    return Standing(commands, awaited(state), {} if straight else dict(state.timers))


def _differ(
    table: Table, number: int, before: Mapping[int, Wait], now: Mapping[int, Wait], at: int, *rows: Rows
) -> None:
    """Note which waits are gone, which are new, and which are others under the same number."""
    deletes, inserts, puts = rows
    if before == now:
        return
    for token in before:
        if token not in now:
            deletes[table].append((number, token))
    for token, wait in now.items():
        if token not in before:
            inserts[table].append((number, token, *wait, at))
        elif before[token] != wait:
            puts[table].append((number, token, *wait, at))


def started_under(connection: Connection, asked: Mapping[str, Iterable[str]]) -> dict[tuple[str, str], int]:
    """Find which instances were started under these keys, by process."""
    found: dict[tuple[str, str], int] = {}
    for process, keys in asked.items():
        whole = list(keys)
        for first in range(0, len(whole), _CHUNK):
            query = select(KEY).where(KEY.c.process == process, KEY.c.key.in_(whole[first : first + _CHUNK]))
            found.update({(row.process, row.key): row.instance for row in connection.execute(query)})
    return found
