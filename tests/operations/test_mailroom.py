"""The writer's queue under many hands: who is answered when, with what, and what a failure leaves."""

from concurrent.futures import CancelledError, ThreadPoolExecutor
from threading import Event, Lock

import pytest
from claims_pack import write_pack
from small_desk import NOON, SmallDesk

from alihdaya.kernel.errors import Refused
from alihdaya.kernel.time import HOUR, SECOND
from alihdaya.operations.books.replay import prove
from alihdaya.operations.commands import Assign, Complete, Deliver, Fire
from alihdaya.operations.node.mailroom import Mailroom
from alihdaya.packs import load
from alihdaya.store import StoreError, open_store
from alihdaya.store import store as module

PATIENCE = 60


class Room:
    """A mailroom over the claims desk, with a reader beside it; counts commits and can make them fail or wait."""

    def __init__(self, url, folder):
        self.url, self.folder = url, folder
        self.pack = load(write_pack(folder / "claims"))
        self.commits = self.opened = 0
        self.gate, self.entered = Event(), Event()
        self.gate.set()
        self.small = None
        self.mailroom = Mailroom(self.open)
        self.mailroom.post(Fire(1, 1), 0).exception(PATIENCE)  # now the desk stands

    def open(self):
        self.opened += 1
        store = open_store(self.url)
        small = SmallDesk(store, self.folder, pack=self.pack)
        commit = store.commit

        def counted(entries, **more):
            self.entered.set()
            assert self.gate.wait(PATIENCE)
            commit(entries, **more)
            self.commits += 1

        store.commit = counted
        self.small = small
        return small.desk

    def post(self, command, at=NOON):
        return self.mailroom.post(command, at)

    def hold(self):
        """Let no commit through until the gate is set; what is posted meanwhile makes one group."""
        self.gate.clear()
        self.entered.clear()
        busy = self.post(self.small.receipt(f"busy-{self.commits}"))
        assert self.entered.wait(PATIENCE)
        return busy


def failing(monkeypatch, times):
    """Let the next commits fail as on a full disk: inside of the transaction, when all rows are written."""
    left = [None] * times
    write = module.write

    def write_and_fail(*arguments):
        write(*arguments)
        if left:
            left.pop()
            raise StoreError("the disk is full")

    monkeypatch.setattr(module, "write", write_and_fail)


@pytest.fixture
def room(store_url, tmp_path):
    made = Room(store_url, tmp_path)
    with made.mailroom:
        yield made
        made.gate.set()


def test_everybody_is_answered_only_after_the_commit_that_holds_their_entries(room):
    seen, lock = [], Lock()

    def work(client):
        with open_store(room.url, read_only=True) as reader:
            for n in range(12):
                item = room.post(room.small.receipt(f"{client}-{n}")).result(PATIENCE)
                entries = list(reader.read_log(item=item))
                assert len(entries) == 1, "answered before it could be read by others"
                assert entries[0].events[0].external_id == f"{client}-{n}", "somebody else's answer"
                with lock:
                    seen.append(item)

    with ThreadPoolExecutor(8) as clients:
        for client in [clients.submit(work, client) for client in range(8)]:
            client.result(PATIENCE)
    assert sorted(seen) == list(range(1, 97))
    room.mailroom.close()
    with open_store(room.url) as store:
        assert prove(store).equal


def test_what_waits_during_a_commit_shares_the_next_one(room):
    busy = room.hold()
    letters = [room.post(room.small.receipt(f"x-{n}")) for n in range(500)]
    before = room.commits
    assert not any(letter.done() for letter in letters)
    room.gate.set()
    assert [letter.result(PATIENCE) for letter in letters] == [busy.result(PATIENCE) + 1 + n for n in range(500)]
    assert room.commits - before <= 3


def test_of_many_who_assign_one_task_at_once_exactly_one_wins(room):
    item = room.post(room.small.receipt("j", "judge")).result(PATIENCE)
    people = ("ana", "budi", "eko") * 16
    with ThreadPoolExecutor(8) as clients:
        tried = list(clients.map(lambda who: room.post(Assign(item, 1, who)).exception(PATIENCE), people))
    assert tried.count(None) == 1
    assert {type(one) for one in tried} == {type(None), Refused}
    with open_store(room.url, read_only=True) as reader:
        assert sum(len(entry.events) for entry in reader.read_log(item=item) if entry.by == "router") == 1
        (task,) = reader.open_tasks()
        assert task.person == people[tried.index(None)]


