from datetime import date
from decimal import Decimal

import pytest
from dmn_text import entry, one_table, run

from alihdaya.notation.dmn import compile_model, read

HOURS = [["< 180", '"none"'], ["[180..300)", '"meal"'], [">= 300", '"hotel"']]
ORDER = {"out": entry("outputValues", '"high", "medium", "low"')}
OVERLAP = [["> 0", '"low"'], ["> 10", '"high"'], ["> 20", '"medium"'], ["> 20", '"high"']]


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (179, ("none", (1,))),
        (Decimal("179.9999999999999999999999999999999"), ("none", (1,))),
        (180, ("meal", (2,))),
        (Decimal("299.99"), ("meal", (2,))),
        (300, ("hotel", (3,))),
        (Decimal("3E+2"), ("hotel", (3,))),
        (None, (None, ())),
        ("300", (None, ())),
        (True, (None, ())),
        (300.0, (None, ())),
        (Decimal("NaN"), (None, ())),
    ],
)
def test_unique_over_intervals(value, wanted):
    assert run(one_table(["delay"], {"out": ""}, HOURS), "d", {"delay": value}) == wanted


@pytest.mark.parametrize(
    ("hit", "extra", "value", "wanted"),
    [
        ("UNIQUE", "", 5, ("low", (1,))),
        ("UNIQUE", "", 15, (None, (1, 2))),
        ("ANY", "", 15, (None, (1, 2))),
        ("FIRST", "", 25, ("low", (1,))),
        ("PRIORITY", "", 25, ("high", (2,))),
        ("RULE ORDER", "", 25, (["low", "high", "medium", "high"], (1, 2, 3, 4))),
        ("OUTPUT ORDER", "", 25, (["high", "high", "medium", "low"], (2, 4, 3, 1))),
        ("COLLECT", "", 15, (["low", "high"], (1, 2))),
        ("COLLECT", 'aggregation="COUNT"', 25, (4, (1, 2, 3, 4))),
        ("COLLECT", 'aggregation="MIN"', 25, ("high", (1, 2, 3, 4))),
        ("COLLECT", 'aggregation="MAX"', 25, ("medium", (1, 2, 3, 4))),
        ("COLLECT", "", 0, ([], ())),
        ("COLLECT", 'aggregation="COUNT"', 0, (0, ())),
        ("COLLECT", 'aggregation="SUM"', 0, (None, ())),
        ("RULE ORDER", "", 0, (None, ())),
    ],
)
def test_hit_policies(hit, extra, value, wanted):
    assert run(one_table(["x"], ORDER, OVERLAP, hit, extra), "d", {"x": value}) == wanted


def test_sums_are_exact_and_any_wants_equal_outputs():
    rules = [["> 0", "0.1"], ["> 1", "0.20"], ["> 2", "0.2"]]
    collected = one_table(["x"], {"out": ""}, rules, "COLLECT", 'aggregation="SUM"')
    assert run(collected, "d", {"x": 3}) == (Decimal("0.50"), (1, 2, 3))
    same = one_table(["x"], {"out": ""}, rules[1:], "ANY")
    assert run(same, "d", {"x": 3}) == (Decimal("0.2"), (1, 2))


def test_several_outputs_give_a_context_that_the_caller_may_change():
    data = one_table(["x"], {"kind": "", "amount": ""}, [["-", '"meal"', "15"]])
    assert run(data, "d", {"x": None}) == ({"kind": "meal", "amount": 15}, (1,))
    decision = compile_model(read(data, "m.dmn"))["d"]
    decision({"x": 1})["kind"] = "changed"
    assert decision({"x": 1})["kind"] == "meal"


def test_lists_of_answers_are_not_shared_between_calls():
    decision = compile_model(read(one_table(["x"], {"a": "", "b": ""}, [["-", "1", "2"]], "COLLECT"), "m.dmn"))["d"]
    answer = decision({"x": 1})
    answer[0]["a"] = 9
    answer.append(3)
    assert decision({"x": 1}) == [{"a": 1, "b": 2}]


def test_default_outputs_stand_where_no_rule_matches():
    data = one_table(["x"], {"out": entry("defaultOutputEntry", '"nobody"')}, [["1", '"one"']])
    assert run(data, "d", {"x": 2}) == ("nobody", ())


def test_computed_outputs_and_cells_over_other_inputs():
    rules = [["> limit", '"over " + string(x - limit)'], ["<= limit", '"within"'], ["null", '"unknown"']]
    data = one_table(["x"], {"out": ""}, rules, others=["limit"])
    assert run(data, "d", {"x": 7, "limit": 5}) == ("over 2", (1,))
    assert run(data, "d", {"x": 5, "limit": 5}) == ("within", (2,))
    assert run(data, "d", {"x": None, "limit": 5}) == ("unknown", (3,))
    assert run(data, "d", {"x": 5}) == (None, ())


def test_computed_priorities_and_defaults():
    outputs = {"out": entry("outputValues", "3, 2, 1") + entry("defaultOutputEntry", "0 - x")}
    data = one_table(["x"], outputs, [["> 0", "x"], ["> 1", "x + 1"]], "PRIORITY")
    assert run(data, "d", {"x": 2}) == (3, (2,))
    assert run(data, "d", {"x": -2}) == (2, ())


@pytest.mark.parametrize(
    ("value", "wanted"),
    [("AA", (1,)), ("ZZ", (2,)), (None, (3,)), (True, (4,)), (1, (5,)), (date(2024, 5, 1), (6,)), ([], (7,))],
)
def test_one_column_may_hold_every_kind(value, wanted):
    cells = ['"AA"', '> "B"', "null", "true", "[1..2)", '@"2024-05-01"', "? = []"]
    data = one_table(["x"], {"out": ""}, [[text, str(number)] for number, text in enumerate(cells)], "FIRST")
    assert run(data, "d", {"x": value})[1] == wanted


def test_true_is_not_one():
    data = one_table(["x"], {"out": ""}, [["1", '"number"'], ["true", '"truth"'], ["0, 2", '"other"']])
    assert run(data, "d", {"x": True}) == ("truth", (2,))
    assert run(data, "d", {"x": 1}) == ("number", (1,))
    assert run(data, "d", {"x": False}) == (None, ())
    assert run(data, "d", {"x": Decimal("2.0")}) == ("other", (3,))


def test_a_table_without_rules_or_inputs():
    assert run(one_table(["x"], {"out": ""}, []), "d", {"x": 1}) == (None, ())
    assert run(one_table([], {"out": ""}, [["7"]]), "d", {}) == (7, (1,))


def test_a_hundred_rules():
    rules = [[f"[{n}..{n + 1})", str(n)] for n in range(100)]
    decision = compile_model(read(one_table(["x"], {"out": ""}, rules), "m.dmn"))["d"]
    assert [decision.run({"x": Decimal(n) + Decimal("0.5")}) for n in range(100)] == [(n, (n + 1,)) for n in range(100)]
