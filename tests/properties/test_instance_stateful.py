"""Operators' random acts between a desk's normal ones, on both stores: the books always balance, a replay agrees."""

import shutil
import tempfile
from collections import Counter
from itertools import count
from pathlib import Path

import pytest
from claims_pack import PROCESS, write_pack
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from small_desk import ALL_OUTCOMES, SmallDesk, working_set

from alihdaya.engine.state import MESSAGE, TASK
from alihdaya.kernel.errors import Refused
from alihdaya.kernel.time import MINUTE
from alihdaya.operations.books.replay import prove
from alihdaya.operations.commands import Retry
from alihdaya.operations.instance.commands import Amend, CancelItem, MoveToken, Resume, SetFacts, Suspend
from alihdaya.operations.node.letters import Letter, carry_out
from alihdaya.packs import load
from alihdaya.store import open_store, views

PICK = st.integers(0, 10**6)
RETRIED = ('alihdaya:step="assess"', 'alihdaya:step="assess" alihdaya:retry="PT5M 2x PT1H"')
RACE = (
    '<receiveTask id="race" messageRef="reply"/>',
    '<serviceTask id="race" alihdaya:timeout="PT1H" alihdaya:retry="PT5M"/>',
)
NODES = ("judge", "second", "check_a", "hear", "look", "assess", "race", "rule", "paid", "triage", "both", "nowhere")
ROOT = Path(tempfile.mkdtemp(prefix="alihdaya-instances-"))
PACK = load(write_pack(ROOT / "claims", claims=PROCESS.replace(*RETRIED).replace(*RACE)))
_numbers = count(1)


