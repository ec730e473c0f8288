"""Explanations keep the limits of evaluations: the same value, the same reason, and a record that stays small."""

import json
from itertools import pairwise

import pytest
from dmn_text import decision, file, knowledge, literal, table

from alihdaya.notation.dmn import compile_model, evaluate, read
from alihdaya.notation.dmn.cases import try_cases
from alihdaya.notation.dmn.explain import explain, nulls, plain
from alihdaya.notation.dmn.explain.trim import CUT

LETTERS = "abcdefghi"
SHARED = [("a", '["x","x","x","x","x","x","x","x","x","x"]')] + [
    (one, f"[{','.join([before] * 10)}]") for before, one in pairwise(LETTERS)
]


def entries(named):
    made = "".join(f'<contextEntry><variable name="{name}"/>{literal(text)}</contextEntry>' for name, text in named)
    return f"<context>{made}</context>"


def fibonacci(n):
    body = literal("if n < 2 then n else f(n - 1) + f(n - 2)")
    return file(knowledge("f", ["n"], body, ["f"]), decision("d", literal(f"f({n})"), knowledge=["f"]))


def countdown(n):
    body = literal("if n = 0 then 0 else f(n - 1)")
    return file(knowledge("f", ["n"], body, ["f"]), decision("d", literal(f"f({n})"), knowledge=["f"]))


HOSTILE = {
    "some": file(decision("d", literal("some i in 1..10000, j in 1..10000 satisfies i*j < 0"))),
    "fibonacci": fibonacci(40),
    "equal": file(decision("d", literal("{" + ", ".join(f"{a}: {b}" for a, b in SHARED) + ", r: i = i}.r"))),
    "partial": file(decision("d", literal("for i in 1..100000 return if i=1 then [1] else append(partial[-1], i)"))),
    "count": file(decision("d", literal("count(for i in 1..1000000 return i)"))),
    "deep": countdown(5_000),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_passes_the_limits_is_null_for_the_same_reason(name):
    model, notes = read(HOSTILE[name], "m.dmn"), []
    found = explain(model, "d", {})
    assert (found.value, found.fired) == compile_model(model)["d"].run({}) == evaluate(model, "d", {}, notes)
    assert found.value is None
    assert [note for note in nulls(found) if note.code == "limit"] == [note for note in notes if note.code == "limit"]
    assert "limit" in {note.code for note in nulls(found)}


@pytest.mark.parametrize("n", [10, 100, 150, 200, 220, 250, 280, 300, 350, 400])
def test_functions_call_one_another_as_deep_as_when_nobody_asks_why(n):
    model = read(countdown(n), "m.dmn")
    found = explain(model, "d", {})
    assert (found.value, found.fired) == compile_model(model)["d"].run({})
    json.dumps(plain(found))


def test_what_is_told_of_many_calls_stays_small():
    found = explain(read(fibonacci(18), "m.dmn"), "d", {})
    assert found.value == 2584
    assert len(json.dumps(plain(found))) < 20_000_000


def test_values_that_share_their_parts_are_cut_where_they_are_told():
    model = read(file(decision("all", entries(SHARED)), decision("d", literal("count(all.i)"), (), ["all"])), "m.dmn")
    found = explain(model, "d", {})
    assert (found.value, found.fired) == compile_model(model)["d"].run({})
    assert found.value == 10
    assert found.required[0].value == CUT
    assert len(json.dumps(plain(found))) < 20_000_000


def test_reasons_of_a_loop_are_not_kept_without_end():
    model = read(file(decision("d", literal('count(for i in 1..100000 return i + "a")'))), "m.dmn")
    found = explain(model, "d", {})
    assert found.value == 100_000
    assert found.value == compile_model(model)["d"].run({})[0]


def test_cells_that_are_tried_for_the_record_only_cost_the_decision_nothing():
    costly = "count(for i in 1..40000 return i) > x"
    cells = [["< 0", costly, "1"] for _ in range(40)]
    data = file(decision("d", table(["x", "x"], {"o": ""}, [*cells, ["-", "-", "2"]]), ["x"]), inputs=["x"])
    model = read(data, "m.dmn")
    found = explain(model, "d", {"x": 5})
    assert (found.value, found.fired) == compile_model(model)["d"].run({"x": 5}) == (2, (41,))
    assert "takes more than" in found.logic.rules[39].cells[1].reason


def test_cases_keep_the_limits():
    found = try_cases("name,expect: d\na,null\nb,7\n", "m.cases.csv", read(HOSTILE["some"], "m.dmn"))
    assert [(one.got, one.case.name) for one in found.failures] == [(None, "b")]