def test_a_refusal_reaches_whom_it_concerns_and_nobody_else_in_the_group(room):
    item = room.post(room.small.receipt("j", "judge")).result(PATIENCE)
    room.hold()
    gated = room.post(Assign(item, 1, "citra"))
    good = room.post(Assign(item, 1, "ana"))
    wrong = room.post(Complete(item, 1, "ana", 5, {"verdict": "perhaps"}))
    theirs = room.post(Complete(item, 1, "budi", 5, {"verdict": "yes"}))
    nobody = room.post(Deliver("reply", "99", {}))
    done = room.post(Complete(item, 1, "ana", 5, {"verdict": "yes"}))
    room.gate.set()
    for letter, code in ((gated, "gate"), (wrong, "form"), (theirs, "not-theirs"), (nobody, "nobody-waits")):
        refusal = letter.exception(PATIENCE)
        assert isinstance(refusal, Refused)
        assert [problem.code for problem in refusal.problems] == [code]
    assert good.result(PATIENCE) is None
    assert done.result(PATIENCE) == 5
    with open_store(room.url, read_only=True) as reader:
        names = [type(entry.events[0]).__name__ for entry in reader.read_log(item=item)]
    assert names == ["ItemReceived", "AssignmentRefused", "TaskAssigned", "TaskDone"]


def test_what_came_before_is_refused_by_name_in_the_same_group_and_after_a_restart(room, store_url, tmp_path):
    first = room.post(room.small.receipt("a")).result(PATIENCE)
    assert f"a is item {first}" in str(room.post(room.small.receipt("a")).exception(PATIENCE))
    room.hold()
    new = [room.post(room.small.receipt("b")) for _ in range(3)]
    other = room.post(room.small.receipt("c"))
    room.gate.set()
    assert [type(letter.exception(PATIENCE)) for letter in new] == [type(None), Refused, Refused]
    assert f"b is item {new[0].result()}" in str(new[2].exception())
    assert other.result(PATIENCE) == new[0].result() + 1
    room.mailroom.close()
    again = Room(store_url, tmp_path)
    with again.mailroom:
        assert "item" in str(again.post(again.small.receipt("c")).exception(PATIENCE))


@pytest.mark.parametrize("data", [{"claim": "a\0"}, {"claim": "\ud800"}, {"a\0": 1}, {"claim": [["\0"]]}])
def test_what_cannot_be_kept_harms_nobody_else(room, data):
    room.hold()
    receipt = room.small.receipt("bad")
    bad = room.post(receipt._replace(data={**receipt.data, **data}))
    worse = room.post(receipt._replace(external_id="x\0"))
    good = room.post(room.small.receipt("good"))
    room.gate.set()
    assert isinstance(bad.exception(PATIENCE), Refused)
    assert isinstance(worse.exception(PATIENCE), Refused)
    assert good.result(PATIENCE)


def test_a_task_whose_time_is_over_is_taken_away_before_anybody_completes_it(room):
    item = room.post(room.small.receipt("j", "judge")).result(PATIENCE)
    room.post(Assign(item, 1, "ana")).result(PATIENCE)
    late = room.post(Complete(item, 1, "ana", 0, {"verdict": "yes"}), NOON + 30 * HOUR)
    assert [problem.code for problem in late.exception(PATIENCE).problems] == ["not-theirs"]
    with open_store(room.url, read_only=True) as reader:
        (task,) = reader.open_tasks()
        assert (task.node, task.queued_at) == ("second", NOON + 30 * HOUR)


def test_a_commit_that_fails_is_everybodys_failure_and_leaves_nothing(room, monkeypatch):
    item = room.post(room.small.receipt("j", "judge")).result(PATIENCE)
    busy = room.hold()
    failing(monkeypatch, 2)
    letters = [room.post(room.small.receipt(f"x-{n}")) for n in range(20)]
    letters.append(room.post(Assign(item, 1, "ana")))
    refused = room.post(Assign(item, 1, "citra"))
    with open_store(room.url, read_only=True) as reader:
        before = reader.last_seq()
        room.gate.set()
        errors = {letter.exception(PATIENCE) for letter in [busy, *letters, refused]}
        assert {type(error) for error in errors} == {StoreError}
        assert len(errors) == 2, "two groups failed"
        assert reader.last_seq() == before
        assert reader.known("api", ["x-1", "j"]) == {"j": item}
    assert room.post(Assign(item, 1, "budi")).result(PATIENCE) is None, "a new desk does not know of ana"
    assert room.post(room.small.receipt("x-1")).result(PATIENCE) == item + 1, "numbers are not used up"
    room.mailroom.close()
    with open_store(room.url) as store:
        assert prove(store).equal


def test_who_gives_up_waiting_stops_nobody(room):
    room.hold()
    letters = [room.post(room.small.receipt(f"x-{n}")) for n in range(10)]
    assert letters[4].cancel()
    room.gate.set()
    with pytest.raises(CancelledError):
        letters[4].result(PATIENCE)
    items = [letter.result(PATIENCE) for n, letter in enumerate(letters) if n != 4]
    assert items == list(range(items[0], items[0] + 9))
    with open_store(room.url, read_only=True) as reader:
        assert "x-4" not in reader.known("api", [f"x-{n}" for n in range(10)])


def test_a_closed_room_works_off_what_it_took_and_refuses_the_rest(room):
    room.hold()
    letters = [room.post(room.small.receipt(f"x-{n}")) for n in range(50)]
    with ThreadPoolExecutor(1) as helper:
        closing = helper.submit(room.mailroom.close)
        room.gate.set()
        closing.result(PATIENCE)
    assert [letter.exception(0) for letter in letters] == [None] * 50
    assert isinstance(room.post(room.small.receipt("late")).exception(0), Refused)
    room.mailroom.close()


