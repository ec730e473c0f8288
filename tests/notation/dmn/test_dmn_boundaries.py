"""Generated code against the reference: on every boundary of tables, and on generated expressions and tables."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from dmn_text import entry, file, one_table
from hypothesis import given, settings
from hypothesis import strategies as st

from alihdaya.notation.dmn import compile_model, evaluate, read
from alihdaya.notation.dmn.link import link
from alihdaya.notation.dmn.table.boundary import rows
from alihdaya.notation.feel import YearsMonths, compile_expression, parse
from alihdaya.notation.feel import evaluate as evaluate_feel

DELAYS = ["< 60", "[60..180)", "[180..360]", "> 360, null", "-", "not(0, 15)"]
CARRIERS = ['"AA"', '"UA", "DL"', 'not("AA", "UA")', '>= "D"', "-", '""', "null"]
TRUTHS = ["true", "false", "not(true)", "-", "null", "1"]
DATES = ['< @"2024-03-01"', '[@"2024-03-01"..@"2024-03-31"]', '@"P1D"', '> duration("PT3H")', '@"P2M"', '> @"P1M"']
OTHERS = ["> other", "? = other", "other > 5", '[0.1..0.3], "AA"', "-0.5", "not([1..2])"]
POOLS = [DELAYS, CARRIERS, TRUTHS, DATES, OTHERS]
NAMES = ["delay", "carrier", "truth", "day", "any"]


def check(data, limit):
    model = read(data, "m.dmn")
    decision = compile_model(model)["d"]
    table = link(model).decisions[0].root
    for number, row in enumerate(rows(table, limit)):
        for other in (5, None)[: 1 + number % 2]:
            variables = {**dict(zip(NAMES, row, strict=False)), "other": other}
            assert repr(decision.run(variables)) == repr(evaluate(model, "d", variables)), variables


@pytest.mark.parametrize("hit", ["UNIQUE", "ANY", "FIRST", "PRIORITY", "RULE ORDER", "OUTPUT ORDER", "COLLECT"])
@pytest.mark.parametrize("place", range(5))
def test_each_column_alone_on_all_its_boundaries(hit, place):
    rules = [[*["-"] * place, cell, str(number % 3)] for number, cell in enumerate(POOLS[place])]
    outputs = {"out": entry("outputValues", "2, 0, 1")}
    check(one_table(NAMES[: place + 1], outputs, rules, hit, others=["other"] if place < 5 else []), 400)


rule = st.tuples(*(st.sampled_from(pool) for pool in POOLS), st.sampled_from(["1", "2.50", "other * 2", "null"]))
policies = st.sampled_from(
    [("UNIQUE", ""), ("FIRST", ""), ("ANY", ""), ("COLLECT", ""), ("COLLECT", 'aggregation="SUM"'), ("RULE ORDER", "")]
)


@settings(max_examples=40, deadline=None)
@given(st.lists(rule, min_size=1, max_size=8), policies)
def test_generated_tables_on_their_boundaries(rules, policy):
    check(one_table(NAMES, {"out": ""}, rules, *policy, others=["other"]), 60)


scalars = [
    None, True, False, 0, 1, -1, 2**63, Decimal("0.1"), Decimal("-0"), Decimal("1E-33"), Decimal("9" * 34), "", "AA",
    "a\N{SNOWMAN}", date(2024, 2, 29), timedelta(hours=3), YearsMonths(14), [1, None, "x"], {"a": 1, "b c": [2]},
]  # fmt: skip
literals = st.sampled_from(
    [
        "1",
        "0",
        "2.50",
        "-3",
        '"AA"',
        '""',
        "null",
        "true",
        "false",
        '@"2024-02-29"',
        '@"P1M"',
        '@"PT3H"',
        "[]",
        "x",
        "y",
    ]
)


def wider(inner):
    pair = st.tuples(inner, inner)
    three = st.tuples(inner, inner, inner)
    signs = st.sampled_from(["+", "-", "*", "/", "**", "=", "!=", "<", "<=", ">", ">=", "and", "or", "in"])
    return st.one_of(
        st.tuples(inner, signs, inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        three.map(lambda t: f"(if {t[0]} then {t[1]} else {t[2]})"),
        three.map(lambda t: f"({t[0]} between {t[1]} and {t[2]})"),
        three.map(lambda t: f"({t[0]} in ({t[1]}, [{t[2]}..{t[1]}), > {t[2]}))"),
        pair.map(lambda t: f"(for i in {t[0]} return [i, {t[1]}])"),
        pair.map(lambda t: f"(some i in [{t[0]}, x] satisfies i = {t[1]})"),
        pair.map(lambda t: f"(every i in 1..2, j in [{t[0]}] satisfies i < j or {t[1]})"),
        pair.map(lambda t: f"{{k: {t[0]}, l: [k, {t[1]}]}}.l"),
        pair.map(lambda t: f"[{t[0]}, x][item = {t[1]}]"),
        pair.map(lambda t: f"[x, y, {t[0]}][a = {t[1]}]"),
        pair.map(lambda t: f"[{t[0]}, x][{t[1]}]"),
        pair.map(lambda t: f"(function(p, q) [p, {t[0]}, q])(q: {t[1]})"),
        inner.map(lambda t: f"not({t})"),
        inner.map(lambda t: f"(-{t})"),
        inner.map(lambda t: f"string({t})"),
        inner.map(lambda t: f"max([{t}, x])"),
        inner.map(lambda t: f"count({t}.a)"),
        inner.map(lambda t: f"({t} instance of number)"),
    )


expressions = st.recursive(literals, wider, max_leaves=8)


@settings(max_examples=300, deadline=None)
@given(expressions, st.sampled_from(scalars), st.sampled_from(scalars))
def test_generated_expressions(text, x, y):
    expr = parse(text)
    variables = {"x": x, "y": y}
    assert repr(compile_expression(expr)(variables)) == repr(evaluate_feel(expr, variables))


def test_rows_reach_both_sides_of_every_cut():
    table = link(read(one_table(["delay"], {"out": ""}, [["[60..180)", "1"]]), "m.dmn")).decisions[0].root
    values = [row[0] for row in rows(table, 1000)]
    unit = Decimal("1E-33")
    assert {60, 180, None} <= {value for value in values if not isinstance(value, list)}
    for point in (60, 180):
        assert any(isinstance(v, Decimal) and v < point and point - v < 2 for v in values)
        assert any(isinstance(v, Decimal) and v > point and v - point < 2 for v in values)
    assert unit > 0


def test_an_empty_file_has_no_decisions():
    assert dict(compile_model(read(file(), "m.dmn"))) == {}


@pytest.mark.parametrize(
    "cells", [["<= 60", "(60..180]", "> 180"], ["< 60", "[60..180)", ">= 180"], ["< 60", "60", "(60..180)", ">= 180"]]
)
def test_intervals_closed_on_one_side_or_both(cells):
    check(one_table(["delay"], {"out": ""}, [[cell, str(n)] for n, cell in enumerate(cells)], others=["other"]), 400)
