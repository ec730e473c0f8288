"""What a writer that starts must know beyond the small tables: what is under way, and who acted when."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Table, func, select

from alihdaya.engine import from_wire
from alihdaya.kernel.event import Event
from alihdaya.store.codec import decode, revive
from alihdaya.store.lease.fence import HOUSE_LOG
from alihdaya.store.project.standing import OVER
from alihdaya.store.schema import (
    ARCHIVE,
    ARRIVED,
    ATTEMPT,
    CALLED,
    HANDOVER,
    ITEM,
    JOB_LEASE,
    LOG,
    LOST,
    MESSAGE,
    OUTBOX,
    PAUSE,
    PERSON,
    POST,
    REACHED,
    RECEIVED,
    REFUSAL,
    SIGNAL,
    START,
    SUBSCRIPTION,
    TIMER,
)
from alihdaya.store.store import Store
from alihdaya.store.working import WorkingSet
from alihdaya.work.events import InstanceMigrated, TaskDone, TaskQueued
from alihdaya.work.exchange import StartSet
from alihdaya.work.handover import giver_of
from alihdaya.work.outbox import Send, SendKey


class Underway(NamedTuple):
    """An item that is not over; `instance` is the engine's, `caller` the item and token that called it, if any."""

    item: int
    engagement: str
    service: str
    terms: str
    definition: str
    received_at: int
    touched: bool
    instance: Any
    caller: tuple[int, int] | None
    suspended: bool
    due: tuple[int | None, int | None]
    """When the item is due to be responded to, and resolved, as far as that is known."""
    stood: tuple[int | None, int | None]
    """When somebody took a task of it first, and since when none is open."""


def underway(store: Store) -> Iterator[Underway]:
    """Yield every item that is not over, in the order of intake."""
    query = (
        select(
            ITEM.c.id,
            ITEM.c.engagement,
            ITEM.c.service,
            ITEM.c.terms,
            ITEM.c.definition,
            ITEM.c.received_at,
            ITEM.c.touched,
            ITEM.c.state,
            ITEM.c.status,
            CALLED.c.caller,
            CALLED.c.token,
            ITEM.c.respond_due,
            ITEM.c.resolve_due,
            ITEM.c.responded_at,
            ITEM.c.closed_at,
        )
        .outerjoin_from(ITEM, CALLED, CALLED.c.item == ITEM.c.id)
        .where(ITEM.c.status.not_in(OVER))
        .order_by(ITEM.c.id)
    )
    with store.snapshot() as connection:
        rows = connection.execute(query).all()
    for row in rows:
        state = from_wire(decode(row.state)) if row.state is not None else None
        caller = None if row.caller is None else (row.caller, row.token)
        due, stood = (row.respond_due, row.resolve_due), (row.responded_at, row.closed_at)
        yield Underway(*row[:6], bool(row.touched), state, caller, row.status == "suspended", due, stood)


def pauses(store: Store) -> dict[int, list[tuple[int, int | None]]]:
    """Give when the clocks of items under way stood, as item -> (start, end), oldest first; None: they still stand."""
    found: dict[int, list[tuple[int, int | None]]] = defaultdict(list)
    query = select(PAUSE.c.item, PAUSE.c.start, PAUSE.c.end).order_by(PAUSE.c.item, PAUSE.c.token)
    with store.snapshot() as connection:
        for item, start, end in connection.execute(query):
            found[item].append((start, end))
    return dict(found)


def doers(store: Store, item: int) -> Iterator[tuple[str, str]]:
    """Yield (user task, person) for every task of an item that somebody finished, in the order of the log.

    Tasks are named as the version of the model names them in which the item is now; those of the items that it called
    come last, with "" for their task.
    """
    nodes: dict[int, str] = {}
    found: list[tuple[str, str]] = []
    for entry in store.read_log(item=item):
        for happened in entry.events:
            if isinstance(happened, TaskQueued):
                nodes[happened.token] = happened.node
            elif isinstance(happened, TaskDone):
                found.append((nodes[happened.token], happened.person))
            elif isinstance(happened, InstanceMigrated):
                names = happened.nodes
                nodes = {token: names.get(node) or node for token, node in nodes.items()}
                found = [(names.get(node) or node, person) for node, person in found]
    yield from found
    with store.snapshot() as connection:
        called = connection.execute(select(CALLED.c.item).where(CALLED.c.caller == item)).scalars().all()
    for one in called:
        yield from (("", person) for _, person in doers(store, one))


