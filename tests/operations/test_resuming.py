"""Stopped at any commit and opened again: the same working set, and in the end the very same log."""

import random

import pytest
from claims_pack import PROCESS, ROSTER, person, write_pack
from small_desk import (
    ALL_OUTCOMES,
    MUCH_LATER,
    NOON,
    SmallDesk,
    log_of,
    reopened,
    rows_of,
    scripts_of,
    source_of,
    working_set,
)

from alihdaya.channels.batch import Reject
from alihdaya.kernel.time import DAY, HOUR, MINUTE
from alihdaya.operations.books.replay import prove
from alihdaya.operations.run import flow, rehearse
from alihdaya.operations.run.flow import run
from alihdaya.packs import load
from alihdaya.store import open_store, views
from alihdaya.work.events import TaskAssigned, TaskCancelled, TaskDone

SEED = 11


class Killed(BaseException):
    """The process is gone: nothing of ours catches this."""


def day_of_claims(count, seed=5):
    """Claims of every kind, some of them at the same minute, with duplicates and bad rows among them."""
    chance = random.Random(seed)
    rows, at = [], NOON
    for n in range(1, count + 1):
        at += chance.choice([0, 0, 5, 20, 45]) * MINUTE
        kind, amount = chance.choice(ALL_OUTCOMES), chance.choice([10, 100, 101, 1200, None])
        claim = n if chance.random() > 0.07 else max(1, n - 3)
        (row,) = rows_of((kind, amount, claim), start=at, first=n)
        rows.append(row)
    bad = {row.number for row in rows if chance.random() < 0.05}
    rejects = [Reject(n, None, "amount", "not a number", "x") for n in sorted(bad)]
    return [row for row in rows if row.number not in bad], rejects


def whole_run(small, rows, rejects, *, size=7):
    source = source_of(rows, rejects, size=size)
    return run(small.desk, small.service, source, now=lambda: MUCH_LATER, seed=SEED, scripts=scripts_of(small.pack))


def killed_often(url, folder, pack, rows, rejects, every, most):
    """Run to the end in processes that each end after `every` commits, at `most` so many; gives how many it took."""
    for process in range(1, most):
        with open_store(url) as store:
            left = [None] * every
            commit = store.commit

            def counted(entries, *, _commit=commit, _left=left, **more):
                if not _left:
                    raise Killed
                _left.pop()
                _commit(entries, **more)

            small = SmallDesk(store, folder, pack=pack)
            store.commit = counted
            try:
                whole_run(small, rows, rejects)
            except Killed:
                continue
            return process
    raise AssertionError("the run never ends")


def often(small, groups, monkeypatch):
    monkeypatch.setattr(flow, "GROUP", groups)
    monkeypatch.setattr(rehearse, "GROUP", groups)


PEOPLE = {
    "three shifts": ROSTER,
    "around the clock": person("ana", shift="00:00-24:00")
    + person("budi", wage="7.15", shift="00:00-24:00").replace("saturday =", "sunday = ['00:00-24:00']\nsaturday =")
    + person("citra", certificate="", shift="00:00-24:00").replace("saturday =", "sunday = ['00:00-24:00']\nsaturday =")
    + person("dodi", score=20, shift="00:00-12:00").replace('["00:00-12:00"]', '["00:00-12:00", "12:00-22:00"]'),
    "hardly anybody": person("ana", shift="23:00-01:00"),
}


def hasty(folder, people):
    """The pack with a timer so short that it takes many a task from who holds it."""
    process = PROCESS.replace("PT30H", "PT3H")
    assert process != PROCESS
    return load(write_pack(folder / "claims", roster=PEOPLE[people], claims=process))


@pytest.mark.parametrize(
    ("people", "group", "every"),
    [("three shifts", 1, 1), ("around the clock", 1, 1), ("hardly anybody", 1, 2), ("around the clock", 5, 2)],
)
def test_killed_at_every_commit_the_log_is_that_of_an_undisturbed_run(tmp_path, monkeypatch, people, group, every):
    pack = hasty(tmp_path, people)
    rows, rejects = day_of_claims(36)
    with open_store(tmp_path / "undisturbed.db") as store:
        small = SmallDesk(store, tmp_path, pack=pack)
        ran = whole_run(small, rows, rejects, size=100)
        wanted = log_of(store)
        counts = views.totals(store)
        assert prove(store).equal
    happened = [type(one) for entry in wanted for one in entry.events]
    assert happened.count(TaskAssigned) > 12, "the day must be worth it"
    assert counts["received"] == ran.received
    often(small, group, monkeypatch)
    processes = killed_often(tmp_path / "killed.db", tmp_path, pack, rows, rejects, every, len(wanted))
    assert processes > 10
    with open_store(tmp_path / "killed.db") as store:
        assert_same_log(log_of(store), wanted)
        assert views.totals(store) == counts
        assert prove(store).equal


