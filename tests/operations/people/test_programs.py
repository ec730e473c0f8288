"""Programs do people's tasks: through the same gate, under a lease, on both stores."""

import pytest
from claims_pack import write_pack
from programs_pack import CLERKS, RIGHT, with_golden
from small_desk import SmallDesk, reopened, working_set

from alihdaya.kernel.errors import Refused
from alihdaya.kernel.time import DAY, MINUTE, SECOND
from alihdaya.operations.books.replay import prove
from alihdaya.operations.commands import Assign, Complete
from alihdaya.operations.instance.commands import Resume, Suspend
from alihdaya.operations.people.commands import Withdraw
from alihdaya.operations.people.programs import tasks
from alihdaya.operations.people.programs.commands import (
    AnswerTest,
    Beat,
    FetchTask,
    GiveBack,
    HandIn,
    Holds,
    SetTest,
)
from alihdaya.operations.people.programs.practical import AGAIN, TIME
from alihdaya.packs import load
from alihdaya.people.person import Certificate
from alihdaya.store.views.items import item_story
from alihdaya.work.events import AssignmentWithdrawn, TaskDone

MONTHS = 180 * DAY


class Robots(SmallDesk):
    """The verbs of programs."""

    def fetch(self, who="robo", *services, seconds=60):
        return self.command(FetchTask(who, frozenset(services), seconds * SECOND))

    def beat(self, given, who="robo", seconds=60):
        return self.command(Beat(given.item, given.token, who, given.lock, seconds * SECOND))

    def hand_in(self, given, who="robo", **result):
        return self.command(HandIn(given.item, given.token, who, given.lock, result))

    def fail(self, given, who="robo", reason="no: idea"):
        return self.command(GiveBack(given.item, given.token, who, given.lock, reason))

    def lapse(self):
        tasks.catch_up(self.desk, max(self.at, self.desk.at))

    def sit(self, who="bot"):
        return self.command(SetTest(who, self.pack, self.pack.golden[0]))

    def answer(self, paper, who="bot", wrong=0):
        answers = [RIGHT[task] for task, _ in paper.questions]
        return self.command(AnswerTest(who, paper.test, [{} for _ in answers[:wrong]] + answers[wrong:]))


@pytest.fixture
def robots(store, tmp_path):
    return Robots(store, tmp_path, pack=load(with_golden(write_pack(tmp_path / "claims", roster=CLERKS))))


def refusal(verb, *arguments, **more):
    with pytest.raises(Refused) as refused:
        verb(*arguments, **more)
    return refused.value.problems[0].code


def withdrawals(robots, item):
    robots.commit()
    told = (event for entry in robots.store.read_log(item=item) for event in entry.events)
    return [event.reasons[0] for event in told if isinstance(event, AssignmentWithdrawn)]


def test_a_program_gets_what_it_may_do_the_first_due_first_and_hands_it_in(robots):
    assert robots.fetch() is None
    first = robots.receive("judge")
    robots.later(1)
    then = robots.receive("later")
    given = robots.fetch()
    assert (given.item, given.node, given.variables["claim"]) == (first, "judge", 1)
    assert [field.name for field in given.form.fields] == ["verdict", "hours"]
    assert robots.command(Holds("robo")) == [given]
    second = robots.fetch()
    assert (second.item, second.node) == (then, "look")
    assert robots.fetch() is None
    assert refusal(robots.hand_in, given, verdict="perhaps") == "form"
    robots.later(seconds=90)
    robots.hand_in(given, verdict="yes")
    robots.hand_in(given, verdict="yes")
    assert refusal(robots.hand_in, given, verdict="no") == "not-theirs"
    robots.commit()
    done = [event for entry in robots.store.read_log() for event in entry.events if isinstance(event, TaskDone)]
    assert done == [TaskDone(given.token, "robo", 90, {"verdict": "yes"}, False)]
    assert prove(robots.store).equal


