from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from plans import NOON, Desk, boundary, kinds, line, plan_of, timer

from alihdaya.engine import (
    CANCELLED,
    Cancel,
    CompleteJob,
    CompleteTask,
    DeliverMessage,
    FireTimer,
    Retry,
    Start,
    Wait,
    key_text,
)
from alihdaya.engine.events import TaskOffered
from alihdaya.kernel.time import DAY, HOUR, MINUTE

ASK = '<userTask id="ask" alihdaya:skill="ops" alihdaya:priority="if vip then 9 else 1"/>'
MESSAGES = '<message id="m" name="paid" alihdaya:key="number"/><message id="n" name="any"/>'


def test_a_user_task_waits_and_its_result_is_merged():
    desk = Desk(plan_of(ASK + line("s", "ask", "e")))
    events = desk.send(Start({"vip": True}))
    assert events[-1] == TaskOffered(1, "ask", 9)
    assert desk.plan.work("ask").skill == "ops"
    assert desk.refuse(CompleteJob(1, {})) == "not-waiting"
    assert desk.refuse(CompleteTask(2, {})) == "not-waiting"
    assert desk.refuse(CompleteTask(1, {"x": 1.0})) == "bad-variables"
    desk.send(CompleteTask(1, {"answer": "yes"}))
    assert desk.state.variables == {"vip": True, "answer": "yes"}
    assert desk.state.ended_at == "e"
    assert desk.refuse(CompleteTask(1, {})) == "not-running"


def test_a_service_task_without_a_step_waits_for_a_worker():
    desk = Desk(plan_of('<serviceTask id="job"/>' + line("s", "job", "e")))
    desk.send(Start({}))
    assert desk.state.waits == {1: Wait("job", "job")}
    assert desk.refuse(CompleteTask(1, {})) == "not-waiting"
    desk.send(CompleteJob(1, {"done": True}))
    assert desk.state.ended_at == "e"


def test_nothing_but_a_start_reaches_an_instance_that_is_not_there():
    assert Desk(plan_of(ASK + line("s", "ask", "e"))).refuse(CompleteTask(1, {})) == "not-started"


def test_a_message_correlates_by_name_and_key():
    desk = Desk(plan_of('<receiveTask id="r" messageRef="m"/>' + line("s", "r", "e"), MESSAGES))
    desk.send(Start({"number": Decimal("17.0")}))
    assert desk.state.waits == {1: Wait("message", "r", "paid", "17")}
    assert desk.refuse(DeliverMessage("paid", "18", {})) == "not-awaited"
    assert desk.refuse(DeliverMessage("lost", "17", {})) == "not-awaited"
    desk.send(DeliverMessage("paid", "17", {"amount": 5}))
    assert (desk.state.ended_at, desk.state.variables["amount"]) == ("e", 5)


def test_a_message_goes_to_one_token_the_oldest():
    body = (
        '<parallelGateway id="f"/><receiveTask id="a" messageRef="n"/>'
        '<intermediateCatchEvent id="b"><messageEventDefinition messageRef="n"/></intermediateCatchEvent>'
    )
    desk = Desk(plan_of(body + line("s", "f", "a", "e") + line("f", "b", "e"), MESSAGES))
    desk.send(Start({}))
    desk.send(DeliverMessage("any", "", {}))
    assert desk.waiting() == ["b"]
    desk.send(DeliverMessage("any", "", {}))
    assert desk.state.ended_at == "e"


def test_a_key_that_is_null_is_an_incident():
    desk = Desk(plan_of('<receiveTask id="r" messageRef="m"/>' + line("s", "r", "e"), MESSAGES))
    desk.send(Start({}))
    assert desk.state.incidents[1].code == "message-key"


def test_a_message_starts_an_instance():
    body = (
        '<startEvent id="s"/><startEvent id="s2"><messageEventDefinition messageRef="n"/></startEvent>'
        '<endEvent id="e"/>' + line("s", "e") + line("s2", "e")
    )
    desk = Desk(plan_of(body, MESSAGES))
    assert desk.refuse(DeliverMessage("paid", "", {})) == "no-such-start"
    desk.send(DeliverMessage("any", "", {"x": 1}))
    assert (desk.events[0].node, desk.state.variables) == ("s2", {"x": 1})


@pytest.mark.parametrize(
    ("part", "text", "due"),
    [
        ("timeDuration", "PT2H30M", NOON + 150 * MINUTE),
        ("timeDuration", "P1M", NOON + 31 * DAY),
        ("timeDuration", "pause", NOON + 3 * HOUR),
        ("timeDuration", 'duration("P1D")', NOON + DAY),
        ("timeDuration", '"PT1H"', NOON + HOUR),
        ("timeDate", "2013-03-12T12:00:00Z", NOON + DAY),
        ("timeDate", "moment", NOON + DAY),
        ("timeDate", "day", NOON + DAY // 2),
        ("timeDate", "plain", NOON + 2 * DAY),
        ("timeCycle", "R5/PT1H", NOON + HOUR),
    ],
)
def test_when_a_catch_timer_is_due(part, text, due):
    catch = f'<intermediateCatchEvent id="t">{timer(text, part)}</intermediateCatchEvent>'
    desk = Desk(plan_of(catch + line("s", "t", "e")))
    desk.send(
        Start(
            {
                "pause": timedelta(hours=3),
                "moment": datetime(2013, 3, 12, 12, tzinfo=UTC),
                "day": datetime(2013, 3, 12, tzinfo=UTC).date(),
                "plain": datetime(2013, 3, 13, 12),  # noqa: DTZ001  # FEEL has such values: they count as UTC
            }
        )
    )
    assert desk.state.timers[1].due == due
    desk.now = due - 1
    assert desk.refuse(FireTimer(1)) == "not-due"
    desk.now = due
    desk.send(FireTimer(1))
    assert desk.state.ended_at == "e"
    assert desk.refuse(FireTimer(1)) == "not-running"


@pytest.mark.parametrize("value", [None, "soon", 5, timedelta(days=3_000_000)])
def test_a_time_that_is_none_is_an_incident_and_nothing_is_half_open(value):
    body = ASK.replace("if vip then 9 else 1", "1") + boundary("late", "ask", timer("pause"))
    desk = Desk(plan_of(body + line("s", "ask", "e") + line("late", "e")))
    desk.send(Start({"pause": value}))
    assert desk.state.incidents[1].code == "timer-value"
    assert (desk.state.waits, desk.state.timers) == ({}, {})
    desk.send(Retry(1))
    assert desk.state.incidents[1].code == "timer-value"


def test_cancel_withdraws_everything_and_says_so():
    body = ASK.replace("if vip then 9 else 1", "1") + boundary("late", "ask", timer("PT1H"))
    desk = Desk(plan_of(body + line("s", "ask", "e") + line("late", "e")))
    desk.send(Start({}))
    assert kinds(desk.send(Cancel("client asked"))) == ["TaskClosed", "TimerCancelled", "InstanceCancelled"]
    assert (desk.state.status, desk.state.tokens, desk.state.timers) == (CANCELLED, {}, {})
    assert desk.refuse(CompleteTask(1, {})) == "not-running"


def test_keys_are_compared_by_value_and_not_by_notation():
    assert key_text(Decimal(100)) == key_text(100) == "100"
    assert key_text(Decimal("1E+2")) == "100"
    assert key_text(True) == "true"
    assert [key_text(None), key_text(""), key_text([1])] == [None, None, None]
    jakarta = datetime.fromisoformat("2026-01-01T07:00:00+07:00")
    assert key_text(jakarta) == key_text(datetime(2026, 1, 1, tzinfo=UTC))