def last_at(store: Store) -> int:
    """When the last entry of the log happened; 0 where the log is empty."""
    with store.snapshot() as connection:
        return connection.execute(select(LOG.c.at).order_by(LOG.c.seq.desc()).limit(1)).scalar() or 0


def born_at(store: Store) -> int:
    """When the log's first entry was written, even if it is archived; 0 where the log is empty."""
    with store.snapshot() as connection:
        archived: int | None = connection.execute(select(ARCHIVE.c.born).order_by(ARCHIVE.c.first).limit(1)).scalar()
        if archived is not None:
            return archived
        return connection.execute(select(LOG.c.recorded_at).order_by(LOG.c.seq).limit(1)).scalar() or 0


def last_arrival(store: Store) -> int:
    """When the last item came in; 0 where none did."""
    with store.snapshot() as connection:
        return connection.execute(select(func.max(ITEM.c.received_at))).scalar() or 0


def last_acts(store: Store) -> dict[str, int]:
    """Person -> when they last finished something (entries that are by them)."""
    people = select(PERSON.c.id)
    query = select(LOG.c.by, func.max(LOG.c.at)).where(LOG.c.by.in_(people)).group_by(LOG.c.by)
    with store.snapshot() as connection:
        return {row[0]: row[1] for row in connection.execute(query)}


def refusals_since(store: Store, at: int) -> list[tuple[str, tuple[str, ...], int]]:
    """Give (person, reasons, when) of what the gate refused at `at` or later."""
    query = select(REFUSAL.c.person, REFUSAL.c.reasons, REFUSAL.c.at).where(REFUSAL.c.at >= at)
    with store.snapshot() as connection:
        return [(who, tuple(decode(why)), when) for who, why, when in connection.execute(query)]


def timers(store: Store) -> list[tuple[int, int, int]]:
    """Give (due, item, timer) of every timer that runs."""
    with store.snapshot() as connection:
        return [tuple(row) for row in connection.execute(select(TIMER.c.due, TIMER.c.item, TIMER.c.timer))]


def subscriptions(store: Store) -> list[tuple[str, str, int, int]]:
    """Give (name, key, item, token) of every awaited message, the longest waiting first."""
    query = select(SUBSCRIPTION.c.name, SUBSCRIPTION.c.key, SUBSCRIPTION.c.item, SUBSCRIPTION.c.token)
    with store.snapshot() as connection:
        return [tuple(row) for row in connection.execute(query.order_by(SUBSCRIPTION.c.item))]


def sends(store: WorkingSet, item: int | None = None) -> dict[SendKey, Send]:
    """Give all that is to go out, of one item or of all, in the order in which it was asked for."""
    columns = [column for column in OUTBOX.c if column.name not in {"seq", "number"}]
    tried = (func.coalesce(ATTEMPT.c.attempts, 0), func.coalesce(ATTEMPT.c.next_at, 0), ATTEMPT.c.reason)
    held = (JOB_LEASE.c.worker, func.coalesce(JOB_LEASE.c.lock, 0), func.coalesce(JOB_LEASE.c.until, 0))
    joined = OUTBOX.outerjoin(ATTEMPT, _same(ATTEMPT)).outerjoin(JOB_LEASE, _same(JOB_LEASE))
    query = select(OUTBOX.c.seq, OUTBOX.c.number, *columns, *tried, *held).select_from(joined)
    query = query.order_by(OUTBOX.c.seq, OUTBOX.c.number)
    if item is not None:
        query = query.where(OUTBOX.c.item == item)
    with store.snapshot() as connection:
        rows = connection.execute(query).all()
    found = {}
    for seq, number, about, token, node, name, key, payload, at, attempts, next_at, reason, *lease in rows:
        send = Send(about, token, node, name, key, decode(payload), at, attempts, next_at, reason or "")
        found[seq, number] = send._replace(worker=lease[0] or "", lock=lease[1], until=lease[2])
    return found