def test_who_may_not_gets_nothing_and_people_do_not_fetch(robots):
    robots.receive("judge")
    assert robots.fetch("bot") is None
    assert robots.fetch("dull") is None
    assert robots.fetch("robo", "another-desk") is None
    assert refusal(robots.fetch, "ana") == "not-a-program"
    assert refusal(robots.fetch, "nobody") == "no-such-person"
    given = robots.fetch("robo", "claims-desk")
    assert refusal(robots.beat, given._replace(lock=given.lock - 1)) == "not-theirs"
    assert refusal(robots.hand_in, given, "bot", verdict="yes") == "not-theirs"


def test_who_falls_silent_loses_the_task_and_who_beats_keeps_it(robots):
    item = robots.receive("judge")
    given = robots.fetch(seconds=60)
    robots.later(seconds=50)
    assert robots.beat(given) == robots.at + MINUTE
    robots.later(seconds=50)
    robots.lapse()
    assert robots.command(Holds("robo"))
    assert robots.desk.next_due() == robots.at + 10 * SECOND
    robots.later(seconds=10)
    robots.lapse()
    assert not robots.command(Holds("robo"))
    assert refusal(robots.beat, given) == "lease-lost"
    assert refusal(robots.hand_in, given, verdict="yes") == "lease-lost"
    assert [reason.partition(":")[0] for reason in withdrawals(robots, item)] == ["silent"]
    assert robots.fetch() is None  # it is spared for a while, and others are not
    robots.assign(item, "ana")
    robots.later(1)
    robots.lapse()  # the lease of robo is not ana's
    robots.complete(item, "ana", verdict="yes")
    assert prove(robots.store).equal


@pytest.mark.parametrize("restart", [False, True])
def test_after_three_failures_it_is_an_incident_and_for_people(robots, restart):
    item = robots.receive("judge")
    for n in range(3):
        given = robots.fetch()
        robots.fail(given, reason=f"no idea: {n}")
        assert robots.fetch() is None
        robots.commit()
        if restart:
            robots.open()
        robots.later(minutes=11)
    assert robots.fetch() is None
    assert withdrawals(robots, item) == [f"failed:no idea: {n}" for n in range(3)]
    story = item_story(robots.store, item)
    assert story.item.status == "stopped"
    assert [one.code for one in story.incidents] == ["task-failed"]
    assert story.incidents[0].message.endswith("no idea: 2")
    robots.assign(item, "ana")
    robots.complete(item, "ana", verdict="yes")
    robots.commit()
    assert item_story(robots.store, item).item.status == "delivered"
    assert prove(robots.store).equal


def test_a_certificate_withdrawn_stops_the_fetch_and_the_work_in_the_same_commit(robots):
    first, second = robots.receive("judge"), robots.receive("judge")
    given = robots.fetch()
    robots.commit()
    robots.command(Withdraw("robo", "claims-desk", "an audit"))
    robots.commit()
    with pytest.raises(Refused, match="was withdrawn") as refused:
        robots.beat(given)
    assert refused.value.problems[0].code == "withdrawn"
    assert refusal(robots.hand_in, given, verdict="yes") == "withdrawn"
    assert robots.fetch() is None
    assert sorted(task.item for task in robots.desk.queue) == [first, second]
    log = list(robots.store.read_log())
    (taken,) = [entry for entry in log if any(isinstance(one, AssignmentWithdrawn) for one in entry.events)]
    (cause,) = [entry for entry in log if any(type(one).__name__ == "CertificateWithdrawn" for one in entry.events)]
    assert (taken.at, taken.seq) == (cause.at, cause.seq + 1)
    assert refusal(robots.sit, "robo") == "withdrawn"  # no program gives itself back what a person took


def test_a_restart_keeps_what_programs_have_and_their_leases_begin_anew(robots):
    item = robots.receive("judge")
    given = robots.fetch()
    robots.commit()
    assert reopened(robots) == working_set(robots.desk)
    robots.later(1)
    robots.open()
    robots.lapse()
    robots.later(seconds=59)
    robots.lapse()
    robots.beat(given)
    robots.later(seconds=61)
    robots.lapse()
    assert [reason.partition(":")[0] for reason in withdrawals(robots, item)] == ["silent"]


