"""What goes out, as rows: the outbox, and how often each was tried."""

from collections.abc import Callable
from typing import Any

from alihdaya.kernel.event import Entry
from alihdaya.store.codec import encode
from alihdaya.store.project.changes import Pending
from alihdaya.store.schema import ATTEMPT, JOB_LEASE, OUTBOX
from alihdaya.work.events import JobLeased, JobReleased, SendDone, SendFailed, SendQueued, SendRetried, SendWithdrawn


def _queued(pending: Pending, entry: Entry, event: SendQueued) -> None:
    rest = (entry.item, event.token, event.node, event.name, event.key, encode(event.payload), entry.at)
    pending.put(OUTBOX, (entry.seq, event.number), rest)


def _gone(pending: Pending, _: Entry, event: SendDone | SendWithdrawn) -> None:
    for table in (OUTBOX, ATTEMPT, JOB_LEASE):
        pending.drop(table, (event.seq, event.number))


def _failed(pending: Pending, _: Entry, event: SendFailed) -> None:
    pending.put(ATTEMPT, (event.seq, event.number), (event.attempts, event.reason, event.next_at))
    pending.drop(JOB_LEASE, (event.seq, event.number))


def _retried(pending: Pending, _: Entry, event: SendRetried) -> None:
    pending.drop(ATTEMPT, (event.seq, event.number))


def _leased(pending: Pending, _: Entry, event: JobLeased) -> None:
    pending.put(JOB_LEASE, (event.seq, event.number), (event.worker, event.lock, event.until))


def _released(pending: Pending, _: Entry, event: JobReleased) -> None:
    pending.drop(JOB_LEASE, (event.seq, event.number))


SENDS: dict[type, Callable[[Pending, Entry, Any], None]] = {
    SendQueued: _queued,
    SendDone: _gone,
    SendWithdrawn: _gone,
    SendFailed: _failed,
    SendRetried: _retried,
    JobLeased: _leased,
    JobReleased: _released,
}
"""Event -> what it changes in the outbox."""