class Operators(RuleBasedStateMachine):
    """Everything that operators, people, messages and time do to items. `url` names an empty store."""

    url = None

    @initialize()
    def open(self):
        self.folder = Path(tempfile.mkdtemp(prefix="alihdaya-instances-"))
        self.store = self.url(self.folder)
        self.small = SmallDesk(self.store, self.folder, pack=PACK)
        self.received = self.cancelled = 0

    def teardown(self):
        if not hasattr(self, "store"):
            return
        self.small.commit()
        verdict = prove(self.store)
        assert verdict.equal, verdict.differences
        before = working_set(self.small.desk)
        self.small.open()
        assert working_set(self.small.desk) == before
        self.balance()
        self.store.close()
        shutil.rmtree(self.folder)

    def balance(self):
        """What came in is done, waits, is suspended, is stopped, or was cancelled; the tables count the same."""
        states = Counter(row.status for row in views.items(self.store, limit=10_000))
        assert sum(states.values()) == self.received
        assert states["cancelled"] == self.cancelled
        open_items = self.small.desk.items.values()
        assert states["suspended"] == sum(item.suspended for item in open_items)
        stopped = sum(bool(item.instance.incidents) and not item.suspended for item in open_items)
        assert states["stopped"] == stopped
        assert states["delivered"] == self.received - self.cancelled - len(open_items)
        counts = views.totals(self.store)
        for measure, status in (("delivered", "delivered"), ("given_up", "cancelled")):
            assert counts.get(measure, 0) == states[status]

    def do(self, command):
        """Carry a command out as a writer does. Says whether it was done; what is refused changes nothing."""
        self.small.later(minutes=1)
        [(_, refusal)] = carry_out(self.small.desk, [Letter(command, self.small.at, None)])
        return refusal is None

    def item(self, pick):
        items = sorted(self.small.desk.items)
        return items[pick % len(items)]

    def token(self, item, pick):
        tokens = sorted(self.small.desk.items[item].instance.tokens)
        return tokens[pick // 7 % len(tokens)]

    @rule(kind=st.sampled_from((*ALL_OUTCOMES, "race")), amount=st.sampled_from([None, 50, 101]))
    def receive(self, kind, amount):
        self.small.receive(kind, amount)
        self.received += 1

    @precondition(lambda self: self.small.desk.items)
    @rule(pick=PICK)
    def suspend(self, pick):
        item = self.item(pick)
        was = self.small.desk.items[item].suspended
        assert self.do(Suspend(item, "wait")) == (not was) or item not in self.small.desk.items

    @precondition(lambda self: any(item.suspended for item in self.small.desk.items.values()))
    @rule(pick=PICK)
    def resume(self, pick):
        suspended = sorted(number for number, item in self.small.desk.items.items() if item.suspended)
        assert self.do(Resume(suspended[pick % len(suspended)]))

    @precondition(lambda self: self.small.desk.items)
    @rule(pick=PICK)
    def cancel(self, pick):
        item = self.item(pick)
        if pick % 3 == 0:
            self.cancelled += self.do(CancelItem(item, "enough"))
            assert item not in self.small.desk.items

    @precondition(lambda self: self.small.desk.items)
    @rule(pick=PICK, node=st.sampled_from(NODES))
    def move(self, pick, node):
        item = self.item(pick)
        before = self.small.desk.items[item].suspended
        done = self.do(MoveToken(item, self.token(item, pick), node))
        assert not (done and (before or node in ("both", "nowhere")))

    @precondition(lambda self: self.small.desk.items)
    @rule(pick=PICK, amount=st.sampled_from([None, 5, 2000]), again=st.booleans())
    def set(self, pick, amount, again):
        item = self.item(pick)
        token = self.token(item, pick)
        self.do(Amend(item, token, {"amount": amount}) if again else SetFacts(item, {"amount": amount}, token))

    @precondition(lambda self: self.small.desk.items)
    @rule(pick=PICK)
    def retry(self, pick):
        item = self.item(pick)
        found = self.small.desk.items[item]
        token = self.token(item, pick)
        stopped = token in found.instance.incidents and not found.suspended
        assert not self.do(Retry(item, token)) or stopped

    @precondition(lambda self: len(self.small.desk.queue))
    @rule(done=st.booleans())
    def work(self, done):
        task = next(iter(self.small.desk.queue))
        self.small.assign(task.item, "ana", task.token)
        if done:
            form = {"verdict": "no"} if task.node in ("judge", "rule") else {}
            self.small.complete(task.item, "ana", task.token, **form)

    @rule(claim=st.integers(1, 8))
    def deliver(self, claim):
        waits = {
            number
            for number, item in self.small.desk.items.items()
            for wait in item.instance.waits.values()
            if not item.suspended and (wait.kind, wait.key) == (MESSAGE, str(claim))
        }
        try:
            assert self.small.deliver(str(claim)) in waits
        except Refused:
            assert not waits

    @rule(minutes=st.sampled_from([-500, 5, 61, 2000]))
    def clock(self, minutes):
        self.small.at += minutes * MINUTE
        carry_out(self.small.desk, [], self.small.at)

    @rule()
    def commit(self):
        self.small.commit()
        self.balance()

    @rule()
    def reopen(self):
        self.small.commit()
        before = working_set(self.small.desk)
        self.small.open()
        assert working_set(self.small.desk) == before

    @invariant()
    def the_queue_holds_what_waits_and_may_go_on(self):
        desk = self.small.desk
        queued, held, aside = {task.key for task in desk.queue}, set(desk.held), set()
        for number, item in desk.items.items():
            tasks = {(number, token) for token, wait in item.instance.waits.items() if wait.kind == TASK}
            put = {(number, token) for token in item.aside or ()}
            assert tasks == put | {key for key in queued | held if key[0] == number}
            assert not (item.suspended and tasks & queued)
            aside |= put
        assert not queued & held
        assert not aside & (queued | held)
        assert {key[0] for key in queued | held | set(desk.awaited)} <= set(desk.items)

    @invariant()
    def only_what_may_go_on_has_a_timer_that_comes_next(self):
        timer = self.small.desk.next_timer()
        due = [
            one.due
            for item in self.small.desk.items.values()
            if not item.suspended
            for one in item.instance.timers.values()
        ]
        assert (timer and timer[0]) == min(due, default=None)


def _check(opened, examples):
    machine = type("Machine", (Operators,), {"url": staticmethod(opened)})
    few = settings(
        max_examples=examples, stateful_step_count=30, deadline=None, derandomize=True,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    run_state_machine_as_test(machine, settings=few)


def test_operators_on_sqlite():
    _check(lambda folder: open_store(folder / "desk.db"), 7)


def test_operators_on_postgresql(postgresql):
    url = postgresql.new_database()
    _check(lambda _: open_store(url, schema=f"operators_{next(_numbers)}"), 2)


@pytest.fixture(scope="module", autouse=True)
def _pack():
    yield
    shutil.rmtree(ROOT, ignore_errors=True)
