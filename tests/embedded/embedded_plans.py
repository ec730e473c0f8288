"""Plans for the tests of the embedded engine; also run as a program that is killed: `embedded_plans.py URL FIRST`."""

import sys
from itertools import pairwise

from alihdaya.engine import make_plan
from alihdaya.notation.bpmn import read

HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:alihdaya="https://alihdaya.org/bpmn/1" '
    'id="file" targetNamespace="urn:t"><message id="paid" name="paid"/><signal id="stop" name="stop"/>'
)


def line(*nodes):
    return "".join(f'<sequenceFlow sourceRef="{a}" targetRef="{b}"/>' for a, b in pairwise(nodes))


def plan_of(name, body, start=""):
    ends = f'<startEvent id="s">{start}</startEvent><endEvent id="e"/>'
    data = f'{HEAD}<process id="{name}" isExecutable="true">{ends}{body}</process></definitions>'
    return make_plan(read(data.encode(), "x.bpmn").process(), decisions={}, steps={})


def timer(text, part="timeDuration"):
    return f"<timerEventDefinition><{part}>{text}</{part}></timerEventDefinition>"


CLAIM = plan_of(
    "claim",
    '<scriptTask id="sum" scriptFormat="text/x-feel" alihdaya:result="total"><script>amount * 2</script></scriptTask>'
    '<exclusiveGateway id="g" default="big"/><userTask id="judge"/>'
    + line("s", "sum", "g")
    + '<sequenceFlow sourceRef="g" targetRef="e"><conditionExpression>total &lt; 10</conditionExpression>'
    '</sequenceFlow><sequenceFlow id="big" sourceRef="g" targetRef="judge"/>' + line("judge", "e"),
)

FULL = plan_of(
    "full",
    '<parallelGateway id="f"/><userTask id="a"/>'
    '<receiveTask id="b" messageRef="paid"><extensionElements/></receiveTask>'
    '<boundaryEvent id="late" attachedToRef="a" cancelActivity="false">' + timer("PT1H") + "</boundaryEvent>"
    '<boundaryEvent id="halt" attachedToRef="a"><signalEventDefinition signalRef="stop"/></boundaryEvent>'
    '<userTask id="remind"/><exclusiveGateway id="m"/><parallelGateway id="j"/>'
    + line("s", "f", "a", "m", "j", "e")
    + line("f", "b", "j")
    + line("late", "remind", "e")
    + line("halt", "m"),
)


def tell(*words):
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def main(url, first, last):
    """Start and complete with keys; tell what was acknowledged."""
    from alihdaya.embedded import Begin, Embedded
    from alihdaya.store import StoreLocked

    for _ in range(2_000):
        try:
            engine = Embedded(url, [CLAIM])
            break
        except StoreLocked:
            pass
    with engine:
        for group in range(first, last, 5):
            made = engine.many([Begin("claim", {"amount": 7 + n}, f"k{n}") for n in range(group, group + 5)])
            for n, outcome in zip(range(group, group + 5), made, strict=True):
                tell("started", n, outcome.get())
                if engine.waits_of(outcome.get()):
                    engine.complete(outcome.get(), 1, {"by": n})
                tell("completed", n, outcome.get())


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
