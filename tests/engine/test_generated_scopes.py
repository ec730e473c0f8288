"""Random sound models with scopes, repetition and events, against a plain reading of the same blocks.

Each block adds to counters; how often each adds is computed from the tree of blocks alone, by `expected`. At every
step the fold of the events equals the state (see plans.Desk), and at the end no token, catch, timer or scope is left.
"""

import json
from collections import Counter
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st
from plans import Desk, boundary, flow, line, plan_of, script, timer

from alihdaya.engine import ENDED, CompleteTask, DeliverMessage, FireTimer, Start, to_wire

SHARED = (
    '<error id="err" errorCode="E"/><escalation id="esc" escalationCode="X"/><signal id="sig" name="S"/>'
    '<message id="msg" name="M"/>'
)
ERROR = '<errorEventDefinition errorRef="err"/>'
ESCALATION = '<escalationEventDefinition escalationRef="esc"/>'
SIGNAL = '<signalEventDefinition signalRef="sig"/>'
MESSAGE = '<messageEventDefinition messageRef="msg"/>'

BLOCKS = st.recursive(
    st.sampled_from(["count", "user", "race"]).map(lambda kind: (kind,)),
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(["seq", "fork", "some", "rescue", "handler", "undo"]), inner, inner),
        st.tuples(st.sampled_from(["sub", "alarm", "many", "each", "again", "cut"]), inner),
    ),
    max_leaves=6,
)


