"""Holidays that are added while two nodes work and are killed: every clock is as the logs say it must be."""

import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager, suppress
from datetime import datetime
from itertools import count
from pathlib import Path
from threading import Event, Thread
from zoneinfo import ZoneInfo

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import working
from click.testing import CliRunner
from test_api import until
from working import SHARDS, Works, take_in

from alihdaya.cli import cli
from alihdaya.engagement.account.events import HolidayAdded, HolidayRecounted
from alihdaya.engagement.account.holidays import holidays_of, observing
from alihdaya.engagement.sla import SlaClock
from alihdaya.kernel.errors import AlihdayaError
from alihdaya.kernel.time import HOUR, micros
from alihdaya.operations.books.account.holiday import holidays
from alihdaya.operations.books.bill import attainments, terms_of
from alihdaya.operations.books.replay import prove
from alihdaya.operations.instance.sla import clocks_of, explain, facts_of
from alihdaya.store import open_store, views
from alihdaya.store.lease.fence import schema_of
from alihdaya.store.lease.house import open_house, parts_of, shard_store

NOON = micros(datetime(2026, 6, 17, 12, tzinfo=ZoneInfo("America/New_York")))
"""A Wednesday. What came in thirty hours before is late for everything, unless the days in between were closed."""

DAYS = {"2026-06-16": "Flood", "2026-06-17": "Election"}
EARLY = 60


@pytest.fixture
def works(postgresql, tmp_path):
    return Works(postgresql.new_database(), tmp_path)


def ahead(instant):
    return instant - time.time_ns() // 1000


def spawn(works, folder, name):
    """A node of its own; each time with other claims."""
    named = f"{name}{time.monotonic_ns()}"
    (folder / named).mkdir()
    return subprocess.Popen([sys.executable, working.__file__, works.url, str(folder / named), named, str(ahead(NOON))])


def close_day(works, day):
    words = ["holiday", "add", day, DAYS[day], "--retroactive", "--because", "declared late"]
    answer = CliRunner().invoke(cli, ["--lang", "en", "--store", works.url, *words])
    assert answer.exit_code == 0, (answer.output, answer.exception)


def delivered(works):
    found = 0
    for shard in range(1, SHARDS + 1):
        with open_store(works.url, schema=schema_of(shard), read_only=True) as store:
            found += sum(row.status == "delivered" for row in views.items(store, limit=100_000))
    return found


def recomputed(works, days):
    """(clock, verdict) -> how many, of all that is finished, out of the logs alone; checks what is open on the way."""
    sums, opened = Counter(), 0
    with open_house(works.url) as house:
        terms = terms_of(house)
    sla = SlaClock(observing(terms.service("errands"), days))
    for shard in range(1, SHARDS + 1):
        with shard_store(works.url, shard) as store:
            dues = {task.item: task.resolve_due for task in store.open_tasks()}
            for row in views.items(store, limit=100_000):
                entries = list(store.read_log(item=row.id))
                found = facts_of(row.id, entries)
                assert explain(store, row.id, NOON + HOUR).agreed, (shard, row)
                if row.id in dues:
                    opened += 1
                    assert dues[row.id] == sla.due_at(row.received_at, found.level or None, []).resolve, (shard, row)
                if row.status == "delivered":
                    clocks = clocks_of(sla, row.received_at, found, row.closed_at)
                    sums.update((one.clock, one.verdict) for one in clocks)
    return sums, opened


def counted(works):
    """The same, as the invoice counts."""
    sums = Counter()
    with open_house(works.url) as house:
        terms = terms_of(house)
        for one in attainments(house, terms, "2026-06"):
            sums[one.clock, "met"] += one.met
            sums[one.clock, "missed"] += one.missed
    return +sums


def facts(works, kind):
    found = []
    for part in parts_of(works.url):
        with shard_store(works.url, part) as store:
            found += [(part, one) for entry in store.read_log() for one in entry.events if type(one) is kind]
    return found


