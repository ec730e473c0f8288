"""Leases of jobs at a desk: fetched oldest first, kept, lost, answered once, and the same after every restart."""

from concurrent.futures import Future

import pytest
from jobs_pack import JobsDesk

from alihdaya.kernel.errors import Refused
from alihdaya.kernel.time import SECOND
from alihdaya.operations.books.replay import prove
from alihdaya.operations.commands import Retry
from alihdaya.operations.instance.commands import Resume, Suspend
from alihdaya.operations.jobs.book import Book
from alihdaya.operations.jobs.commands import Extend, Fail, Fetch, Finish, Release, Throw
from alihdaya.operations.jobs.functions import function_of
from alihdaya.operations.node.letters import Letter, carry_out
from alihdaya.operations.opening import open_desk
from alihdaya.store import open_store
from alihdaya.store.views.items import item_story


class Shard(JobsDesk):
    """The desk as a node runs it: with a book, and with time going on before each command."""

    def __init__(self, store, folder, functions=""):
        super().__init__(store, folder, functions)
        self.store = store
        self.begin()

    def begin(self):
        self.desk.does = lambda send: function_of(self.desk, send) is not None
        self.desk.book = Book()
        for key in self.desk.outbox:
            self.desk.index(key)

    def restart(self):
        self.desk = open_desk(self.store, recorded=lambda: self.at, packs={self.pack.digest: self.pack})
        self.begin()

    def do(self, command, later=0):
        self.at += later * SECOND
        ((value, refusal),) = carry_out(self.desk, [Letter(command, self.at, Future())], self.at)
        self.desk.commit()
        if refusal is not None:
            raise refusal
        return value

    def fetch(self, most=1, *, worker="w1", lease=30, names=("look",), later=0):
        return self.do(Fetch(worker, frozenset(names), most, lease * SECOND), later)

    def refused(self, command):
        with pytest.raises(Refused) as caught:
            self.do(command)
        return caught.value.problems[0].code

    def standing(self, item):
        story = item_story(self.store, item)
        return story.item.status, story.item.outcome, [one.message for one in story.incidents]


@pytest.fixture
def shard(store, tmp_path):
    return Shard(store, tmp_path)


@pytest.fixture
def quick(tmp_path):
    with open_store(tmp_path / "s.db") as store:
        yield Shard(store, tmp_path)


def test_jobs_are_fetched_oldest_first_each_by_one_and_finished_once(shard):
    for _ in range(5):
        shard.do(shard.receipt())
    assert shard.fetch(names=["other"]) == []
    first = shard.fetch(2)
    rest = shard.fetch(10, worker="w2", names=["other", "look"])
    assert [one.send.item for one in first + rest] == [1, 2, 3, 4, 5]
    assert shard.fetch() == []
    locks = [one.send.lock for one in first + rest]
    assert locks == sorted(set(locks))
    one = first[0]
    done = Finish(one.key, one.send.lock, "w1", {"seen": "x"})
    shard.do(done)
    shard.do(done)
    assert shard.refused(done._replace(result={"seen": "y"})) == "job-over"
    assert shard.refused(done._replace(lock=locks[-1])) == "job-over"
    assert shard.refused(Finish(rest[0].key, one.send.lock, "w1", {})) == "lease-lost"
    assert shard.refused(Finish((77, 0), 1, "w1", {})) == "job-over"
    shard.do(Throw(rest[0].key, rest[0].send.lock, "w2", "bad", "why"))
    shard.do(Throw(rest[0].key, rest[0].send.lock, "w2", "bad", "why"))
    assert shard.standing(1)[:2] == ("delivered", "done")
    assert shard.standing(3)[:2] == ("delivered", "failed")
    shard.restart()
    shard.do(done)
    assert prove(shard.store).equal


def test_a_repeat_within_the_same_commit_is_done_once(quick):
    quick.do(quick.receipt())
    (one,) = quick.fetch()
    done = Finish(one.key, one.send.lock, "w1", {"seen": "x"})
    outcomes = carry_out(quick.desk, [Letter(done, quick.at, Future()), Letter(done, quick.at, Future())], quick.at)
    assert [refusal for _, refusal in outcomes] == [None, None]
    quick.desk.commit()
    assert len(list(quick.store.read_log(item=1))) == 3


