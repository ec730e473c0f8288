"""Any sequence of commands, reopenings and clock jumps: whatever is tried, these things hold."""

import shutil
import tempfile
from pathlib import Path

import pytest
from claims_pack import write_pack
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from small_desk import ALL_OUTCOMES, SmallDesk, working_set

from alihdaya.engine.state import TASK
from alihdaya.kernel.errors import Refused
from alihdaya.kernel.time import HOUR, MINUTE
from alihdaya.operations.books.replay import prove
from alihdaya.packs import load
from alihdaya.store import open_store, views
from alihdaya.work.events import AssignmentRefused, ItemDelivered, ItemReceived, TaskAssigned, TaskDone, TaskQueued

PEOPLE = ("ana", "budi", "citra", "dodi", "zoe")
CERTIFIED = {"ana", "budi"}
MAY = {
    "judge": CERTIFIED,
    "rule": CERTIFIED,
    "look": CERTIFIED,
    "check_a": CERTIFIED,
    "check_b": CERTIFIED | {"citra"},
    "second": CERTIFIED | {"citra", "dodi"},
}
"""Who may do what, worked out by hand from the roster and the process."""

FITS = {node: {"verdict": "yes"} if node in ("judge", "rule") else {"note": "seen"} for node in MAY}
PICK = st.integers(0, 10**6)


class Template:
    """A store in which the terms are signed and people joined, made once and copied for each example."""

    folder = pack = None

    @classmethod
    def copy(cls, folder):
        if cls.pack is None:
            cls.folder = Path(tempfile.mkdtemp(prefix="alihdaya-desk-"))
            cls.pack = load(write_pack(cls.folder / "claims"))
            with open_store(cls.folder / "desk.db") as store:
                SmallDesk(store, cls.folder, pack=cls.pack)
        return Path(shutil.copy(cls.folder / "desk.db", folder / "desk.db"))


