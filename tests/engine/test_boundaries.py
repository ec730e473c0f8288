import pytest
from plans import Desk, boundary, flow, kinds, line, plan_of, timer

from alihdaya.engine import BpmnError, CompleteJob, CompleteTask, FireTimer, Retry, Start, ThrowError
from alihdaya.engine.events import BoundaryTaken, ErrorCaught
from alihdaya.kernel.time import HOUR

ERRORS = '<error id="x1" errorCode="E-1"/><error id="x2" errorCode="E-2"/>'
CATCH_ALL = "<errorEventDefinition/>"
CATCH_1 = '<errorEventDefinition errorRef="x1"/>'
ASK = '<userTask id="ask"/><userTask id="chief"/>' + line("s", "ask", "e") + line("late", "chief", "e")


def raising(code):
    def step(_):
        raise BpmnError(code, "no stock")

    return step


def test_an_interrupting_timer_takes_the_task_away():
    desk = Desk(plan_of(ASK + boundary("late", "ask", timer("PT1H"))))
    desk.send(Start({}))
    desk.later()
    events = desk.send(FireTimer(1))
    assert kinds(events) == ["TimerFired", "TaskClosed", "BoundaryTaken", "Moved", "TaskOffered"]
    assert events[1].outcome == "withdrawn"
    assert desk.waiting() == ["chief"]
    assert desk.refuse(CompleteTask(1, {})) == "not-waiting"
    desk.send(CompleteTask(desk.token("chief"), {}))
    assert desk.state.ended_at == "e"


def test_a_finished_task_takes_its_timers_along():
    desk = Desk(plan_of(ASK + boundary("late", "ask", timer("PT1H"))))
    desk.send(Start({}))
    assert kinds(desk.send(CompleteTask(1, {}))) == ["TaskClosed", "TimerCancelled", "Moved", "InstanceEnded"]


def test_a_cycle_fires_its_times_without_drifting_and_leaves_the_task_open():
    desk = Desk(plan_of(ASK + boundary("late", "ask", timer("R3/PT1H", "timeCycle"), interrupting=False)))
    desk.send(Start({}))
    start = desk.now
    for times in (1, 2, 3):
        desk.now = start + times * HOUR + 7
        desk.send(FireTimer(desk.timer("late")))
        dues = [running.due for running in desk.state.timers.values()]
        assert dues == ([start + (times + 1) * HOUR] if times < 3 else [])
    assert desk.waiting() == ["ask", "chief", "chief", "chief"]
    desk.send(CompleteTask(1, {}))
    assert desk.state.ended_at is None


def test_a_cycle_without_end_goes_on():
    desk = Desk(plan_of(ASK + boundary("late", "ask", timer("R/P1M", "timeCycle"), interrupting=False)))
    desk.send(Start({}))
    for _ in range(5):
        desk.now = desk.state.timers[desk.timer("late")].due
        desk.send(FireTimer(desk.timer("late")))
    assert desk.state.timers[desk.timer("late")].left == -1


@pytest.mark.parametrize(("code", "end"), [("E-1", "first"), ("E-2", "any")])
def test_a_step_takes_the_boundary_of_its_code_before_the_catch_all(code, end):
    body = (
        '<serviceTask id="t" alihdaya:step="fail"/><endEvent id="first"/><endEvent id="any"/>'
        + boundary("b1", "t", CATCH_1)
        + boundary("b2", "t", CATCH_ALL)
        + line("s", "t", "e")
        + line("b1", "first")
        + line("b2", "any")
    )
    desk = Desk(plan_of(body, ERRORS, steps={"fail": raising(code)}))
    events = desk.send(Start({}))
    assert desk.state.ended_at == end
    assert ErrorCaught(1, "b1" if end == "first" else "b2", code) in events
    assert any(isinstance(event, BoundaryTaken) and event.interrupting for event in events)


def test_an_error_thrown_at_a_job_is_caught_and_the_late_result_refused():
    body = (
        '<serviceTask id="t"/><userTask id="fix"/>' + boundary("b", "t", CATCH_1) + boundary("late", "t", timer("PT1H"))
    )
    desk = Desk(plan_of(body + line("s", "t", "e") + line("b", "fix", "e") + line("late", "fix"), ERRORS))
    desk.send(Start({}))
    events = desk.send(ThrowError(1, "E-1"))
    assert kinds(events)[:4] == ["JobClosed", "TimerCancelled", "ErrorCaught", "BoundaryTaken"]
    assert events[0].outcome == "failed"
    assert desk.refuse(CompleteJob(1, {})) == "not-waiting"
    assert desk.refuse(ThrowError(1, "E-1")) == "not-waiting"


def test_an_uncaught_error_is_an_incident_whose_timers_run_on_and_retry_offers_again():
    desk = Desk(plan_of(ASK + boundary("late", "ask", timer("PT1H"))))
    desk.send(Start({}))
    desk.send(ThrowError(1, "E-9", "printer on fire"))
    assert desk.state.incidents[1][:3] == ("ask", "E-9", "printer on fire")
    assert desk.state.status == "running"
    assert len(desk.state.timers) == 1
    assert kinds(desk.send(Retry(1))) == ["IncidentCleared", "TaskOffered"]
    desk.send(ThrowError(1, "E-9"))
    desk.later()
    desk.send(FireTimer(1))
    assert (desk.state.incidents, desk.waiting()) == ({}, ["chief"])


def test_an_error_end_without_anybody_to_catch_is_an_incident():
    body = '<endEvent id="bad"><errorEventDefinition errorRef="x1"/></endEvent><exclusiveGateway id="g"/>'
    desk = Desk(plan_of(body + line("s", "g") + flow("g", "bad", "true") + flow("g", "e", "false"), ERRORS))
    desk.send(Start({}))
    assert desk.state.incidents[1][:2] == ("bad", "E-1")
    assert desk.state.ended_at is None
