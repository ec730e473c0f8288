"""Real processes, really killed: nothing lost, nothing doubled, and the very log of a run that nobody disturbed."""

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import flight_desk
import pytest

from alihdaya.channels.flights import write_flights
from alihdaya.engagement import terms as agreement
from alihdaya.operations.books.bill import bill, terms_of
from alihdaya.operations.books.replay import prove
from alihdaya.store import open_store, views
from alihdaya.work.events import ItemDelivered, ItemReceived, TaskAssigned

pytestmark = pytest.mark.chaos

ROWS = 20_000
KILLS = 5
PATIENCE = 60


@pytest.fixture(scope="module")
def flights(tmp_path_factory):
    file = tmp_path_factory.mktemp("flights") / "flights.parquet"
    assert write_flights(file, limit=ROWS) == ROWS
    return file


@pytest.fixture(scope="module")
def undisturbed(flights):
    """The store of a run from end to end in one process."""
    with open_store(flights.with_name("undisturbed.db")) as store:
        flight_desk.work(store, flights)
        yield store


class Desk:
    """A process that works on the flights; `seq` is the log's last number that it has told."""

    def __init__(self, url, flights) -> None:
        command = [sys.executable, str(Path(flight_desk.__file__)), url, str(flights)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.seq = 0
        self.done = False

    def work_until(self, seq):
        """Wait until entry `seq` is durable, or the process ends."""
        while self.seq < seq and (line := self.process.stdout.readline()):
            self.done = line == "done\n"
            self.seq = int(line) if line.strip().isdigit() else self.seq

    def kill(self):
        os.kill(self.process.pid, signal.SIGKILL)
        assert self.process.wait(PATIENCE) == -signal.SIGKILL

    def end(self):
        """Let it come to its own end; gives its exit code and what it said of errors."""
        said, errors = self.process.communicate(timeout=PATIENCE)
        self.done = self.done or said.endswith("done\n")
        return self.process.returncode, errors


@contextmanager
def desk_on(url, flights):
    desk = Desk(url, flights)
    try:
        yield desk
    finally:
        if desk.process.poll() is None:
            desk.process.kill()
        desk.process.communicate()


def finish(url, flights):
    with desk_on(url, flights) as desk:
        code, errors = desk.end()
        assert code == 0, errors
        assert desk.done


def test_killed_five_times_the_desk_ends_with_the_same_log_and_the_same_totals(store_url, flights, undisturbed):
    chance = random.Random(store_url.partition(":")[0])
    stretch = (undisturbed.last_seq() - 4_000) // KILLS  # the last kill must come before the end, however late it is
    for kill in range(KILLS):
        moment = kill * stretch + chance.randrange(1, stretch)
        with desk_on(store_url, flights) as desk:
            desk.work_until(moment)
            time.sleep(chance.random() * 0.2)
            desk.kill()
        with open_store(store_url, read_only=True) as store:
            assert store.last_seq() >= desk.seq, "what was told as durable is gone"
    finish(store_url, flights)
    with open_store(store_url) as store:
        assert_same(store, undisturbed)
        verdict = prove(store)
        assert verdict.equal, verdict.differences[:3]
        entries = list(store.read_log())
        rows = [entry.events[0].row for entry in entries if isinstance(entry.events[0], ItemReceived)]
        assert rows == list(range(1, ROWS + 1)), "a flight was lost or doubled"
        delivered = [entry.item for entry in entries if isinstance(entry.events[-1], ItemDelivered)]
        assert len(delivered) == len(set(delivered)) == views.totals(store)["delivered"]


def assert_same(store, wanted):
    """Every entry alike: number, time, item, who, events; and what is counted and billed of them."""
    entries = wanted.read_log()
    for entry in store.read_log():
        assert entry == next(entries)
    assert next(entries, None) is None
    assert views.totals(store) == views.totals(wanted)
    terms = terms_of(wanted)
    assert agreement.to_wire(terms_of(store)) == agreement.to_wire(terms)
    assert bill(store, terms, "2013-01") == bill(wanted, terms, "2013-01")


def test_the_undisturbed_run_has_what_could_go_wrong(undisturbed):
    happened = [type(one) for entry in undisturbed.read_log() for one in entry.events]
    assert happened.count(TaskAssigned) > 50
    counts = views.totals(undisturbed)
    assert counts["received"] == ROWS
    assert counts["refused"] > 5
    assert prove(undisturbed).equal


def test_killed_before_it_began_and_right_after(store_url, flights, undisturbed):
    for pause in (0.05, 0.3, 0.6, 0.8):
        with desk_on(store_url, flights) as desk:
            time.sleep(pause)
            desk.kill()
    with desk_on(store_url, flights) as desk:
        desk.work_until(1)
        desk.kill()
    with open_store(store_url) as store:
        begun = undisturbed.read_log(limit=store.last_seq())
        assert list(store.read_log()) == list(begun)
        assert prove(store).equal


def test_a_second_writer_is_refused_and_the_first_goes_on(store_url, flights):
    with desk_on(store_url, flights) as first:
        first.work_until(1)
        first.process.send_signal(signal.SIGSTOP)  # else it may be done before the second has begun
        with desk_on(store_url, flights) as second:
            code, errors = second.end()
        first.process.send_signal(signal.SIGCONT)
        assert code != 0
        assert "another process writes to this store" in errors
        assert first.process.poll() is None
        before = first.seq
        first.work_until(before + 1)
        assert first.seq > before
        first.kill()


def test_postgresql_stops_in_the_middle_and_the_run_goes_on_afterwards(postgresql, flights, undisturbed):
    url = postgresql.new_database()
    chance = random.Random(15)
    try:
        with desk_on(url, flights) as desk:
            desk.work_until(chance.randint(3_000, 15_000))
            time.sleep(chance.random() * 0.2)
            postgresql.stop()
            code, errors = desk.end()
    finally:
        if not _running(postgresql):
            postgresql.start()
    assert code != 0
    assert not desk.done
    assert "ConnectionLost" in errors
    assert "nothing was committed" in errors or "within the commit" in errors
    finish(url, flights)
    with open_store(url) as store:
        assert_same(store, undisturbed)


def _running(cluster):
    try:
        return Path(f"/proc/{cluster.pid}").exists()
    except FileNotFoundError:
        return False