def test_a_lease_that_ends_gives_the_job_to_others_and_fences_who_had_it(shard):
    shard.do(shard.receipt())
    (lost,) = shard.fetch(lease=10)
    shard.do(Extend(lost.key, lost.send.lock, 10 * SECOND), later=8)
    assert shard.fetch(worker="w2", later=9) == []
    shard.restart()
    assert shard.fetch(worker="w2") == []
    (other,) = shard.fetch(worker="w2", later=2)
    assert (other.key, other.send.attempts) == (lost.key, 1)
    assert other.send.lock > lost.send.lock
    for late in (
        Finish(lost.key, lost.send.lock, "w1", {}),
        Fail(lost.key, lost.send.lock, "w1", "no"),
        Extend(lost.key, lost.send.lock, SECOND),
        Release(lost.key, lost.send.lock),
        Throw(lost.key, lost.send.lock, "w1", "bad", ""),
    ):
        assert shard.refused(late) == "lease-lost"
    shard.do(Release(other.key, other.send.lock))
    (third,) = shard.fetch()
    assert third.send.attempts == 1
    shard.do(Finish(third.key, third.send.lock, "w1", {}))
    assert prove(shard.store).equal


def test_a_lease_that_ended_is_lost_even_before_another_has_the_job(quick):
    quick.do(quick.receipt())
    (lost,) = quick.fetch(lease=10)
    quick.at += 10 * SECOND
    assert quick.refused(Finish(lost.key, lost.send.lock, "w1", {})) == "lease-lost"


def test_a_job_that_nobody_ever_answers_becomes_an_incident_and_others_go_on(shard):
    shard.do(shard.receipt())
    for attempt in range(8):
        (one,) = shard.fetch(lease=1, later=2)
        assert one.send.attempts == attempt
    other = shard.do(shard.receipt(), later=2)
    (next_one,) = shard.fetch(8)
    assert next_one.send.item == other
    assert shard.standing(1) == ("stopped", None, ["look: w1 did not answer while it had the job"])
    shard.restart()
    assert shard.fetch() == []
    shard.do(Retry(1, 1))
    (again,) = shard.fetch()
    assert (again.key, again.send.attempts) == (one.key, 0)
    assert prove(shard.store).equal


def test_a_failure_is_tried_again_after_its_pause_or_stops_the_item(shard):
    shard.do(shard.receipt())
    (one,) = shard.fetch()
    shard.do(Fail(one.key, one.send.lock, "w1", "later", None, 20 * SECOND))
    assert shard.fetch(later=19) == []
    shard.restart()
    assert shard.desk.next_due() == shard.at + SECOND
    (one,) = shard.fetch(later=1)
    assert one.send.attempts == 1
    shard.do(Fail(one.key, one.send.lock, "w1", "never", 0))
    assert shard.standing(1) == ("stopped", None, ["look: never"])
    assert shard.refused(Finish(one.key, one.send.lock, "w1", {})) == "lease-lost"
    assert prove(shard.store).equal


def test_a_suspended_items_job_rests_and_costs_no_attempt(shard):
    shard.do(shard.receipt())
    (one,) = shard.fetch(lease=10)
    shard.do(Suspend(1, "wait", "ana"))
    assert shard.refused(Finish(one.key, one.send.lock, "w1", {})) == "suspended"
    assert shard.fetch(later=11) == []
    shard.restart()
    assert shard.fetch() == []
    shard.do(Resume(1, "ana"))
    (again,) = shard.fetch()
    assert (again.key, again.send.attempts) == (one.key, 0)
    shard.do(Finish(again.key, again.send.lock, "w1", {}))
    assert shard.standing(1)[1] == "done"
    assert prove(shard.store).equal


def test_what_a_function_of_the_pack_does_is_no_workers(tmp_path):
    with open_store(tmp_path / "s.db") as store:
        shard = Shard(store, tmp_path, "def look(job: Job):\n    return None\n")
        shard.do(shard.receipt())
        assert shard.fetch() == []
        shard.restart()
        assert shard.fetch() == []


def test_a_result_by_hand_needs_no_lease_and_what_cannot_be_kept_changes_nothing(quick):
    quick.do(quick.receipt())
    (one,) = quick.fetch()
    assert quick.refused(Finish(one.key, one.send.lock, "w1", {"seen": "\0"})) == "bad-value"
    assert quick.refused(Finish(one.key, one.send.lock, "w1", {"seen": object()})) == "bad-variables"
    quick.do(Finish(one.key, None, "ana", {"seen": "x"}))
    assert quick.standing(1)[1] == "done"
    assert quick.refused(Finish(one.key, one.send.lock, "w1", {"seen": "x"})) == "job-over"