def test_killed_on_every_store(store_url, tmp_path, monkeypatch):
    pack = load(write_pack(tmp_path / "claims"))
    rows, rejects = day_of_claims(30, seed=8)
    with open_store(tmp_path / "undisturbed.db") as store:
        small = SmallDesk(store, tmp_path, pack=pack)
        whole_run(small, rows, rejects)
        wanted = log_of(store)
    often(small, 1, monkeypatch)
    assert killed_often(store_url, tmp_path, pack, rows, rejects, 7, len(wanted)) > 5
    with open_store(store_url) as store:
        assert_same_log(log_of(store), wanted)
        assert prove(store).equal


def assert_same_log(found, wanted):
    for one, other in zip(found, wanted, strict=False):
        assert one == other
    assert len(found) == len(wanted)


def test_the_day_loses_tasks_to_timers_while_somebody_holds_them(tmp_path):
    """Else the test above would not see what becomes of the people."""
    rows, rejects = day_of_claims(36)
    with open_store(tmp_path / "small.db") as store:
        small = SmallDesk(store, tmp_path, pack=hasty(tmp_path, "around the clock"))
        whole_run(small, rows, rejects)
        holders, lost = {}, 0
        for entry in store.read_log():
            for one in entry.events:
                if isinstance(one, TaskAssigned):
                    holders[entry.item, one.token] = one.person
                elif isinstance(one, TaskCancelled):
                    lost += (entry.item, one.token) in holders
        assert lost > 2


def test_a_reopened_desk_holds_what_the_one_in_memory_holds_after_every_command(small):
    chance = random.Random(4)
    for _ in range(14):
        small.receive(chance.choice(ALL_OUTCOMES), chance.choice([10, 101, None]))
        small.later(minutes=chance.randint(0, 90))
    assert reopened(small) == working_set(small.desk)
    waiting = [(task.item, task.token) for task in small.desk.queue]
    for item, token in waiting[::2]:
        small.assign(item, chance.choice(["ana", "budi"]), token)
    assert reopened(small) == working_set(small.desk)
    for key, hold in list(small.desk.held.items())[::2]:
        fields = {"verdict": "no"} if hold.task.node in ("judge", "rule") else {"note": "seen"}
        small.complete(key[0], hold.person, key[1], **fields)
        assert reopened(small) == working_set(small.desk)
    while (timer := small.desk.next_timer()) is not None:
        small.at = max(small.at, timer[0])
        small.fire(*timer[1:])
        assert reopened(small) == working_set(small.desk)
    for name, key in list(small.desk.subscribers):
        small.deliver(key, name)
        assert reopened(small) == working_set(small.desk)
    held = working_set(small.desk)
    assert held["items"], "something must still be open, or the test proves little"
    assert held["queue"]
    assert held["held"]


def test_people_whose_task_was_taken_away_get_the_next_one_at_once(tmp_path):
    rows = rows_of(("judge", 1), ("judge", 1), step=MINUTE)
    only = person("ana", shift="00:00-24:00")
    pack = load(write_pack(tmp_path / "claims", roster=only, rehearsal="[judge]\nmedian_minutes = 6000\n"))
    with open_store(tmp_path / "small.db") as store:
        small = SmallDesk(store, tmp_path, pack=pack)
        rehearse_hours = 30
        monkey = rehearse.handling_seconds
        try:
            rehearse.handling_seconds = lambda script, *_: 999_999 if script.median_seconds > 9_999 else 60
            whole_run(small, rows, [])
        finally:
            rehearse.handling_seconds = monkey
        given = [
            (entry.at, entry.item)
            for entry in store.read_log()
            for one in entry.events
            if isinstance(one, TaskAssigned)
        ]
    lost = NOON + rehearse_hours * HOUR
    assert given[:2] == [(NOON, 1), (lost, 1)], "the second look at the first claim, as soon as the first was lost"


