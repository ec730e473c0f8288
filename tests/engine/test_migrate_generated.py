"""Random models migrated to a copy whose every id is another: the rest of the run is the same, modulo the names."""

import re

import test_generated as plain
import test_generated_scopes as scoped
from hypothesis import given, settings
from hypothesis import strategies as st
from plans import Desk, plan_of

from alihdaya.engine import ENDED, CompleteTask, FireTimer, Start, apply, decide, from_wire, to_wire
from alihdaya.engine.migrate import make_route, migrate

_IDS = re.compile(r'\b(id|sourceRef|targetRef|attachedToRef|default)="((?:d?n\d+(?:-idle)?)|s|e)"')


def renamed(body):
    """The same model with another id for every node, written in another order of ids."""
    return _IDS.sub(lambda found: f'{found[1]}="{new_name(found[2])}"', body)


def new_name(old):
    return f"d{new_name(old[1:])}" if old.startswith("dn") else f"new-{old[::-1]}" if old != "s" else "s2"


def back(wire, names):
    """A wire form with the old names again."""
    if isinstance(wire, list | tuple):
        return [back(one, names) for one in wire]
    if isinstance(wire, dict):
        return {name: back(one, names) for name, one in wire.items()}
    return names.get(wire, wire) if isinstance(wire, str) else wire


def play(body, shared, variables, choices_of, data, compiled):
    """Run to the end in two ways: as it is, and migrated once after a random prefix; compare after every command."""
    before, after = plan_of(body, shared, compiled=compiled), plan_of(renamed(body), shared, compiled=compiled)
    given_names = {node.id: new_name(node.id) for node in before.process.nodes}
    names = {new: old for old, new in given_names.items()}
    route = make_route(before, after, given_names)
    desk = Desk(before)
    desk.send(Start(variables))
    twin = None
    for _ in range(300):
        state = desk.state
        if state.status == ENDED:
            break
        if twin is None and data.draw(st.integers(0, 3)) == 0:
            twin = migrated(route, state, desk.now)
            assert back(to_wire(twin), names) == back(to_wire(state), {})
        choices = choices_of(state)
        command = data.draw(st.sampled_from(choices))
        if isinstance(command, FireTimer):
            desk.now = max(desk.now, state.timers[command.timer].due)
        events = desk.send(command)
        if twin is not None:
            theirs, twin = decide(after, twin, command, desk.now)
            assert [back(list(one), names) for one in theirs] == [back(list(one), {}) for one in events]
            assert back(to_wire(twin), names) == back(to_wire(desk.state), {})
    assert desk.state.status == ENDED


def migrated(route, state, now):
    """The instance on the other side; folding the events gives it as well."""
    before = to_wire(state)
    events, after = migrate(route, state, now)
    assert to_wire(state) == before
    folded = from_wire(to_wire(state))
    for event in events:
        folded = apply(folded, event)
    assert folded == after
    return after


@settings(max_examples=60, deadline=None)
@given(plain.BLOCKS, st.booleans(), st.data())
def test_straight_and_parallel_models(block, compiled, data):
    drawing = plain.Drawing()
    first, last = drawing.draw(block)
    body = '<startEvent id="s"/><endEvent id="e"/>' + "\n".join(drawing.parts)
    body += plain.line("s", first) + plain.line(last, "e")
    play(body, "", {"n": 0}, plain.choices_of, data, compiled)


@settings(max_examples=60, deadline=None)
@given(scoped.BLOCKS, st.booleans(), st.data())
def test_models_with_scopes_loops_and_events(block, compiled, data):
    drawing = scoped.Drawing()
    first, last = drawing.draw(block, 1)
    body = scoped.whole(drawing, first, last)
    play(body, scoped.SHARED, dict.fromkeys(drawing.expected, 0), scoped.choices_of, data, compiled)


def test_the_tests_own_commands_reach_the_migrated_part():
    """A hand-made case of what the generator draws, so that a mistake in the comparison would show."""
    body = '<userTask id="n1"/><userTask id="n2"/>' + plain.line("s", "n1", "n2", "e")
    body = '<startEvent id="s"/><endEvent id="e"/>' + body
    before, after = plan_of(body), plan_of(renamed(body))
    desk = Desk(before)
    desk.send(Start({}))
    state = migrated(make_route(before, after, {"n1": "new-1n", "n2": "new-2n"}), desk.state, desk.now)
    assert [wait.node for wait in state.waits.values()] == ["new-1n"]
    _, state = decide(after, state, CompleteTask(1, {}), desk.now)
    assert [wait.node for wait in state.waits.values()] == ["new-2n"]
