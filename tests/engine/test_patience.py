"""Incidents that the model has tried again, and jobs that nobody answers."""

import pytest
from plans import Desk, boundary, kinds, line, plan_of, timer

from alihdaya.engine import CompleteJob, CompleteTask, FireTimer, Retry, SetVariables, Start, ThrowError
from alihdaya.kernel.errors import NotationError
from alihdaya.kernel.time import MINUTE

STEP = '<serviceTask id="step" alihdaya:step="step" alihdaya:retry="PT1M 2x PT5M"/>'
JOB = '<serviceTask id="job" alihdaya:retry="{retry}" alihdaya:timeout="PT10M"/>'


class Flaky:
    """A step that fails until it `works`."""

    works = False

    def __call__(self, _):
        if not self.works:
            raise OSError("no connection")
        return {"done": True}


def started(compiled=True):
    """A desk at the step that fails, and the step."""
    step = Flaky()
    desk = Desk(plan_of(STEP + line("s", "step", "e"), steps={"step": step}, compiled=compiled))
    desk.send(Start({}))
    return desk, step


def fire_next(desk):
    """Let the only timer that runs go off; gives how many minutes that took."""
    [(number, running)] = desk.state.timers.items()
    waited, desk.now = (running.due - desk.now) / MINUTE, running.due
    desk.send(FireTimer(number))
    return waited


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("failures", [1, 2, 3])
def test_a_step_is_tried_again_after_the_pauses_of_the_model_until_it_succeeds(failures, compiled):
    desk, step = started(compiled)
    waited = [fire_next(desk) for _ in range(failures - 1)]
    step.works = True
    assert [*waited, fire_next(desk)] == [1, 5, 5][:failures]
    assert desk.state.status == "ended"
    assert desk.state.variables == {"done": True}


@pytest.mark.parametrize("compiled", [True, False])
def test_after_the_last_retry_the_incident_stays(compiled):
    desk, _ = started(compiled)
    assert [fire_next(desk) for _ in range(3)] == [1, 5, 5]
    assert not desk.state.timers
    assert desk.state.incidents[1].message == "no connection"


def test_an_operators_retry_cancels_the_timer_and_lets_the_pauses_count_anew():
    desk, _ = started()
    fire_next(desk)
    desk.send(Retry(1))
    assert [fire_next(desk) for _ in range(3)] == [1, 5, 5]
    assert not desk.state.timers


def test_a_failure_at_the_next_node_has_all_of_its_own_retries():
    first, second = Flaky(), Flaky()
    later = STEP.replace('id="step" alihdaya:step="step"', 'id="next" alihdaya:step="b"')
    desk = Desk(plan_of(STEP + later + line("s", "step", "next", "e"), steps={"step": first, "b": second}))
    desk.send(Start({}))
    assert [fire_next(desk) for _ in range(2)] == [1, 5]
    first.works = True
    assert [fire_next(desk) for _ in range(4)] == [5, 1, 5, 5]
    assert not desk.state.timers
    assert desk.state.incidents[1].node == "next"


def job_desk(retry="2x PT5M", more=""):
    desk = Desk(plan_of(JOB.format(retry=retry) + more + line("s", "job", "e")))
    desk.send(Start({}))
    return desk


def test_a_job_that_nobody_answers_is_an_incident_and_is_offered_again():
    desk = job_desk()
    assert fire_next(desk) == 10
    assert desk.state.incidents[1].code == "no-answer"
    assert desk.refuse(CompleteJob(1, {})) == "not-waiting"
    assert [fire_next(desk) for _ in range(4)] == [5, 10, 5, 10]
    assert desk.state.incidents
    assert not desk.state.timers
    desk.send(Retry(1))
    desk.send(CompleteJob(1, {"answer": 1}))
    assert desk.state.status == "ended"


def test_a_job_that_fails_counts_its_retries_over_all_attempts():
    desk = job_desk("2x PT5M")
    for _ in range(2):
        desk.send(ThrowError(1, "broken"))
        fire_next(desk)
    desk.send(ThrowError(1, "broken"))
    assert not desk.state.timers
    assert desk.state.incidents[1].code == "broken"


def test_an_answer_in_time_ends_the_limit():
    desk = job_desk()
    assert "TimerCancelled" in kinds(desk.send(CompleteJob(1, {})))
    assert desk.state.status == "ended"


def test_a_boundary_timer_goes_on_beside_an_unanswered_job():
    more = (
        boundary("late", "job", timer("PT30M"))
        + '<userTask id="look"/><endEvent id="e2"/>'
        + line("late", "look", "e2")
    )
    desk = job_desk("PT5M", more)
    due = sorted((one.due, number) for number, one in desk.state.timers.items())
    desk.now = due[0][0]
    desk.send(FireTimer(due[0][1]))
    assert {one.node for one in desk.state.timers.values()} == {"job", "late"}
    desk.now = due[1][0]
    desk.send(FireTimer(due[1][1]))
    assert desk.waiting() == ["look"]
    assert not desk.state.timers
    assert not desk.state.incidents
    desk.send(CompleteTask(desk.token("look"), {}))
    assert desk.state.status == "ended"


def test_variables_can_be_set_before_a_retry():
    plan = plan_of(STEP + line("s", "step", "e"), steps={"step": lambda have: {"b": have["a"] + 1}})
    desk = Desk(plan)
    desk.send(Start({"a": None}))
    desk.send(SetVariables({"a": 4}, 1))
    desk.send(Retry(1))
    assert desk.state.variables["b"] == 5


@pytest.mark.parametrize(
    "text", ["", "3x", "x PT1M", "PT1M 0x PT1M", "-PT1M", "2x 3x PT1M", "101x PT1M", "PT1M,PT2M", "R3/PT1M"]
)
def test_what_is_no_list_of_pauses_is_refused_with_its_element(text):
    with pytest.raises(NotationError) as refusal:
        plan_of(STEP.replace("PT1M 2x PT5M", text) + line("s", "step", "e"), steps={"step": Flaky()})
    [problem] = refusal.value.problems
    assert (problem.code, problem.source.element) == ("bad-retry", "step")


@pytest.mark.parametrize(
    "attributes", ['alihdaya:timeout="soon"', 'alihdaya:timeout="PT0S"', 'alihdaya:timeout="PT1M" alihdaya:step="step"']
)
def test_what_is_no_time_limit_is_refused(attributes):
    with pytest.raises(NotationError) as refusal:
        plan_of(f'<serviceTask id="job" {attributes}/>' + line("s", "job", "e"), steps={"step": Flaky()})
    assert {problem.code for problem in refusal.value.problems} == {"bad-timeout"}