@dataclass
class Drawing:
    """Writes blocks as BPMN; each block has one way in and one way out. `at` names each counting block by its tree."""

    parts: list[str] = field(default_factory=list)
    count: int = 0
    expected: Counter = field(default_factory=Counter)

    def name(self) -> str:
        self.count += 1
        return f"n{self.count}"

    def add(self, text: str) -> None:
        self.parts.append(text)

    def draw(self, block, times: int) -> tuple[str, str]:
        """Write a block that runs `times` times; gives its first and last node."""
        return getattr(self, "_" + block[0])(*block[1:], times)

    def inside(self, block, times: int, more: str = "") -> str:
        """Write a block between a start and an end of its own."""
        outer, self.parts = self.parts, []
        start, end = self.name(), self.name()
        first, last = self.draw(block, times)
        self.add(f'<startEvent id="{start}"/><endEvent id="{end}"/>' + line(start, first) + line(last, end) + more)
        made, self.parts = "".join(self.parts), outer
        return made

    def _count(self, times: int):
        name = self.name()
        self.add(script(name, f"{name} + 1", name))
        self.expected[name] += times
        return name, name

    def _user(self, _times: int):
        name = self.name()
        self.add(f'<userTask id="{name}"/>')
        return name, name

    def _race(self, times: int):
        """An event-based gateway: a message or a timer, whichever comes first; both lead on."""
        gate, merge, late, told = (self.name() for _ in range(4))
        self.add(f'<eventBasedGateway id="{gate}"/><exclusiveGateway id="{merge}"/>')
        self.add(f'<intermediateCatchEvent id="{late}">{timer("PT1H")}</intermediateCatchEvent>')
        self.add(f'<intermediateCatchEvent id="{told}">{MESSAGE}</intermediateCatchEvent>')
        counted, _ = self._count(times)
        self.add(line(gate, late, merge) + line(gate, told, merge) + line(merge, counted))
        return gate, counted

    def _seq(self, a, b, times: int):
        (first, out), (into, last) = self.draw(a, times), self.draw(b, times)
        self.add(line(out, into))
        return first, last

    def _fork(self, a, b, times: int):
        split, join = self.name(), self.name()
        self.add(f'<parallelGateway id="{split}"/><parallelGateway id="{join}"/>')
        for block in (a, b):
            into, out = self.draw(block, times)
            self.add(line(split, into) + line(out, join))
        return split, join

    def _some(self, a, b, times: int):
        """An inclusive split of three ways, of which two are taken, and its join."""
        split, join, never = self.name(), self.name(), self.name()
        self.add(f'<inclusiveGateway id="{split}"/><inclusiveGateway id="{join}"/><task id="{never}"/>')
        for block in (a, b):
            into, out = self.draw(block, times)
            self.add(flow(split, into, "1 = 1") + line(out, join))
        self.add(flow(split, never, "1 = 2") + line(never, join))
        counted, _ = self._count(times)
        self.add(line(join, counted))
        return split, counted

    def _sub(self, a, times: int):
        name = self.name()
        self.add(f'<subProcess id="{name}">{self.inside(a, times)}</subProcess>')
        return name, name

    def _rescue(self, a, b, times: int):
        """The inside ends in an error while a user task still waits; the boundary catches it and b follows."""
        name, edge, split, thrown, idle, merge = (self.name() for _ in range(6))
        outer, self.parts = self.parts, []
        first, last = self.draw(a, times)
        begin = self.name()
        self.add(f'<startEvent id="{begin}"/><parallelGateway id="{split}"/><userTask id="{idle}-idle"/>')
        self.add(f'<endEvent id="{thrown}">{ERROR}</endEvent><endEvent id="{idle}"/>')
        self.add(line(begin, split, first) + line(last, thrown) + line(split, f"{idle}-idle", idle))
        made, self.parts = "".join(self.parts), outer
        self.add(f'<subProcess id="{name}">{made}</subProcess>' + boundary(edge, name, ERROR))
        into, out = self.draw(b, times)
        self.add(f'<exclusiveGateway id="{merge}"/>' + line(name, merge) + line(edge, into) + line(out, merge))
        return name, merge

    def _handler(self, a, b, times: int):
        """An escalation inside starts a non-interrupting event sub-process with b, while a goes on."""
        name, event, thrown, start = (self.name() for _ in range(4))
        outer, self.parts = self.parts, []
        first, last = self.draw(a, times)
        begin, end = self.name(), self.name()
        self.add(f'<startEvent id="{begin}"/><endEvent id="{end}"/>')
        self.add(f'<intermediateThrowEvent id="{thrown}">{ESCALATION}</intermediateThrowEvent>')
        self.add(line(begin, thrown, first) + line(last, end))
        whole, self.parts = self.parts, []
        into, out = self.draw(b, times)
        close = self.name()
        self.add(f'<startEvent id="{start}" isInterrupting="false">{ESCALATION}</startEvent><endEvent id="{close}"/>')
        self.add(line(start, into) + line(out, close))
        handler = "".join(self.parts)
        self.parts = outer
        inner = "".join(whole) + f'<subProcess id="{event}" triggeredByEvent="true">{handler}</subProcess>'
        self.add(f'<subProcess id="{name}">{inner}</subProcess>')
        return name, name

    def _undo(self, a, b, times: int):
        """A sub-process with a, then one with b, are compensated in their own scope: two counters, once each."""
        around, thrown, begin, end = (self.name() for _ in range(4))
        outer, self.parts = self.parts, []
        names = []
        for block in (a, b):
            sub, edge, link = self.name(), self.name(), self.name()
            self.add(f'<subProcess id="{sub}">{self.inside(block, times)}</subProcess>')
            self.add(boundary(edge, sub, "<compensateEventDefinition/>"))
            undo = self.name()
            self.add(script(undo, f"{undo} + 1", undo).replace("<scriptTask", '<scriptTask isForCompensation="true"'))
            self.add(f'<association id="{link}" sourceRef="{edge}" targetRef="{undo}"/>')
            self.expected[undo] += times
            names.append(sub)
        self.add(f'<startEvent id="{begin}"/><endEvent id="{end}"/>')
        self.add(f'<intermediateThrowEvent id="{thrown}"><compensateEventDefinition/></intermediateThrowEvent>')
        self.add(line(begin, *names, thrown, end))
        made, self.parts = "".join(self.parts), outer
        self.add(f'<subProcess id="{around}">{made}</subProcess>')
        return around, around

    def _alarm(self, a, times: int):
        """A signal thrown inside is caught by a non-interrupting boundary event, which counts."""
        name, edge, thrown, begin, end, close = (self.name() for _ in range(6))
        outer, self.parts = self.parts, []
        first, last = self.draw(a, times)
        self.add(f'<startEvent id="{begin}"/><endEvent id="{end}"/>')
        self.add(f'<intermediateThrowEvent id="{thrown}">{ESCALATION}</intermediateThrowEvent>')
        self.add(line(begin, first) + line(last, thrown, end))
        made, self.parts = "".join(self.parts), outer
        self.add(f'<subProcess id="{name}">{made}</subProcess>' + boundary(edge, name, ESCALATION, interrupting=False))
        counted, _ = self._count(times)
        self.add(f'<endEvent id="{close}"/>' + line(edge, counted, close))
        return name, name

    def _repeat(self, a, times: int, loop: str, runs: int):
        name = self.name()
        self.add(f'<subProcess id="{name}">{loop}{self.inside(a, times * runs)}</subProcess>')
        return name, name

    def _many(self, a, times: int):
        loop = (
            "<multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics>"
        )
        return self._repeat(a, times, loop, 2)

    def _each(self, a, times: int):
        loop = (
            '<multiInstanceLoopCharacteristics isSequential="true"><loopCardinality>5</loopCardinality>'
            "<completionCondition>numberOfCompletedInstances = 2</completionCondition>"
            "</multiInstanceLoopCharacteristics>"
        )
        return self._repeat(a, times, loop, 2)

    def _again(self, a, times: int):
        return self._repeat(a, times, '<standardLoopCharacteristics loopMaximum="2"/>', 2)

    def _cut(self, a, times: int):
        """A terminate end event ends its sub-process only, with the task that still waits in it."""
        name, split, begin, end, idle = (self.name() for _ in range(5))
        outer, self.parts = self.parts, []
        first, last = self.draw(a, times)
        self.add(f'<startEvent id="{begin}"/><parallelGateway id="{split}"/><userTask id="{idle}-idle"/>')
        self.add(f'<endEvent id="{end}"><terminateEventDefinition/></endEvent><endEvent id="{idle}"/>')
        self.add(line(begin, split, first) + line(last, end) + line(split, f"{idle}-idle", idle))
        made, self.parts = "".join(self.parts), outer
        self.add(f'<subProcess id="{name}">{made}</subProcess>')
        return name, name


