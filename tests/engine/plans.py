"""Small plans for the engine's tests, written as BPMN, and a desk that checks replay at every command."""

from itertools import pairwise
from typing import Any

import pytest

from alihdaya.engine import Instance, Plan, apply, decide, from_wire, make_plan, to_wire
from alihdaya.kernel.errors import Refused
from alihdaya.kernel.time import HOUR
from alihdaya.notation.bpmn import read

NOON = 1_363_003_200_000_000
HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:alihdaya="https://alihdaya.org/bpmn/1" '
    'id="file" targetNamespace="urn:t">'
)


def flow(source: str, target: str, condition: str = "", identity: str = "") -> str:
    inner = f"<conditionExpression>{condition.replace('<', '&lt;')}</conditionExpression>" if condition else ""
    name = f' id="{identity}"' if identity else ""
    return f'<sequenceFlow{name} sourceRef="{source}" targetRef="{target}">{inner}</sequenceFlow>\n'


def line(*nodes: str) -> str:
    """Flows from each node to the next."""
    return "".join(flow(a, b) for a, b in pairwise(nodes))


def script(name: str, text: str, result: str = "") -> str:
    named = f' alihdaya:result="{result}"' if result else ""
    text = text.replace("<", "&lt;")
    return f'<scriptTask id="{name}" scriptFormat="text/x-feel"{named}><script>{text}</script></scriptTask>'


def boundary(name: str, on: str, definition: str, interrupting: bool = True) -> str:
    cancel = "true" if interrupting else "false"
    return f'<boundaryEvent id="{name}" attachedToRef="{on}" cancelActivity="{cancel}">{definition}</boundaryEvent>'


def timer(text: str, part: str = "timeDuration") -> str:
    return f"<timerEventDefinition><{part}>{text}</{part}></timerEventDefinition>"


class Table:
    """A decision for tests."""

    def __init__(self, function: Any) -> None:
        self.function = function

    def run(self, variables: Any) -> Any:
        return self.function(variables)


def plan_of(body: str, shared: str = "", **given: Any) -> Plan:
    if "startEvent" not in body:
        body = '<startEvent id="s"/><endEvent id="e"/>' + body
    data = f'{HEAD}{shared}<process id="p" isExecutable="true">\n{body}</process></definitions>'.encode()
    given = {"decisions": {}, "steps": {}} | given
    return make_plan(read(data, "x.bpmn").process(), **given)


class Desk:
    """Sends commands to one instance; after each, the fold of all events equals the state, through the wire too."""

    def __init__(self, plan: Plan, now: int = NOON) -> None:
        self.plan = plan
        self.now = now
        self.state: Instance | None = None
        self.replayed: Instance | None = None
        self.events: list[Any] = []

    def send(self, command: Any) -> list[Any]:
        before = self.state and to_wire(self.state)
        events, after = decide(self.plan, self.state, command, self.now)
        assert before == (self.state and to_wire(self.state)), "decide changed its input"
        for event in events:
            self.replayed = apply(self.replayed, event)
        assert self.replayed == after
        assert from_wire(to_wire(after)) == after
        self.state = after
        self.events += events
        return events

    def refuse(self, command: Any) -> str:
        before = self.state and to_wire(self.state)
        with pytest.raises(Refused) as refusal:
            decide(self.plan, self.state, command, self.now)
        assert before == (self.state and to_wire(self.state))
        return refusal.value.problems[0].code

    def later(self, hours: int = 1) -> None:
        self.now += hours * HOUR

    def token(self, node: str) -> int:
        """The one token that waits at `node`."""
        [token] = [token for token, wait in self.state.waits.items() if wait.node == node]
        return token

    def timer(self, node: str) -> int:
        [number] = [number for number, running in self.state.timers.items() if running.node == node]
        return number

    def waiting(self) -> list[str]:
        return sorted(wait.node for wait in self.state.waits.values())


def kinds(events: list[Any]) -> list[str]:
    return [type(event).__name__ for event in events]