class DeskMachine(RuleBasedStateMachine):
    """Commands, right ones and wrong ones, against a desk; beside it the simplest model of who holds what."""

    @initialize()
    def open(self):
        self.folder = Path(tempfile.mkdtemp(prefix="alihdaya-desk-"))
        self.store = open_store(Template.copy(self.folder))
        self.small = SmallDesk(self.store, self.folder, pack=Template.pack)
        self.holders = {}
        self.refusals = 0

    def teardown(self):
        if not hasattr(self, "store"):
            return
        self.small.commit()
        check_log(list(self.store.read_log()), self.refusals)
        assert prove(self.store).equal
        assert {key: hold.person for key, hold in self.small.desk.held.items()} == self.holders
        self.store.close()
        shutil.rmtree(self.folder)

    @rule(kind=st.sampled_from((*ALL_OUTCOMES, "plain")), amount=st.sampled_from([None, 1, 100, 101, 2000]))
    def receive(self, kind, amount):
        item = self.small.receive(kind, amount)
        assert item == self.small.desk.last_item

    @precondition(lambda self: self.small.desk.items)
    @rule(person=st.sampled_from(PEOPLE), pick=PICK)
    def assign(self, person, pick):
        item, token, node = self.task(pick)
        may = (item, token) not in self.holders and person in MAY.get(node, ())
        noted = len(self.small.desk.pending)
        if self.tries(may, self.small.assign, item, person, token):
            self.holders[item, token] = person
        elif len(self.small.desk.pending) > noted:
            assert (item, token) not in self.holders
            assert person not in MAY[node]
            self.refusals += 1

    @precondition(lambda self: self.small.desk.items)
    @rule(
        person=st.sampled_from(PEOPLE),
        pick=PICK,
        fits=st.booleans(),
        seconds=st.sampled_from([0, 60, 9_000, 86_400, 86_401, -1]),
    )
    def complete(self, person, pick, fits, seconds):
        item, token, node = self.task(pick)
        holder = self.holders.get((item, token))
        who = holder if holder and pick % 4 else person
        result = FITS.get(node, {}) if fits else {"verdict": "perhaps", "note": 7}
        may = holder is not None and who == holder and 0 <= seconds <= 86_400 and fits
        if self.tries(may, self.small.complete, item, who, token, seconds, **result):
            del self.holders[item, token]

    @precondition(lambda self: self.small.desk.next_timer())
    @rule(early=st.sampled_from([0, 0, 1, 50 * HOUR]))
    def fire(self, early):
        due, item, timer = self.small.desk.next_timer()
        self.small.at = max(self.small.at, due - early)
        token = self.small.desk.items[item].instance.timers[timer].token
        if self.tries(max(self.small.at, self.small.desk.at) >= due, self.small.fire, item, timer):
            self.holders.pop((item, token), None)

    @rule(claim=st.integers(1, 12))
    def deliver(self, claim):
        waits = any(
            (wait.kind, wait.key) == ("message", str(claim))
            for item in self.small.desk.items.values()
            for wait in item.instance.waits.values()
        )
        self.tries(waits, self.small.deliver, str(claim))

    @precondition(lambda self: self.small.desk.items)
    @rule(pick=PICK)
    def retry(self, pick):
        items = sorted(self.small.desk.items)
        item = items[pick % len(items)]
        incidents = self.small.desk.items[item].instance.incidents
        token = min(incidents) if incidents else 1
        self.tries(bool(incidents), self.small.retry, item, token)

    @rule(minutes=st.integers(-600, 1500))
    def clock(self, minutes):
        self.small.at += minutes * MINUTE

    @rule()
    def commit(self):
        self.small.commit()

    @rule()
    def reopen(self):
        self.small.commit()
        before = working_set(self.small.desk)
        self.small.open()
        assert working_set(self.small.desk) == before

    @invariant()
    def every_open_task_waits_or_is_held_by_one(self):
        desk = self.small.desk
        open_tasks = {
            (number, token)
            for number, item in desk.items.items()
            for token, wait in item.instance.waits.items()
            if wait.kind == TASK
        }
        waiting = {task.key for task in desk.queue}
        assert waiting | set(desk.held) == open_tasks
        assert not waiting & set(desk.held)

    def task(self, pick):
        """Some token of some open item, and the node of the task that waits there, if it is one."""
        items = sorted(self.small.desk.items)
        item = items[pick % len(items)]
        tokens = sorted(self.small.desk.items[item].instance.tokens)
        token = tokens[pick // 7 % len(tokens)]
        wait = self.small.desk.items[item].instance.waits.get(token)
        return item, token, wait.node if wait and wait.kind == TASK else ""

    def tries(self, may, verb, *arguments, **more):
        """Do it: it succeeds exactly where it may, and what is refused leaves the desk as it was, but for a note."""
        before = working_set(self.small.desk)
        try:
            verb(*arguments, **more)
        except Refused:
            assert not may
            after = working_set(self.small.desk)
            assert before | {"seq": 0, "at": 0} == after | {"seq": 0, "at": 0}
            return False
        assert may
        return True


def check_log(entries, refusals):
    """What must hold of any log: order, one delivery an item, one owner a task, nobody past the gate."""
    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
    assert [entry.at for entry in entries] == sorted(entry.at for entry in entries)
    nodes, owners, delivered, received, refused = {}, {}, set(), [], 0
    for entry in entries:
        for one in entry.events:
            key = entry.item, getattr(one, "token", 0)
            if isinstance(one, ItemReceived):
                received.append(entry.item)
            elif isinstance(one, TaskQueued):
                nodes[key] = one.node
                owners.pop(key, None)
            elif isinstance(one, TaskAssigned):
                assert key not in owners, "a task with two owners"
                assert one.person in MAY[nodes[key]], "somebody got past the gate"
                owners[key] = one.person
            elif isinstance(one, TaskDone):
                assert owners[key] == one.person == entry.by
            elif isinstance(one, AssignmentRefused):
                assert one.person not in MAY[nodes[key]]
                refused += 1
            elif isinstance(one, ItemDelivered):
                assert entry.item not in delivered
                delivered.add(entry.item)
        assert entry.item not in delivered or isinstance(entry.events[-1], ItemDelivered), (
            "something came after the end"
        )
    assert received == list(range(1, len(received) + 1))
    assert refused == refusals


TestDesk = DeskMachine.TestCase
TestDesk.settings = settings(
    max_examples=22, stateful_step_count=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


@pytest.fixture(scope="module", autouse=True)
def _template():
    yield
    if Template.folder is not None:
        shutil.rmtree(Template.folder, ignore_errors=True)


def test_the_views_of_an_untouched_template_are_empty(tmp_path):
    with open_store(Template.copy(tmp_path)) as store:
        assert views.totals(store) == {}
        assert prove(store).equal
