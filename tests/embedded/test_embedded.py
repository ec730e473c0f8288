"""The embedded engine: what it keeps is what the engine in memory says, on both stores, over any failure."""

import asyncio
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import embedded_plans
import pytest
from embedded_plans import CLAIM, FULL, line, plan_of, timer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alihdaya.embedded import Act, Begin, Embedded, Message, Signal
from alihdaya.engine import (
    ENDED,
    Cancel,
    CompleteTask,
    SetVariables,
    Start,
    ThrowError,
    apply,
    decide,
)
from alihdaya.engine.events import TaskOffered
from alihdaya.kernel.errors import Refused
from alihdaya.kernel.time import HOUR
from alihdaya.store import StoreError, StoreLocked

NOON = 1_363_003_200_000_000


class Clock:
    def __init__(self):
        self.at = NOON

    def __call__(self):
        return self.at


def test_what_is_kept_is_what_the_engine_says(store_url):
    with Embedded(store_url, [CLAIM], clock=Clock()) as engine:
        small, large = engine.start("claim", {"amount": 1}), engine.start("claim", {"amount": 7})
        assert [(one.instance, one.token, one.node, one.at) for one in engine.waits()] == [(large, 1, "judge", NOON)]
        assert engine.state(small).status == ENDED
        engine.complete(large, 1, {"ok": True})
        for number, amount, command in ((small, 1, None), (large, 7, CompleteTask(1, {"ok": True}))):
            events, state = decide(CLAIM, None, Start({"amount": amount}), NOON)
            told = [tuple(events)]
            if command is not None:
                events, state = decide(CLAIM, state, command, NOON)
                told.append(tuple(events))
            assert [moment.events for moment in engine.history(number)] == told
            assert engine.state(number) == state
        assert engine.waits() == []
        with pytest.raises(Refused, match="does not run"):
            engine.complete(large, 1, {})


def test_a_second_writer_is_kept_out_and_all_goes_on_after_it_left(store_url):
    with Embedded(store_url, [CLAIM]) as engine:
        number = engine.start("claim", {"amount": 8}, key="a")
        with pytest.raises(StoreLocked):
            Embedded(store_url, [CLAIM])
        assert engine.start("claim", {"amount": 9}, key="a") == number
    with Embedded(store_url, [CLAIM]) as engine:
        assert engine.start("claim", {"amount": 9}, key="a") == number
        assert engine.start("claim", {"amount": 9}, key="b") == number + 1
        engine.complete(number, 1, {"ok": False})
        assert engine.state(number).variables == {"amount": 8, "total": 16, "ok": False}


def test_one_refusal_does_not_hinder_the_others(store_url):
    with Embedded(store_url, [CLAIM]) as engine:
        odd = {"amount": 1.5}
        works = [Begin("claim", {"amount": 9}, "k"), Begin("claim", odd), Begin("nothing", {}), Act(77, Cancel("no"))]
        outcomes = engine.many([*works, Begin("claim", {"amount": 1}, "k"), Act(1, CompleteTask(1, {}))])
        assert [outcome.refusal is None for outcome in outcomes] == [True, False, False, False, True, True]
        assert outcomes[0].value == outcomes[4].value
        assert len(engine.history(1)) == 2
        with pytest.raises(TypeError):
            engine.many(["start"])
        with pytest.raises(TypeError):
            engine.act(1, "complete")
        with pytest.raises(ValueError, match="null"):
            engine.start("claim", {"amount": 1}, key="a\0b")


def test_timers_messages_and_signals_outlive_the_process(store_url):
    clock = Clock()
    with Embedded(store_url, [FULL], clock=clock) as engine:
        number = engine.start("full", {})
        waits = {(one.kind, one.node, one.name) for one in engine.waits_of(number)}
        assert waits == {("task", "a", ""), ("message", "b", "paid"), ("signal", "halt", "stop")}
        other = engine.start("full", {})
    with Embedded(store_url, [FULL], clock=clock) as engine:
        clock.at += HOUR
        engine.many([])
        assert {one.node for one in engine.waits_of(number)} == {"a", "b", "halt", "remind"}
        assert engine.message("paid", "", {"sum": 3}) == number
    with Embedded(store_url, [FULL], clock=clock) as engine:
        engine.signal("stop", {})
        assert {one.node for one in engine.waits_of(number)} == {"remind"}
        [remind] = engine.waits_of(number)
        engine.complete(number, remind.token, {})
        assert engine.state(number).status == ENDED
        assert {one.node for one in engine.waits_of(other)} == {"b", "remind"}
        folded = None
        for moment in engine.history(other):
            for event in moment.events:
                folded = apply(folded, event)
        assert folded == engine.state(other)