def whole(drawing, first, last):
    ends = '<startEvent id="s"/><endEvent id="e"/>'
    return ends + "\n".join(drawing.parts) + line("s", first) + line(last, "e")


def choices_of(state):
    """All that could happen from outside; idle tasks are never done, so that only an interruption takes them."""
    found = [
        CompleteTask(token, {})
        for token, wait in state.waits.items()
        if wait.kind == "task" and not wait.node.endswith("-idle")
    ]
    found += [FireTimer(number) for number in state.timers]
    awaited = state.full is not None and any(one.kind == "message" for one in state.full.catches.values())
    return found + [DeliverMessage("M", "", {})] * awaited


@settings(max_examples=80, deadline=None)
@given(BLOCKS, st.data())
def test_any_order_of_commands_counts_what_the_blocks_say_and_leaves_nothing_behind(block, data):
    drawing = Drawing()
    first, last = drawing.draw(block, 1)
    desk = Desk(plan_of(whole(drawing, first, last), SHARED))
    desk.send(Start(dict.fromkeys(drawing.expected, 0)))
    for _ in range(300):
        state = desk.state
        if state.status == ENDED:
            break
        assert state.incidents == {}
        choices = choices_of(state)
        assert choices, "a sound model neither ends nor waits"
        command = data.draw(st.sampled_from(choices))
        if isinstance(command, FireTimer):
            desk.now = max(desk.now, state.timers[command.timer].due)
        desk.send(command)
    assert desk.state.status == ENDED
    assert desk.state.variables == drawing.expected
    assert (desk.state.tokens, desk.state.waits, desk.state.timers, desk.state.full) == ({}, {}, {}, None)
    closed = Counter(type(event).__name__ for event in desk.events)
    assert closed["TaskOffered"] == closed["TaskClosed"]
    assert closed["ScopeOpened"] == closed["ScopeClosed"]


def test_the_wire_of_a_full_instance_is_plain():
    drawing = Drawing()
    first, last = drawing.draw(("many", ("user",)), 1)
    desk = Desk(plan_of(whole(drawing, first, last), SHARED))
    desk.send(Start({}))
    assert json.loads(json.dumps(to_wire(desk.state)))[12] is not None