def test_an_item_that_nothing_ends_does_not_keep_the_rehearsal_going_from_run_to_run(tmp_path):
    rows = rows_of(("wait", 1), ("judge", 1))
    with open_store(tmp_path / "small.db") as store:
        small = SmallDesk(store, tmp_path)
        whole_run(small, rows, [])
        wanted = log_of(store)
        assert len(small.desk.items) == 1
        for _ in range(3):
            small.open()
            again = whole_run(small, rows, [])
            assert (again.received, again.turned_away) == (0, 0)
        assert log_of(store) == wanted


def test_the_rehearsals_patience_counts_from_the_last_arrival_however_often_it_is_taken_up(tmp_path):
    """The first claim lapses 35 days after the last arrival; the second would after 45, beyond all patience."""
    process = PROCESS.replace("PT30H", "P45D")
    roster = person("citra", certificate="", skill="nothing")
    pack = load(write_pack(tmp_path / "claims", roster=roster, claims=process))
    rows = rows_of(("judge", 1), ("judge", 1), step=10 * DAY)
    with open_store(tmp_path / "small.db") as store:
        small = SmallDesk(store, tmp_path, pack=pack)
        for _ in range(3):
            whole_run(small, rows, [])
            cancelled = [(entry.at, entry.item) for entry in store.read_log() if entry.by == "timer"]
            assert cancelled == [(NOON + 45 * DAY, 1)]
            small.open()


def test_who_lost_a_task_stands_in_line_where_they_stood_before_it(tmp_path, monkeypatch):
    """Ana's only task is taken from her; she has waited longer than Budi, who finished one, as a restart would see."""
    everybody = person("ana", shift="00:00-24:00") + person("budi", shift="00:00-24:00")
    everybody += person("citra", certificate="", shift="00:00-24:00")
    process = PROCESS.replace("PT30H", "PT3H")
    pack = load(write_pack(tmp_path / "claims", roster=everybody, claims=process))
    times = {1: 9_999_999, 2: 7_200}
    monkeypatch.setattr(rehearse, "handling_seconds", lambda _script, _seed, item, *_: times.get(item, 60))
    rows = [rows_of(("judge", 1), start=NOON + at * MINUTE, first=n)[0] for n, at in enumerate((0, 1, 190), 1)]
    with open_store(tmp_path / "small.db") as store:
        whole_run(SmallDesk(store, tmp_path, pack=pack), rows, [])
        given = [
            (entry.item, one.person) for entry in store.read_log() for one in entry.events if type(one) is TaskAssigned
        ]
    assert given[0] == (1, "ana")
    assert (2, "budi") in given
    assert given[-1] == (3, "ana")


def test_a_form_without_a_script_is_filled_so_that_the_rehearsal_goes_on(tmp_path):
    pack = load(write_pack(tmp_path / "claims", rehearsal=""))
    with open_store(tmp_path / "small.db") as store:
        small = SmallDesk(store, tmp_path, pack=pack)
        whole_run(small, rows_of(*[("judge", 1)] * 12), [])
        counts = views.totals(store)
        assert counts["delivered"] == 12
        assert counts["simulated"] == counts["done"] == 12


def test_a_desk_that_worked_on_after_the_files_time_never_goes_back(tmp_path):
    rows = rows_of(("split", 1), *[("judge", 1)] * 3, ("pay", 1), ("plain", 500))
    with open_store(tmp_path / "small.db") as store:
        small = SmallDesk(store, tmp_path)
        taken_in = source_of(rows[:3], digest="a")
        run(small.desk, small.service, taken_in, now=lambda: MUCH_LATER)  # nobody plays
        small.later(hours=500)
        token = next(task.token for task in small.desk.queue if task.node == "check_a")
        small.assign(1, "ana", token)  # by hand, weeks later: timers and shifts are long past
        small.later(hours=300)
        small.receive("plain", 1)  # and the time in which ana would have been done is past, too
        small.commit()
        whole_run(small, rows, [])
        times = [entry.at for entry in store.read_log()]
        assert times == sorted(times)
        assert not small.desk.items
        happened = [one for entry in store.read_log(item=1) for one in entry.events]
        (done,) = [one for one in happened if type(one) is TaskDone and one.token == token]
        assert done.person == "ana"
        assert done.seconds < 4 * 3600, "the time of handling, not the time that went by"
        assert prove(store).equal
