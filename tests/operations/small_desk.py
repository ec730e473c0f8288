"""A desk over the claims pack: the verbs of a day's work, and what the desk holds as plain values to compare."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from claims_pack import write_pack
from sqlalchemy import text

from alihdaya.channels.batch import Batch, Row
from alihdaya.engagement import terms as agreement
from alihdaya.kernel.errors import Refused
from alihdaya.kernel.time import DAY, HOUR, micros
from alihdaya.operations.commands import Assign, Complete, Deliver, Fire, Receive, Retry
from alihdaya.operations.opening import open_desk
from alihdaya.operations.perform import perform
from alihdaya.operations.run.intake import Source
from alihdaya.operations.sign import open_service
from alihdaya.packs import load
from alihdaya.planning.rehearsal import Script
from alihdaya.store import open_store

NOON = micros(datetime(2013, 1, 8, 17, tzinfo=UTC))
"""A Tuesday's noon in New York, midnight in Jakarta."""

MUCH_LATER = NOON + 5_000 * DAY
"""The present of a run by the file's own times: none of its rows lies in the future."""

ALL_OUTCOMES = ("plain", "judge", "split", "wait", "later", "stuck", "assess")


class SmallDesk:
    """The claims desk on a store. `at` is the time of the next command; it goes on by itself only with `later`."""

    def __init__(self, store, folder: Path, *, pack=None, at: int = NOON) -> None:
        self.store = store
        self.pack = pack or load(write_pack(folder / "claims"))
        self.terms = agreement.parse(self.pack.terms.encode())
        self.at = at
        self.claims = 0
        self.open()

    def open(self):
        """Take the desk up again from the store, as a new process would."""
        self.desk = open_desk(self.store, recorded=lambda: self.at, packs={self.pack.digest: self.pack})
        roster = self.pack.roster.encode()
        signed = self.at if not self.desk.seq else self.desk.at
        self.service = open_service(self.desk, self.pack, self.terms, signed, roster=roster, trusted=True)
        return self.desk

    def later(self, hours=0, **more):
        self.at += int((timedelta(hours=hours, **more)) / timedelta(microseconds=1))

    def command(self, command):
        return perform(self.desk, command, max(self.at, self.desk.at))

    def receive(self, kind="plain", amount=50, claim=None):
        self.claims += 1
        return self.command(self.receipt(str(self.claims), kind, amount, claim or self.claims))

    def receipt(self, external_id, kind="plain", amount=50, claim=0):
        data = {"claim": claim, "kind": kind, "amount": amount}
        return Receive(self.service, "api", external_id, 0, 0, data)

    def assign(self, item, person="ana", token=1):
        return self.command(Assign(item, token, person))

    def complete(self, item, person="ana", token=1, seconds=0, **result):
        return self.command(Complete(item, token, person, seconds, result))

    def fire(self, item, timer=1):
        return self.command(Fire(item, timer))

    def deliver(self, key, name="reply", **payload):
        return self.command(Deliver(name, key, payload))

    def retry(self, item, token=1):
        return self.command(Retry(item, token))

    def commit(self):
        return self.desk.commit()

    def events(self, item=None):
        """Names of the events committed so far, one tuple an entry."""
        self.desk.commit()
        return [tuple(type(one).__name__ for one in entry.events) for entry in self.store.read_log(item=item)]

    def refused(self, verb, *arguments, code, **more):
        """Do what must be refused with `code`, and check that nothing changed and nothing was noted."""
        before, pending = working_set(self.desk), list(self.desk.pending)
        with pytest.raises(Refused) as refusal:
            verb(*arguments, **more)
        assert code in {problem.code for problem in refusal.value.problems}
        assert working_set(self.desk) == before
        assert self.desk.pending == pending
        return refusal.value


def working_set(desk):
    """Everything that the desk holds in its head and that a reopened one must hold as well, as plain values."""
    running = [
        timer
        for timer in desk.timers
        if (found := desk.items.get(timer[1])) and not found.suspended and timer[2] in found.instance.timers
    ]
    return {
        "seq": desk.seq,
        "last_item": desk.last_item,
        "at": desk.at,
        "people": desk.people,
        "queue": list(desk.queue),
        "held": dict(desk.held),
        "timers": sorted(set(running)),
        "subscribers": {message: set(waiting) for message, waiting in desk.subscribers.items()},
        "awaited": dict(desk.awaited),
        "items": {number: _item(item) for number, item in desk.items.items()},
    }


def _item(item):
    service = item.service
    bound = (service.engagement, service.name, service.terms.digest, service.pack.digest)
    return (item.item, bound, item.received_at, item.touched, item.instance, item.aside)


def reopened(small):
    """The working set as another process reads it from the store; everything must have been committed."""
    small.desk.commit()
    fresh = open_desk(small.store, recorded=lambda: 0)
    assert fresh.store is small.store
    return working_set(fresh)


def rows_of(*claims, start=NOON, step=HOUR, first=1):
    """Rows of a file, one an hour: (kind, amount) or (kind, amount, claim) each."""
    rows = []
    for n, (kind, amount, *claim) in enumerate(claims, first):
        number = claim[0] if claim else n
        data = {"claim": number, "kind": kind, "amount": amount}
        rows.append(Row(n, str(number), start + (n - first) * step, data))
    return rows


def source_of(rows, rejects=(), *, digest="f" * 64, size=7, by_data=True):
    """A file of these rows, read in batches of `size`."""
    total = len(rows) + len(rejects)

    def batches(after):
        for begin in range(after + 1, total + 1, size):
            end = min(begin + size - 1, total)
            yield Batch(
                [row for row in rows if begin <= row.number <= end],
                [bad for bad in rejects if begin <= bad.row <= end],
                end,
            )

    return Source(Path("claims.csv"), digest, total, batches, by_data)


def scripts_of(pack):
    return {node: Script.of(table) for node, table in pack.rehearsal.items()}


def log_of(store):
    """The whole log without the times of recording."""
    return list(store.read_log())


def small_on(url, folder, **more):
    return SmallDesk(open_store(url), folder, **more)


def older(store):
    """Make a store one of version 0022, before facts were noted by kind, and deliveries by day and quarter hour."""
    with store.database.connect() as connection, connection.begin():
        for table in ("noted", "carried", "outcome", "resulted", "pace"):
            connection.execute(text(f"drop table {table}"))
        connection.execute(text("delete from tally where measure = 'handled'"))
        connection.execute(text("update alembic_version set version_num = '0022'"))