def _same(table: Table) -> ColumnElement[bool]:
    return (table.c.seq == OUTBOX.c.seq) & (table.c.number == OUTBOX.c.number)


def starts(store: Store) -> list[StartSet]:
    """Give every event that starts items."""
    with store.snapshot() as connection:
        return [StartSet(*row) for row in connection.execute(select(START).order_by(*START.primary_key.columns))]


def kept_messages(store: Store) -> list[tuple[SendKey, str, str, dict[str, Any], int, int]]:
    """Give (its name, message name, key, payload, until, item) of every message that is kept, oldest first."""
    same = (LOST.c.seq == MESSAGE.c.seq) & (LOST.c.number == MESSAGE.c.number)
    query = select(MESSAGE).outerjoin_from(MESSAGE, LOST, same).where(LOST.c.seq.is_(None))
    with store.snapshot() as connection:
        rows = connection.execute(query.order_by(MESSAGE.c.seq, MESSAGE.c.number)).all()
    return [((row.seq, row.number), row.name, row.key, decode(row.payload), row.until, row.item) for row in rows]


def signals(store: Store) -> list[tuple[SendKey, str, dict[str, Any], list[tuple[int, int]], int]]:
    """Give (its name, signal, payload, audience, how many of it had it) of every signal under way, oldest first."""
    same = (REACHED.c.seq == SIGNAL.c.seq) & (REACHED.c.number == SIGNAL.c.number)
    query = select(SIGNAL, func.coalesce(REACHED.c.done, 0).label("done")).outerjoin_from(SIGNAL, REACHED, same)
    with store.snapshot() as connection:
        rows = connection.execute(query.order_by(SIGNAL.c.seq, SIGNAL.c.number)).all()
    return [((row.seq, row.number), row.name, decode(row.payload), decode(row.audience), row.done) for row in rows]


def handed_over(store: Store) -> dict[int, tuple[tuple[int, int], str]]:
    """Give item -> ((giver, token), by whom) of every item that was begun by a hand-over and is awaited back."""
    with store.snapshot() as connection:
        rows = connection.execute(select(HANDOVER.c.item, HANDOVER.c.giver, HANDOVER.c.token, HANDOVER.c.person)).all()
    return {item: ((giver, token), person) for item, giver, token, person in rows}


def givers(store: Store, channels: Collection[str]) -> dict[int, int]:
    """Give item -> the item that handed it over, of all under way that came in under these channels."""
    query = select(RECEIVED.c.item, RECEIVED.c.external_id).join(ITEM, ITEM.c.id == RECEIVED.c.item)
    query = query.where(RECEIVED.c.channel.in_(channels), ITEM.c.status.not_in(OVER))
    with store.snapshot() as connection:
        return {item: giver_of(name, item, store.factor) for item, name in connection.execute(query)}


def posted(store: Store) -> dict[SendKey, int]:
    """Give all that has set out for other shards and was not acknowledged yet: its name -> the shard."""
    with store.snapshot() as connection:
        rows = connection.execute(select(POST.c.seq, POST.c.number, POST.c.shard).order_by(POST.c.seq, POST.c.number))
        return {(seq, number): shard for seq, number, shard in rows}


def told(store: Store) -> list[tuple[SendKey, str, Event]]:
    """Give (its name, by whom, fact) of every fact about people that set out for the house's own log, in order."""
    query = select(POST).where(POST.c.shard == HOUSE_LOG).order_by(POST.c.seq, POST.c.number)
    with store.snapshot() as connection:
        rows = [(row, decode(row.payload)) for row in connection.execute(query)]
    return [((row.seq, row.number), said["by"], revive([row.name, *said["fact"]])) for row, said in rows]


def arrived(store: Store) -> dict[int, SendKey]:
    """Give the name of the last that came in from each other shard."""
    with store.snapshot() as connection:
        return {shard: (seq, number) for shard, seq, number in connection.execute(select(ARRIVED))}
