from plans import Desk, Table, boundary, flow, kinds, line, plan_of, script, timer

from alihdaya.engine import Cancel, CompleteTask, FireTimer, Incident, Retry, Start

ASK = '<userTask id="ask"/>'


def incident(desk, token=1):
    return desk.state.incidents[token]


def test_a_failing_step_stops_the_token_and_retry_goes_on():
    broken = [True]

    def step(_):
        if broken:
            raise ValueError("no such airport: XXX")
        return {"ok": True}

    desk = Desk(plan_of('<serviceTask id="t" alihdaya:step="s"/>' + line("s", "t", "e"), steps={"s": step}))
    desk.send(Start({}))
    assert incident(desk) == ("t", "ValueError", "no such airport: XXX", "enter")
    assert desk.state.tokens == {1: 0}
    desk.send(Retry(1))
    assert incident(desk).code == "ValueError"
    broken.clear()
    assert kinds(desk.send(Retry(1))) == ["IncidentCleared", "VariablesSet", "Moved", "InstanceEnded"]
    assert desk.refuse(Retry(1)) == "not-running"


def test_retry_needs_an_incident():
    desk = Desk(plan_of(ASK + line("s", "ask", "e")))
    desk.send(Start({}))
    assert desk.refuse(Retry(1)) == "no-incident"


def test_a_step_that_returns_something_else_is_an_incident():
    for given in ({"x": 0.5}, [1], {1: 2}):
        plan = plan_of(
            '<serviceTask id="t" alihdaya:step="s"/>' + line("s", "t", "e"), steps={"s": lambda _, g=given: g}
        )
        desk = Desk(plan)
        desk.send(Start({}))
        assert incident(desk).code == "TypeError"
        assert desk.state.variables == {}


def test_a_failing_decision_and_a_value_without_a_name_are_incidents():
    rule = '<businessRuleTask id="r" alihdaya:decision="d"/>' + line("s", "r", "e")
    desk = Desk(plan_of(rule, decisions={"d": Table(lambda v: v["missing"])}))
    desk.send(Start({}))
    assert incident(desk).code == "KeyError"
    desk = Desk(plan_of(rule, decisions={"d": Table(lambda v: (5, (1,)))}))
    desk.send(Start({}))
    assert incident(desk).code == "no-result-name"


def test_no_flow_to_take_is_an_incident_and_the_finished_task_is_not_asked_again():
    body = ASK + line("s", "ask") + flow("ask", "e", "x > 1")
    desk = Desk(plan_of(body))
    desk.send(Start({}))
    desk.send(CompleteTask(1, {"x": 0}))
    assert incident(desk)[:2] == ("ask", "no-flow")
    assert kinds(desk.send(Retry(1))) == ["IncidentCleared", "IncidentRaised"]
    assert kinds(desk.send(Retry(1))) == ["IncidentCleared", "IncidentRaised"]
    desk.send(Cancel("nobody knows"))
    assert (desk.state.status, desk.state.incidents) == ("cancelled", {})


def test_an_endless_loop_ends_in_an_incident():
    body = script("t", "n + 1", "n") + '<exclusiveGateway id="g" default="again"/>' + line("s", "t", "g")
    plan = plan_of(body + flow("g", "t", identity="again") + flow("g", "e", "n > 100"), step_budget=60)
    desk = Desk(plan)
    desk.send(Start({"n": 0}))
    assert incident(desk).code == "step-budget"
    while desk.state.status == "running":
        desk.send(Retry(1))
    assert desk.state.variables == {"n": 101}


def test_a_loop_that_breeds_tokens_is_held_by_the_budget():
    body = (
        '<exclusiveGateway id="m"/><parallelGateway id="f"/>'
        + line("s", "m", "f", "m")
        + line("f", "m")
        + line("f", "e")
    )
    desk = Desk(plan_of(body, step_budget=50))
    events = desk.send(Start({}))
    assert len(events) < 300
    assert {i.code for i in desk.state.incidents.values()} == {"step-budget"}
    assert desk.state.tokens.keys() == desk.state.incidents.keys()


def test_other_branches_go_on_beside_an_incident():
    body = (
        '<parallelGateway id="f"/><parallelGateway id="j"/><userTask id="ask"/><serviceTask id="t" alihdaya:step="s"/>'
    )

    def step(variables):
        return {"y": 1 // variables["x"]}

    desk = Desk(plan_of(body + line("s", "f", "t", "j", "e") + line("f", "ask", "j"), steps={"s": step}))
    desk.send(Start({"x": 0}))
    desk.send(CompleteTask(desk.token("ask"), {"x": 1}))
    [token] = desk.state.incidents
    desk.send(Retry(token))
    assert desk.state.ended_at == "e"


def test_a_timer_with_trouble_stops_the_token_where_it_stands_and_is_not_waited_for_again():
    wait = f'<intermediateCatchEvent id="wait">{timer("PT1H")}</intermediateCatchEvent>'
    desk = Desk(plan_of(wait + line("s", "wait", "e")))
    desk.send(Start({}))
    assert desk.refuse(FireTimer(1, "no store keeps it")) == "not-due"
    desk.later()
    assert kinds(desk.send(FireTimer(1, "no store\0 keeps \ud800"))) == ["TimerFired", "IncidentRaised"]
    assert desk.state.incidents == {1: Incident("wait", "timer-failed", "no store\\0 keeps \\ud800", "leave")}
    assert desk.state.timers == {}
    desk.send(Retry(1))
    assert desk.state.ended_at == "e"


def test_a_boundary_timer_with_trouble_stops_what_was_born_of_it():
    task = '<userTask id="t"/>' + boundary("late", "t", timer("PT1H")) + script("after", "1", "x")
    desk = Desk(plan_of(task + line("s", "t", "e") + line("late", "after", "e")))
    desk.send(Start({}))
    desk.later()
    desk.send(FireTimer(1, "trouble"))
    (token,) = desk.state.incidents
    assert (desk.state.incidents[token].node, desk.waiting()) == ("late", [])
    desk.send(Retry(token))
    assert (desk.state.ended_at, desk.state.variables) == ("e", {"x": 1})