def test_what_was_suspended_waits_aside_when_its_program_fell_silent(robots):
    item = robots.receive("judge")
    robots.fetch()
    robots.command(Suspend(item, "a pause"))
    robots.later(seconds=61)
    robots.lapse()
    assert list(robots.desk.queue) == []
    robots.command(Resume(item))
    assert [task.item for task in robots.desk.queue] == [item]


def test_a_program_earns_its_certificate_and_works(robots):
    robots.receive("judge")
    assert refusal(robots.sit, "ana") == "not-a-program"
    paper = robots.sit()
    assert robots.sit() == paper
    assert (paper.certificate, len(paper.questions)) == ("claims-desk", 4)
    robots.later(minutes=5)
    robots.commit()
    robots.open()
    assert refusal(robots.command, AnswerTest("bot", paper.test, [])) == "bad-answers"
    assert refusal(robots.answer, paper, "robo") == "no-such-test"
    assert refusal(robots.answer, paper._replace(test=1)) == "no-such-test"
    mark = robots.answer(paper, wrong=1)
    assert (mark.score, mark.pass_mark) == (75, 70)
    assert mark.until > robots.at + MONTHS
    assert refusal(robots.answer, paper) == "test-over"
    assert robots.fetch("bot")
    assert robots.desk.people["bot"].certificates == (Certificate("claims-desk", robots.at, mark.until),)
    assert reopened(robots)["people"] == robots.desk.people
    assert prove(robots.store).equal


def test_who_does_not_pass_gets_no_certificate_and_waits_a_day(robots):
    paper = robots.sit()
    mark = robots.answer(paper, wrong=2)
    assert (mark.score, mark.until) == (50, None)
    assert not robots.desk.people["bot"].certificates
    assert refusal(robots.sit) == "too-soon"
    robots.at += AGAIN
    again = robots.sit()
    assert again.test != paper.test
    robots.at += TIME
    assert refusal(robots.answer, again) == "test-over"


def test_a_test_that_was_set_before_gives_back_no_certificate_that_was_withdrawn(robots):
    paper = robots.sit("robo")
    robots.later(minutes=1)
    robots.command(Withdraw("robo", "claims-desk", "an audit"))
    assert refusal(robots.answer, paper, "robo") == "withdrawn"
    robots.receive("judge")
    assert robots.fetch("robo") is None
    robots.commit()
    assert refusal(robots.answer, paper, "robo") == "withdrawn"


def test_answers_that_no_store_holds_are_refused_and_the_test_stays_open(robots):
    paper, deep = robots.sit(), 1
    for _ in range(900):
        deep = {"a": deep}
    for bad in (deep, 10**4000, "\0", "\ud800"):
        answers = [{**RIGHT[task], "more": bad} for task, _ in paper.questions]
        assert refusal(robots.command, AnswerTest("bot", paper.test, answers)) == "bad-value"
    assert robots.answer(paper).until
    robots.commit()


def test_what_is_assigned_to_a_program_by_hand_waits_again_when_it_never_asks(robots):
    item = robots.receive("judge")
    robots.command(Assign(item, 1, "robo"))
    (given,) = robots.command(Holds("robo"))
    assert given.until == robots.at + tasks.LEASE
    robots.later(seconds=61)
    robots.lapse()
    assert [task.item for task in robots.desk.queue] == [item]


def test_texts_that_no_store_holds_are_refused_by_withdrawals_and_wrap_up_codes(robots):
    item = robots.receive("judge")
    robots.command(Assign(item, 1, "ana"))
    done = Complete(item, 1, "ana", 1, {"verdict": "yes"}, code="\udcff")
    assert refusal(robots.command, done) == "bad-value"
    assert refusal(robots.command, Withdraw("ana", "claims-desk", "\udcff")) == "bad-value"
    robots.command(done._replace(code="done"))
    robots.commit()