def agree(works):
    """Whether what the house counts is what the logs say, and every shard has heard of the days."""
    with open_house(works.url) as house:
        days = holidays_of((fact for _, fact in holidays(house)), "acme")
    assert [day for day, _ in days["errands"]] == list(DAYS)
    heard = Counter(part for part, _ in facts(works, HolidayAdded))
    assert heard == dict.fromkeys(range(SHARDS + 1), len(DAYS))
    sums, opened = recomputed(works, days)
    assert opened > 0
    assert counted(works) == +sums
    for part in parts_of(works.url):
        with shard_store(works.url, part) as store:
            assert prove(store).equal, part
            instants = [entry.at for entry in store.read_log()]
            assert part == 0 or instants == sorted(instants), "time went back in a shard"
    return sums


def quiet(works):
    """Whether all that shards told of the days stands in the house's own log."""
    told = facts(works, HolidayRecounted)
    return sum(part == 0 for part, _ in told) == sum(part != 0 for part, _ in told)


@pytest.mark.chaos
def test_days_that_are_closed_while_nodes_work_and_die_leave_every_clock_right(works, tmp_path):
    with works.node("early", ahead(NOON - 30 * HOUR)) as node:
        for n in range(EARLY):
            assert take_in(node, f"early-{n}")
    nodes = {name: spawn(works, tmp_path, name) for name in ("a", "b")}
    try:
        before = delivered(works)
        for day, victim in zip(DAYS, ("b", "a"), strict=True):
            until(lambda before=before: delivered(works) > before + 8)
            closing = Thread(target=close_day, args=(works, day))
            closing.start()
            time.sleep(0.3)
            nodes[victim].kill()  # in the midst: it has heard of the day, or not
            nodes[victim].wait()
            closing.join()
            before = delivered(works)
            nodes[victim] = spawn(works, tmp_path, victim)
        until(lambda: delivered(works) > before + 30)
    finally:
        for one in nodes.values():
            one.kill()
            one.wait()
    with works.node("late", ahead(NOON)):
        until(lambda: len(facts(works, HolidayAdded)) == (SHARDS + 1) * len(DAYS))
        until(lambda: quiet(works))
    sums = agree(works)
    assert sums["resolve", "met"] > 0
    counted_anew = [*facts(works, HolidayAdded), *facts(works, HolidayRecounted)]
    assert any(fact.counts for part, fact in counted_anew if part == 0), "no clock came out otherwise"


def test_items_in_flight_on_two_nodes_are_due_anew_as_they_hear_of_it(works):
    with works.node("early", ahead(NOON - 30 * HOUR)) as node:
        for n in range(EARLY):
            assert take_in(node, f"early-{n}")
    with works.node("a", ahead(NOON), held=0) as a, works.node("b", ahead(NOON), held=1) as b:
        until(lambda: len(a.keeper.shards) + len(b.keeper.shards) == SHARDS)
        with at_work(works, a, b) as shards:
            for node in (a, b):
                working.answer_all(node, shards)
            for day in DAYS:
                before = delivered(works)
                until(lambda before=before: delivered(works) > before + 6)
                close_day(works, day)
            until(lambda: len(facts(works, HolidayAdded)) == (SHARDS + 1) * len(DAYS))
            before = delivered(works)
            until(lambda: delivered(works) > before + 6)
        until(lambda: quiet(works))
    agree(works)


@contextmanager
def at_work(works, *nodes):
    """Let nodes take work in and do it meanwhile; gives what reads their shards."""
    shards, over = working.Shards(works.url, "test", SHARDS), Event()

    def work(node):
        numbers = count(1)
        while not over.wait(0.05):
            with suppress(AlihdayaError, TimeoutError):
                working.take_in(node, f"{node.name}-{next(numbers)}")
                for one in list(working.tasks(node, shards))[:2]:
                    working.do(node, *one)

    hands = [Thread(target=work, args=(node,), daemon=True) for node in nodes]
    for hand in hands:
        hand.start()
    try:
        yield shards
    finally:
        over.set()
        for hand in hands:
            hand.join()
        shards.close()
