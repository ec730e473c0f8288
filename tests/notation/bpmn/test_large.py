"""Large models: bounded work, and nothing concluded from what was not looked at."""

import pytest

from alihdaya.engine import make_plan
from alihdaya.kernel.errors import NotationError
from alihdaya.notation.bpmn import read
from alihdaya.notation.bpmn.findings import check_file
from alihdaya.notation.bpmn.rules import View
from alihdaya.notation.bpmn.soundness import nets, play
from alihdaya.notation.bpmn.write import open_bpmn

HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="urn:t" id="d">'
    '<process id="p" isExecutable="true"><startEvent id="s"/><endEvent id="e"/>'
)


def flow(origin, target):
    return f'<sequenceFlow sourceRef="{origin}" targetRef="{target}"/>'


def wide(number):
    body = '<parallelGateway id="g"/><parallelGateway id="j"/>' + flow("s", "g") + flow("j", "e")
    body += "".join(f'<userTask id="t{n}"/>{flow("g", f"t{n}")}{flow(f"t{n}", "j")}' for n in range(number))
    return f"{HEAD}{body}</process></definitions>".encode()


def chain(number):
    """Inclusive gateways one after the other, two ways between each pair."""
    body = flow("s", "g0") + flow(f"g{number}", "e")
    body += "".join(f'<inclusiveGateway id="g{n}"/>' for n in range(number + 1))
    for n in range(number):
        body += f'<task id="p{n}"/><task id="q{n}"/>'
        body += "".join(flow(f"g{n}", f"{way}{n}") + flow(f"{way}{n}", f"g{n + 1}") for way in "pq")
    return f"{HEAD}{body}</process></definitions>".encode()


def test_thousands_of_tokens_side_by_side_cost_a_move_each():
    (net,) = nets(View(open_bpmn(wide(3_000), "m.bpmn")))
    found = play(net, 200_000)
    assert (found.complete, found.moves) == (True, 3_003)
    assert (found.stuck, found.doubled, found.dead, found.endless) == ({}, {}, (), None)


def test_a_token_too_many_is_found_among_thousands():
    data = wide(500).replace(b'<parallelGateway id="j"/>', b'<exclusiveGateway id="j"/>')
    told = {(one.code, one.element) for one in check_file(data, "m.bpmn")}
    assert ("BPMN952", "j") in told


@pytest.mark.parametrize("budget", [1, 50, 400])
def test_where_the_budget_ends_a_note_says_so_and_nothing_is_called_stuck(budget):
    told = {one.code for one in check_file(chain(60), "m.bpmn", budget=budget) if one.code.startswith("BPMN95")}
    assert told == {"BPMN956"}


def test_joins_that_could_not_be_held_in_memory_are_refused_with_their_number():
    process = read(chain(1_700), "m.bpmn").process()
    with pytest.raises(NotationError, match=r"1,700 inclusive and complex joins over 6,802 flows") as refused:
        make_plan(process, decisions={}, steps={})
    assert refused.value.problems[0].code == "too-many-joins"


def test_what_is_too_large_to_compile_runs_by_the_interpreter():
    small, large = (make_plan(read(wide(n), "m.bpmn").process(), decisions={}, steps={}) for n in (10, 1_200))
    assert large.segment is None
    assert not large.afters
    assert small.process.id == large.process.id
