"""Jobs that workers fetch: leased for a while, answered under the lease, and anybody's again when it ends.

The lease's lock is the number of the log's entry that gave it: a later lease has a higher one, so that a worker who was
thought dead can be told from the one who has the job now. Leases stand in the log like all else; whoever opens the
shard next keeps them, or lets them end when their time is over. A lease that ends counts as an attempt that failed.
"""

from hashlib import sha256
from typing import Any, NamedTuple

import msgspec

from alihdaya.engine import CompleteJob, ThrowError, pack
from alihdaya.kernel.errors import Problem, Refused
from alihdaya.kernel.event import Event
from alihdaya.kernel.time import SECOND
from alihdaya.operations.advance import advance
from alihdaya.operations.commands import Unsent
from alihdaya.operations.desk import Desk
from alihdaya.operations.jobs.book import Book
from alihdaya.operations.jobs.commands import Extend, Fail, Fetch, Finish, Release, Throw
from alihdaya.operations.outbox import unsent
from alihdaya.work.events import JobAnswered, JobLeased, JobReleased, SendDone
from alihdaya.work.keepable import unkeepable
from alihdaya.work.outbox import Send, SendKey

MOST_ATTEMPTS = 8
"""So often a job is tried, unless the worker says otherwise; then its item stops with an incident."""

FAILED = "job-failed"

_FIRST_PAUSE, _LONGEST_PAUSE = SECOND // 2, 300 * SECOND


class Leased(NamedTuple):
    """A job that a worker has now; `send.lock` and `send.until` are of its lease."""

    key: SendKey
    send: Send


def fetch(desk: Desk, wanted: Fetch, at: int) -> list[Leased]:
    """Lease the oldest free jobs of the wanted names to a worker; gives them, none where there are none."""
    found: list[Leased] = []
    book = desk.book or Book()
    while len(found) < wanted.most and (key := book.oldest(desk.outbox, wanted.names)) is not None:
        send = desk.outbox[key]
        if _suspended(desk, send) or desk.does(send):
            continue  # it is offered again when its item is resumed; what this process does itself is nobody else's
        leased = send._replace(worker=wanted.worker, lock=desk.seq + 1, until=at + wanted.micros)
        _lease(desk, key, leased, at)
        found.append(Leased(key, leased))
    return found


def extend(desk: Desk, wanted: Extend, at: int) -> int:
    """Let a lease run so much longer from now; gives its new end. Raises Refused where it is not held any more."""
    send = _held(desk, wanted.key, wanted.lock)
    _lease(desk, wanted.key, send._replace(until=at + wanted.micros), at)
    return at + wanted.micros


def release(desk: Desk, wanted: Release, at: int) -> None:
    """Let the job be anybody's again; no attempt is counted. Raises Refused where the lease is not held any more."""
    send = _held(desk, wanted.key, wanted.lock)
    _set(desk, wanted.key, send._replace(worker="", lock=0, until=0))
    desk.append(at, send.item, _by(send.worker), [JobReleased(*wanted.key)])


def finish(desk: Desk, wanted: Finish, at: int) -> None:
    """Let the item go on with a result. Saying the very same once more, under the same lease, is fine.

    Raises Refused for a result that cannot be kept, and where the lease is not held any more.
    """
    faults = unkeepable(wanted.result)
    if faults:
        raise Refused(faults)
    _close(desk, wanted, at, CompleteJob, (wanted.result,))


def throw(desk: Desk, wanted: Throw, at: int) -> None:
    """Let the item go where a BPMN error leads (10.5.6); repeats and Refused as in `finish`."""
    _close(desk, wanted, at, ThrowError, (wanted.code, wanted.message))


def fail(desk: Desk, wanted: Fail, at: int) -> None:
    """Note an attempt that failed: again after a pause, or an incident. Raises Refused where the lease is lost."""
    send = _held(desk, wanted.key, wanted.lock)
    attempts = send.attempts + 1
    left = MOST_ATTEMPTS - attempts if wanted.retries is None else wanted.retries
    usual = min(_FIRST_PAUSE * 2 ** min(attempts - 1, 30), _LONGEST_PAUSE)
    pause = usual if wanted.micros is None else wanted.micros
    unsent(desk, Unsent(wanted.key, wanted.reason, at + pause if left > 0 else 0, FAILED), at)


def catch_up(desk: Desk, at: int) -> None:
    """End the leases whose time is over, and free the jobs whose pause is."""
    if desk.book is not None:
        for key in desk.book.over(desk.outbox, at):
            _lapse(desk, key, at)
        desk.book.free_due(desk.outbox, at)


def _lapse(desk: Desk, key: SendKey, at: int) -> None:
    """Count an attempt that failed; while the item is suspended nobody could have answered, so none is counted."""
    send = desk.outbox[key]
    if _suspended(desk, send):
        release(desk, Release(key, send.lock), at)
        return
    worker = send.worker
    fail(desk, Fail(key, None, worker, f"{worker} did not answer while it had the job", micros=0), at)


def _close(desk: Desk, wanted: Finish | Throw, at: int, command: Any, answer: tuple[Any, ...]) -> None:
    key, lock = wanted.key, wanted.lock
    digest = _digest(command.__name__, answer)
    if key not in desk.outbox and lock is not None and _said(desk, JobAnswered(*key, lock, digest)):
        return
    send = _held(desk, key, lock)
    item = desk.open_item(send.item)
    del desk.outbox[key]  # else what follows would take it back
    try:
        followed = advance(desk, item, command(send.token, *answer), at)
    except Refused:
        desk.outbox[key] = send
        raise
    told: list[Event] = [SendDone(*key, 0), JobAnswered(*key, lock or 0, digest)]
    desk.record(item, at, _by(wanted.by), [*told, *followed])


def _suspended(desk: Desk, send: Send) -> bool:
    item = desk.items.get(send.item)
    return item is not None and item.suspended


def _held(desk: Desk, key: SendKey, lock: int | None) -> Send:
    """Give a job under its lease; under any, or none, where no lock is named."""
    send = desk.outbox.get(key)
    if send is None or not send.token:
        raise Refused(Problem("job-over", f"job {key[0]}-{key[1]} is over, or never was"))
    if lock is not None and send.lock != lock:
        raise Refused(Problem("lease-lost", f"lease {lock} of job {key[0]}-{key[1]} has ended; it is somebody else's"))
    return send


def _lease(desk: Desk, key: SendKey, send: Send, at: int) -> None:
    _set(desk, key, send)
    desk.append(at, send.item, _by(send.worker), [JobLeased(*key, send.worker, send.lock, send.until)])


def _set(desk: Desk, key: SendKey, send: Send) -> None:
    desk.outbox[key] = send
    desk.index(key)


def _by(worker: str) -> str:
    """Name a worker in the log so that it is never taken for a person of the roster."""
    return f"worker {worker}"


def _digest(kind: str, answer: tuple[Any, ...]) -> str:
    try:
        plain = [kind, *[pack(part) for part in answer]]
    except TypeError as error:
        raise Refused(Problem("bad-variables", str(error))) from None
    return sha256(msgspec.json.encode(plain, order="sorted")).hexdigest()[:32]


def _said(desk: Desk, answered: JobAnswered) -> bool:
    """Look into the log whether a job, over by now, was answered the very same under the same lease."""
    if any(answered in entry.events for entry in desk.pending):
        return True
    for asked in desk.store.read_log(after=answered.seq - 1, limit=1):
        for entry in desk.store.read_log(item=asked.item, after=answered.lock):
            if answered in entry.events:
                return True
    return False