def test_a_message_that_nobody_waits_for_is_kept_a_while(store_url):
    clock = Clock()
    with Embedded(store_url, [FULL], clock=clock, keep=HOUR) as engine:
        assert engine.message("paid", "", {"sum": 1}) is None
    with Embedded(store_url, [FULL], clock=clock, keep=HOUR) as engine:
        number = engine.start("full", {})
        assert engine.state(number).variables == {"sum": 1}
        assert engine.message("paid", "", {"sum": 2}) is None
        clock.at += HOUR
        late = engine.start("full", {})
        assert engine.state(late).variables == {}


def test_a_timer_that_starts_instances_goes_on_and_is_not_begun_again(store_url):
    clock = Clock()
    plan = plan_of("clock", '<userTask id="u"/>' + line("s", "u", "e"), timer("R2/PT1H", "timeCycle"))
    for hours, expected in ((0, 0), (1, 1), (0, 1), (1, 2), (5, 2)):
        clock.at += hours * HOUR
        with Embedded(store_url, [plan], clock=clock) as engine:
            engine.many([])
            assert len(engine.waits()) == expected


def test_calls_and_their_errors(store_url):
    caller = plan_of(
        "caller",
        '<callActivity id="call" calledElement="called"/><boundaryEvent id="bad" attachedToRef="call">'
        '<errorEventDefinition/></boundaryEvent><userTask id="mend"/>'
        + line("s", "call", "e")
        + line("bad", "mend", "e"),
    )
    called = plan_of("called", '<userTask id="u"/>' + line("s", "u", "e"))
    with Embedded(store_url, [caller, called]) as engine:
        first, second = engine.start("caller", {}), engine.start("caller", {})
    with Embedded(store_url, [caller, called]) as engine:
        inner = [one.instance for one in engine.waits()]
        engine.complete(inner[0], 1, {})
        assert engine.state(first).status == ENDED
        engine.act(second, Cancel("enough"))
        assert engine.state(inner[1]).status == "cancelled"
        third = engine.start("caller", {})
        [task] = engine.waits()
        engine.act(task.instance, ThrowError(task.token, "E"))
        assert [one.node for one in engine.waits_of(third)] in ([], ["mend"])


def test_an_instance_goes_on_by_the_definition_that_it_began_by(store_url):
    newer = plan_of("claim", line("s", "e"))
    with Embedded(store_url, [CLAIM]) as engine:
        old = engine.start("claim", {"amount": 9})
    with pytest.raises(StoreError, match="definition"):
        Embedded(store_url, [newer])
    with Embedded(store_url, [newer, CLAIM]) as engine:
        assert engine.state(engine.start("claim", {"amount": 9})).status == ENDED
        engine.complete(old, 1, {})
        assert engine.state(old).ended_at == "e"


def test_a_group_that_could_not_be_committed_never_happened(store_url, monkeypatch):
    from alihdaya.embedded import ledger

    with Embedded(store_url, [CLAIM]) as engine:
        number = engine.start("claim", {"amount": 9})

        def fail(*_):
            raise OSError("full")

        with monkeypatch.context() as broken:
            broken.setattr(ledger.Changes, "write", fail)
            with pytest.raises(OSError, match="full"):
                engine.complete(number, 1, {"ok": True})
        assert len(engine.history(number)) == 1
        engine.complete(number, 1, {"ok": False})
        assert engine.state(number).variables["ok"] is False


def test_any_text_comes_back_as_it_was(store_url):
    odd = ['{"a"}', "\\x41", "'; drop", "NULL", "", "a,b", "ünï\n\t", "\\"]
    with Embedded(store_url, [CLAIM]) as engine:
        numbers = [engine.start("claim", {"amount": 9, "note": text}, key=text) for text in odd]
        for text in odd:
            engine.message(text, text, {"note": text})
        engine.many([Act(n, CompleteTask(1, {"done": text})) for n, text in zip(numbers, odd, strict=True)])
    with Embedded(store_url, [CLAIM]) as engine:
        assert [engine.start("claim", {"amount": 9}, key=text) for text in odd if text] == [
            number for number, text in zip(numbers, odd, strict=True) if text
        ]
        assert [engine.state(number).variables["done"] for number in numbers] == odd


