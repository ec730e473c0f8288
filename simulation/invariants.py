"""What must hold whatever went wrong: checked on the logs and tables that are left."""

from collections import Counter
from collections.abc import Iterator

from sqlalchemy import func, select

from alihdaya.engine.events import TimerFired, TimerSet
from alihdaya.kernel.event import Entry
from alihdaya.operations.books.replay import prove
from alihdaya.store import Store
from alihdaya.store.schema import LOST, MESSAGE, POST
from alihdaya.work.events import (
    AssignmentWithdrawn,
    ItemDelivered,
    ItemReceived,
    ItemStopped,
    TaskAssigned,
    TaskCancelled,
    TaskDone,
)
from simulation.actors import Client, Place, Worker

UNCERTIFIED = "citra"

Owning = TaskAssigned | TaskDone | TaskCancelled | AssignmentWithdrawn
"""What changes who has a task."""


def violations(stores: dict[int, Store], client: Client, workers: list[Worker]) -> Iterator[str]:
    """Give every promise that was broken, in words."""
    yield from client.wrong
    logs = {shard: list(store.read_log()) for shard, store in stores.items()}
    yield from _intake(logs, client)
    for shard, entries in logs.items():
        yield from (f"shard {shard}: {what}" for what in _one_log(entries))
        done = {(e.item, event.token) for e in entries for event in e.events if isinstance(event, TaskDone)}
        for worker in workers:
            told = {(item, token) for where, item, token in worker.finished if where == shard}
            yield from (f"shard {shard}: task {one} was told to be done, and is not" for one in sorted(told - done))
        yield from _left(shard, stores[shard])
        verdict = prove(stores[shard])
        yield from (f"shard {shard}: a replay differs: {one}" for one in verdict.differences[:3])


def _left(shard: int, store: Store) -> Iterator[str]:
    """Check that what was told from claim to claim has come to whom it was for, once: none is left, or was given up."""
    with store.snapshot() as connection:
        for table, what in ((MESSAGE, "kept"), (POST, "under way"), (LOST, "lost")):
            count = connection.execute(select(func.count()).select_from(table)).scalar()
            if count:
                yield f"shard {shard}: {count} messages between claims are still {what}"


def _intake(logs: dict[int, list[Entry]], client: Client) -> Iterator[str]:
    """Every claim that was sent is one item, where the client was told; nothing else is there."""
    received: dict[str, list[Place]] = {}
    for shard, entries in logs.items():
        for entry in entries:
            for happened in entry.events:
                if isinstance(happened, ItemReceived):
                    received.setdefault(happened.external_id, []).append(Place(shard, entry.item))
    for claim in client.sent:
        places = received.pop(claim, [])
        if len(places) != 1:
            yield f"claim {claim} became {len(places)} items"
        elif client.taken.get(claim) != places[0]:
            yield f"claim {claim} is {places[0]}, the client was told {client.taken.get(claim)}"
    yield from (f"{claim} was never sent" for claim in received)


def _one_log(entries: list[Entry]) -> Iterator[str]:
    if [entry.seq for entry in entries] != list(range(1, len(entries) + 1)):
        yield "the log has a gap"
    owners: dict[tuple[int, int], str] = {}
    due: dict[tuple[int, int], int] = {}
    ended: Counter[int] = Counter()
    items: set[int] = set()
    for entry in entries:
        for happened in entry.events:
            match happened:
                case ItemReceived():
                    items.add(entry.item)
                case ItemDelivered() | ItemStopped():
                    ended[entry.item] += 1
                case TimerSet():
                    due[entry.item, happened.timer] = happened.due
                case TimerFired() if entry.at < due.get((entry.item, happened.timer), 1 << 62):
                    yield f"timer {happened.timer} of item {entry.item} fired early"
                case TaskAssigned() | TaskDone() | TaskCancelled() | AssignmentWithdrawn():
                    yield from _owned(owners, entry, happened)
    yield from (f"item {item} ended {times} times" for item, times in ended.items() if times != 1)
    yield from (f"item {item} never ended" for item in sorted(items - ended.keys()))


def _owned(
    owners: dict[tuple[int, int], str],
    entry: Entry,
    happened: Owning,
) -> Iterator[str]:
    """Check that a task has one owner at a time, who may have it, and who alone finishes it, once."""
    key = (entry.item, happened.token)
    if isinstance(happened, TaskAssigned):
        if key in owners:
            yield f"task {key} of {owners[key]} went to {happened.person}"
        if happened.person == UNCERTIFIED:
            yield f"task {key} went to {happened.person}, who holds no certificate"
        owners[key] = happened.person
        return
    owner = owners.pop(key, None)
    if isinstance(happened, TaskDone) and owner != happened.person:
        yield f"task {key} of {owner} was done by {happened.person}"
