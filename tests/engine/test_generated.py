"""Random sound models and random orders of commands: replay equals processing, and nothing gets stuck or lost."""

from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st
from plans import Desk, boundary, flow, line, plan_of, script, timer

from alihdaya.engine import ENDED, CompleteTask, FireTimer, Start

BLOCKS = st.recursive(
    st.sampled_from(["task", "user", "script", "timed", "reminded"]).map(lambda kind: (kind,)),
    lambda inner: st.tuples(st.sampled_from(["seq", "xor", "and", "loop"]), inner, inner),
    max_leaves=8,
)


@dataclass
class Drawing:
    """Writes blocks as BPMN; each block has one way in and one way out."""

    parts: list[str] = field(default_factory=list)
    count: int = 0

    def new(self, element: str) -> str:
        self.count += 1
        name = f"n{self.count}"
        self.parts.append(element.format(id=name))
        return name

    def draw(self, block) -> tuple[str, str]:
        return getattr(self, "_" + block[0].replace("and", "fork"))(*block[1:])

    def _task(self):
        name = self.new('<task id="{id}"/>')
        return name, name

    def _user(self):
        name = self.new('<userTask id="{id}"/>')
        return name, name

    def _script(self):
        self.count += 1
        name = f"n{self.count}"
        self.parts.append(script(name, "n + 1", "n"))
        return name, name

    def _timed(self):
        merge = self.new('<exclusiveGateway id="{id}"/>')
        task, _ = self._user()
        late = self.new(boundary("{id}", task, timer("PT1H")))
        self.parts += [line(task, merge), line(late, merge)]
        return task, merge

    def _reminded(self):
        task, _ = self._user()
        bell = self.new(boundary("{id}", task, timer("R2/PT1H", "timeCycle"), interrupting=False))
        end = self.new('<endEvent id="{id}"/>')
        self.parts.append(line(bell, end))
        return task, task

    def _seq(self, a, b):
        (first, out), (into, last) = self.draw(a), self.draw(b)
        self.parts.append(line(out, into))
        return first, last

    def _xor(self, a, b):
        merge = self.new('<exclusiveGateway id="{id}"/>')
        split = self.new('<exclusiveGateway id="{id}" default="d{id}"/>')
        (a_in, a_out), (b_in, b_out) = self.draw(a), self.draw(b)
        self.parts += [flow(split, a_in, "odd(n)"), flow(split, b_in, identity=f"d{split}")]
        self.parts += [line(a_out, merge), line(b_out, merge)]
        return split, merge

    def _fork(self, a, b):
        split, join = self.new('<parallelGateway id="{id}"/>'), self.new('<parallelGateway id="{id}"/>')
        for block in (a, b):
            into, out = self.draw(block)
            self.parts.append(line(split, into) + line(out, join))
        return split, join

    def _loop(self, a, b):
        """Do a, then b and a again until n is large; b counts so that the loop ends."""
        merge = self.new('<exclusiveGateway id="{id}"/>')
        split = self.new('<exclusiveGateway id="{id}" default="d{id}"/>')
        (a_in, a_out), (b_in, b_out), (count, _) = self.draw(a), self.draw(b), self._script()
        self.parts += [line(merge, a_in), line(a_out, split), flow(split, b_in, "n < 4"), line(b_out, count, merge)]
        out, _ = self._task()
        self.parts.append(flow(split, out, identity=f"d{split}"))
        return merge, out


def model(block):
    drawing = Drawing()
    first, last = drawing.draw(block)
    return plan_of("\n".join(drawing.parts) + line("s", first) + line(last, "e"))


def choices_of(state):
    tasks = [CompleteTask(token, {}) for token, wait in state.waits.items() if wait.kind == "task"]
    return tasks + [FireTimer(timer) for timer in state.timers]


@settings(max_examples=120, deadline=None)
@given(BLOCKS, st.data())
def test_any_order_of_commands_replays_conserves_tokens_and_ends(block, data):
    desk = Desk(model(block))
    desk.send(Start({"n": 0}))
    done = []
    for _ in range(400):
        state = desk.state
        if state.status == ENDED:
            break
        choices = choices_of(state)
        assert choices, "a sound model neither ends nor waits"
        command = data.draw(st.sampled_from(choices))
        if isinstance(command, FireTimer):
            desk.now = max(desk.now, state.timers[command.timer].due)
        desk.send(command)
        done.append(command)
        conserved(desk)
        late = data.draw(st.sampled_from(done))
        if late not in choices_of(desk.state):
            desk.refuse(late)
    assert desk.state.status == ENDED
    assert (desk.state.tokens, desk.state.waits, desk.state.timers) == ({}, {}, {})


def conserved(desk):
    state = desk.state
    assert state.incidents == {}
    assert state.waits.keys() <= state.tokens.keys()
    assert {running.token for running in state.timers.values()} <= state.tokens.keys()
    parked = state.tokens.keys() - state.waits.keys()
    for token in parked:
        node = desk.plan.process.nodes[desk.plan.node_at(state.tokens[token])]
        assert node.kind.value == "parallelGateway", "a token stands where nothing will move it"
    born = 1 + sum(len(e.flows) for e in desk.events if type(e).__name__ == "TokensSplit")
    born += sum(type(e).__name__ == "BoundaryTaken" for e in desk.events)
    gone = sum(type(e).__name__ in ("TokensSplit", "TokenEnded", "InstanceEnded") for e in desk.events)
    gone += sum(len(e.others) for e in desk.events if type(e).__name__ == "TokensJoined")
    gone += sum(e.interrupting for e in desk.events if type(e).__name__ == "BoundaryTaken")
    assert born - gone == len(state.tokens)