def test_threads_and_tasks_share_commits(store_url):
    with Embedded(store_url, [CLAIM]) as engine:

        def run(n):
            number = engine.start("claim", {"amount": 10 + n})
            engine.complete(number, 1, {"n": n})
            return number

        with ThreadPoolExecutor(8) as pool:
            numbers = list(pool.map(run, range(24)))
        assert sorted(numbers) == list(range(1, 25))

        async def one(n):
            [begun] = await engine.ask(Begin("claim", {"amount": 10 + n}))
            [done] = await engine.ask(Act(begun.get(), CompleteTask(1, {"n": n})))
            return done.refusal

        async def all_of_them():
            return await asyncio.gather(*(one(n) for n in range(50)))

        assert asyncio.run(all_of_them()) == [None] * 50
        assert engine.waits() == []
        assert all(engine.state(number).variables["n"] == n for n, number in enumerate(numbers))
    with pytest.raises(Refused, match="no more"):
        engine.start("claim", {})


WORKS = st.lists(
    st.one_of(
        st.builds(
            Begin,
            st.sampled_from(["claim", "full"]),
            st.fixed_dictionaries({"amount": st.integers(0, 9)}),
            key=st.just(""),
            node=st.just(""),
        ),
        st.tuples(st.just("complete"), st.integers(0, 30), st.dictionaries(st.sampled_from("ab"), st.integers())),
        st.builds(
            Act, st.integers(1, 6), st.builds(SetVariables, st.dictionaries(st.just("x"), st.integers()), st.just(0))
        ),
        st.builds(Act, st.integers(1, 6), st.just(Cancel("enough"))),
        st.just(Message("paid", "", {"sum": 1})),
        st.just(Signal("stop", {})),
        st.just("hour"),
        st.just("reopen"),
    ),
    max_size=25,
)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(WORKS)
def test_any_works_leave_what_their_events_say_and_reopening_changes_nothing(tmp_path_factory, works):
    url, clock = tmp_path_factory.mktemp("any") / "engine.db", Clock()
    engine = Embedded(url, [CLAIM, FULL], clock=clock, durable=False)
    try:
        for work in works:
            if work == "reopen":
                engine.close()
                engine = Embedded(url, [CLAIM, FULL], clock=clock, durable=False)
            elif work == "hour":
                clock.at += HOUR
            elif work[0] == "complete":
                open_tasks = engine.waits()
                if open_tasks:
                    task = open_tasks[work[1] % len(open_tasks)]
                    engine.complete(task.instance, task.token, work[2])
            else:
                engine.many([work])
        for number in range(1, 40):
            folded, offered = None, set()
            for moment in engine.history(number):
                for event in moment.events:
                    folded = apply(folded, event)
                    if type(event) is TaskOffered:
                        offered.add(event.token)
            assert folded == engine.state(number)
            open_here = {one.token for one in engine.waits_of(number) if one.kind == "task"}
            waiting = set() if folded is None else {t for t, wait in folded.waits.items() if wait.kind == "task"}
            assert open_here == waiting <= offered
    finally:
        engine.close()


@pytest.mark.chaos
def test_kill_9_loses_nothing_that_was_acknowledged_and_doubles_nothing(store_url):
    chance = random.Random(5)
    program = [sys.executable, embedded_plans.__file__, store_url]
    acknowledged = {"started": {}, "completed": {}}
    for kill in range(4):
        first = max(acknowledged["completed"], default=0) // 5 * 5
        with subprocess.Popen(
            [*program, str(first), "100"], stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parent
        ) as run:
            for _ in range(chance.randint(5, 30) if kill < 3 else 10_000):
                words = run.stdout.readline().split()
                if len(words) < 3:
                    break
                former = acknowledged[words[0]].setdefault(int(words[1]), int(words[2]))
                assert former == int(words[2])
            if kill < 3:
                run.kill()
    assert set(acknowledged["completed"]) == set(range(100))
    with Embedded(store_url, [CLAIM]) as engine:
        assert engine.waits() == []
        for n, number in acknowledged["started"].items():
            assert engine.state(number).variables == {"amount": 7 + n, "total": 14 + 2 * n, "by": n}
            assert len(engine.history(number)) == 2
        assert engine.history(101) == []
