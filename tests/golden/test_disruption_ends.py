"""Every sample of the pack through the engine, item by item, to the end event that it names."""

import pytest

from alihdaya import engine, packs
from alihdaya.kernel.errors import Refused
from alihdaya.kernel.time import DAY, MINUTE

NOW = 1_360_000_000_000_000
UNDECIDED = [sample for sample in packs.load("disruption").samples if sample.end == "judged"]


@pytest.fixture(scope="module")
def pack():
    return packs.load("disruption")


@pytest.fixture(scope="module")
def plan(pack):
    return engine.make_plan(pack.process, decisions=packs.compile_decisions(pack), steps=packs.run_steps(pack))


def test_every_sample_reaches_its_end_with_its_values(pack, plan):
    for sample in pack.samples:
        _, state = engine.decide(plan, None, engine.Start(sample.input), NOW)
        if sample.end == "judged":
            assert [wait.node for wait in state.waits.values()] == ["judge"], sample.name
            answer = sample.given or {"cause": "weather", "note": "Seen."}
            command = engine.CompleteTask(next(iter(state.waits)), answer)
            _, state = engine.decide(plan, state, command, NOW + MINUTE)
        assert (state.status, state.ended_at) == (engine.ENDED, sample.end), sample.name
        delivered = {name: state.variables[name] for name in pack.delivery.result if name in state.variables}
        expected = {**sample.expect, **sample.given}
        for name in delivered.keys() & expected.keys():
            if name != "cause" or sample.end != "judged" or sample.given:
                assert delivered[name] == expected[name], (sample.name, name)


@pytest.mark.parametrize("sample", UNDECIDED[:3], ids=lambda sample: sample.name)
def test_after_five_days_the_passengers_have_the_benefit_of_the_doubt(plan, sample):
    _, state = engine.decide(plan, None, engine.Start(sample.input), NOW)
    timer = next(iter(state.timers))
    with pytest.raises(Refused):
        engine.decide(plan, state, engine.FireTimer(timer), NOW + 5 * DAY - 1)
    _, state = engine.decide(plan, state, engine.FireTimer(timer), NOW + 5 * DAY)
    assert (state.status, state.ended_at) == (engine.ENDED, "lapsed")
    owed, due = state.variables["settlement"], dict(state.variables["entitlement"])
    due.pop("kind")
    assert (state.variables["cause"], state.variables["goodwill"], owed) == ("carrier", True, due)
