"""The same random acts at the desk and at instances in memory: what goes between items comes to the same."""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from talking import NOON, Talk
from talking_pack import process, timer

from alihdaya.engine.society import Society
from alihdaya.kernel.errors import Refused
from alihdaya.kernel.time import MINUTE
from alihdaya.operations.books.replay import prove
from alihdaya.operations.commands import Deliver, Receive
from alihdaya.operations.exchange.commands import Broadcast
from alihdaya.store import open_store

SHARED = """<message id="m" name="news" alihdaya:key="claim"/><message id="a" name="ask" alihdaya:key="claim"/>
<signal id="g" name="alarm"/><error id="bad" errorCode="bad"/>"""
MESSAGE, SIGNAL = '<messageEventDefinition messageRef="{}"/>', '<signalEventDefinition signalRef="g"/>'


def event(kind, ident, definition, more=""):
    return f'<{kind} id="{ident}"{more}>{definition}</{kind}>'


def role(ident, name, target):
    return (
        f'<sequenceFlow sourceRef="{ident}" targetRef="{target}"><conditionExpression>role = "{name}"'
        "</conditionExpression></sequenceFlow>"
    )


MAIN = process(
    "main",
    '<startEvent id="s"/><exclusiveGateway id="g0" default="f0"/><endEvent id="e"/><endEvent id="z"/>'
    '<sequenceFlow id="f0" sourceRef="g0" targetRef="hear"/>'
    + event("intermediateCatchEvent", "hear", MESSAGE.format("m"))
    + event("intermediateThrowEvent", "tell", MESSAGE.format("m"))
    + event("intermediateThrowEvent", "wake", MESSAGE.format("a"))
    + event("intermediateThrowEvent", "shout", SIGNAL)
    + '<callActivity id="call" calledElement="called"/>'
    + event("boundaryEvent", "late", timer("Duration", "PT20M"), ' attachedToRef="call"')
    + '<callActivity id="fails" calledElement="failing"/>'
    + event("boundaryEvent", "caught", '<errorEventDefinition errorRef="bad"/>', ' attachedToRef="fails"')
    + role("g0", "tell", "tell")
    + role("g0", "wake", "wake")
    + role("g0", "shout", "shout")
    + role("g0", "call", "call")
    + role("g0", "fail", "fails")
    + ";s g0\nhear e\ntell e\nwake e\nshout e\ncall e\nlate z\nfails e\ncaught z",
)
CALLED = process(
    "called", '<startEvent id="s"/>' + event("intermediateCatchEvent", "c", SIGNAL) + '<endEvent id="x"/>;s c\nc x'
)
FAILING = process(
    "failing", '<startEvent id="s"/><endEvent id="x"><errorEventDefinition errorRef="bad"/></endEvent>;s x'
)
WOKEN = process(
    "woken",
    event("startEvent", "w", MESSAGE.format("a"))
    + event("intermediateCatchEvent", "r", MESSAGE.format("m"))
    + '<endEvent id="x"/>;w r\nr x',
)
ALARMED = process("alarmed", event("startEvent", "w", SIGNAL) + '<endEvent id="x"/>;w x')
CYCLE = process("cycle", event("startEvent", "w", timer("Cycle", "R/PT45M")) + '<endEvent id="x"/>;w x')
OTHERS = {"called": CALLED, "failing": FAILING, "woken": WOKEN, "alarmed": ALARMED, "cycle": CYCLE}


class Both(RuleBasedStateMachine):
    """One pack in both. Keys of messages that start something differ: the desk takes each of those once for ever."""

    folder: Path

    def __init__(self):
        super().__init__()
        self.count = 0
        type(self).runs += 1
        self.store = open_store(self.folder / f"{type(self).runs}.db")
        others = {name: SHARED + text for name, text in OTHERS.items()}
        self.desk = Talk(self.store, self.folder, SHARED, MAIN, **others)
        self.society = Society()
        for name in sorted(self.desk.service.plans):
            self.society.deploy(self.desk.service.plans[name], NOON)
        self.at = NOON

    runs = 0

    @rule(kind=st.sampled_from(["hear", "tell", "wake", "shout", "call", "fail"]), claim=st.integers(1, 2))
    def receive(self, kind, claim):
        self.count += 1
        claim = 100 + self.count if kind == "wake" else claim
        data = {"claim": claim, "role": kind}
        self.desk.do(Receive(self.desk.service, "api", str(self.count), 0, 0, data))
        self.society.start("main", data, self.at)

    @rule(claim=st.integers(1, 2))
    def message(self, claim):
        try:
            self.desk.do(Deliver("news", str(claim), {}))
        except Refused:
            return
        self.society.message("news", str(claim), {}, self.at)

    @rule()
    def signal(self):
        self.desk.do(Broadcast("alarm", {}))
        self.society.signal("alarm", {}, self.at)

    @rule(minutes=st.integers(1, 70))
    def later(self, minutes):
        self.at += minutes * MINUTE
        while (due := self.society.next_due()) is not None and due <= self.at:
            self.society.fire_due(due)
        self.desk.until(self.at)

    @precondition(lambda self: self.count)
    @rule()
    def restart(self):
        self.desk.desk.commit()
        self.desk.reopen()

    @invariant()
    def the_same_runs_and_waits_and_is_kept(self):
        ours = Counter(_place(item.instance) for item in self.desk.desk.items.values())
        theirs = Counter(_place(member.state) for member in self.society.running())
        assert ours == theirs
        assert self.desk.desk.last_item == len(self.society.members)
        kept = Counter(one[:2] for one in self.desk.desk.board.kept.values())
        assert kept == Counter(one[:2] for one in self.society.buffer if one.until > self.at)
        assert not self.desk.desk.board.effects

    def teardown(self):
        self.desk.desk.commit()
        assert prove(self.store).equal
        self.store.close()


def _place(instance):
    """Where an instance stands and what it waits for, as one text."""
    waits = sorted((wait.kind, wait.node, wait.key) for wait in instance.waits.values())
    catches = sorted(catch[2:6] for catch in instance.full.catches.values()) if instance.full else []
    stops = sorted(stop.code for stop in instance.incidents.values())
    return repr((instance.process, waits, catches, sorted(one.due for one in instance.timers.values()), stops))


@pytest.fixture
def both(tmp_path):
    Both.folder = tmp_path
    return Both


def test_the_desk_and_instances_in_memory_agree(both):
    few = settings(
        max_examples=5, stateful_step_count=16, deadline=None, suppress_health_check=list(HealthCheck), database=None
    )
    run_state_machine_as_test(both, settings=few)