def test_a_store_that_another_process_writes_is_everybodys_answer_until_it_is_free(store_url, tmp_path):
    with open_store(store_url) as taken:
        taken.lock()
        with Mailroom(lambda: _locked(store_url)) as mailroom:
            assert "another process writes" in str(mailroom.post(Fire(1, 1), 0).exception(PATIENCE))
            taken.unlock()
            assert isinstance(mailroom.post(Fire(1, 1), 0).exception(PATIENCE), Refused)


def _locked(url):
    from alihdaya.operations.opening import open_desk

    store = open_store(url)
    try:
        return open_desk(store, recorded=lambda: 0)
    except BaseException:
        store.close()
        raise


def test_times_that_come_out_of_order_are_put_in_order(room):
    letters = [room.post(room.small.receipt(f"t-{n}"), NOON - n * SECOND) for n in range(20)]
    for letter in letters:
        letter.result(PATIENCE)
    with open_store(room.url, read_only=True) as reader:
        times = [entry.at for entry in reader.read_log()]
    assert times == sorted(times)


class Clock:
    """The present in microseconds, which only the test moves."""

    def __init__(self, now):
        self.now = now

    def __call__(self):
        return self.now


def test_with_a_clock_timers_go_off_by_themselves(store_url, tmp_path):
    clock, told = Clock(NOON), []
    pack = load(write_pack(tmp_path / "claims"))
    smalls = []

    def opened():
        smalls.append(SmallDesk(open_store(store_url), tmp_path, pack=pack))
        return smalls[-1].desk

    with Mailroom(opened, clock=clock, told=lambda desk: told.append(desk.seq)) as mailroom:
        mailroom.post(Fire(1, 1), 0).exception(PATIENCE)
        item = mailroom.post(smalls[0].receipt("j", "judge"), NOON).result(PATIENCE)
        before = told[-1]
        clock.now = NOON + 30 * HOUR
        mailroom.post(Deliver("nobody", "", {}), clock.now).exception(PATIENCE)  # as a tick of the clock
        assert told[-1] == before + 1
    with open_store(store_url, read_only=True) as reader:
        (task,) = reader.open_tasks()
        assert (task.item, task.node, task.queued_at) == (item, "second", NOON + 30 * HOUR)


def test_a_timer_comes_due_while_nobody_asks_for_anything(store_url, tmp_path):
    pack = load(write_pack(tmp_path / "claims"))
    with open_store(store_url) as store:
        small = SmallDesk(store, tmp_path, pack=pack)
        small.receive("judge")
        small.commit()
    fired = Event()

    def opened():
        return SmallDesk(open_store(store_url), tmp_path, pack=pack).desk

    def told(desk):
        if not desk.next_timer():
            fired.set()

    with Mailroom(opened, clock=lambda: NOON + 31 * HOUR, told=told):
        assert fired.wait(PATIENCE)


def test_a_desk_that_cannot_be_opened_is_tried_again_without_being_asked(store_url, tmp_path):
    tried, opened = [], Event()

    def open_at_last():
        tried.append(1)
        if len(tried) < 4:
            raise StoreError("not yet")
        opened.set()
        return SmallDesk(open_store(store_url), tmp_path).desk

    with Mailroom(open_at_last, clock=lambda: NOON):
        assert opened.wait(PATIENCE)


def test_a_command_that_cannot_be_committed_is_refused_alone(room):
    busy = room.hold()
    letters = [room.post(room.small.receipt(f"x-{n}")) for n in range(40)]
    bad = room.post(room.small.receipt("bad")._replace(source=2**70))
    more = [room.post(room.small.receipt(f"y-{n}")) for n in range(9)]
    worse = room.post(room.small.receipt("worse")._replace(row=2**70))
    room.gate.set()
    first = busy.result(PATIENCE)
    assert [one.result(PATIENCE) for one in [*letters, *more]] == [first + 1 + n for n in range(49)]
    for letter in (bad, worse):
        assert not isinstance(letter.exception(PATIENCE), Refused | None)
    assert room.post(room.small.receipt("after")).result(PATIENCE) == first + 50
    assert room.mailroom.trouble is None
    room.mailroom.close()
    with open_store(room.url) as store:
        assert set(store.known("api", ["x-0", "y-8", "bad", "worse"])) == {"x-0", "y-8"}
        assert prove(store).equal


def test_of_a_group_where_too_many_fail_nobody_waits_for_ever(room, monkeypatch):
    monkeypatch.setattr("alihdaya.operations.node.mailroom._MOST_TRIES", 5)
    room.hold()
    letters = [room.post(room.small.receipt(f"x-{n}")._replace(source=2**70)) for n in range(20)]
    room.gate.set()
    assert all(letter.exception(PATIENCE) for letter in letters)
    assert room.post(room.small.receipt("after")).result(PATIENCE)
