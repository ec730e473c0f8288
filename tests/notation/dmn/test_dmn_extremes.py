"""Tables whose constants stand at the ends of what FEEL's kinds hold, in both evaluators and in the analysis."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from dmn_text import decision, file, literal, one_table, run
from hypothesis import given, settings
from hypothesis import strategies as st

from alihdaya.notation.dmn import compile_model, evaluate, read
from alihdaya.notation.dmn.analysis import check_file
from alihdaya.notation.dmn.link import link
from alihdaya.notation.dmn.table import grid
from alihdaya.notation.dmn.table.boundary import rows
from alihdaya.notation.feel import YearsMonths
from alihdaya.notation.feel.far import FarDate

LARGE = "10000000000000000000000000000000000"
CONSTANTS = {
    "number": [
        LARGE, "-" + LARGE, "1E34", "1E-33", "-1E-33", "9" * 34, "-" + "9" * 34, "9" * 33 + "8", "1E+6144", "1E-6143",
        "0." + "3" * 34, "0", "1",
    ],
    "date": ['@"9999-12-31"', 'date("9999-12-31")', '@"0001-01-01"', '@"9999-12-30"', '@"0001-01-02"', '@"2024-02-29"'],
    "days and time duration": [
        '@"P999999999DT23H59M59.999999S"', '@"-P999999999D"', '@"P999999999DT23H59M59.999998S"', '@"PT0S"', '@"P1D"',
    ],
    "years and months duration": ['@"P999999999Y"', '@"-P999999999Y"', '@"P0M"', '@"P1M"'],
}  # fmt: skip
VALUES = [
    None, True, 0, 1, Decimal("0.3"), 10**33, Decimal("1E+34"), Decimal("1.000000000000000000000000000000001E+34"),
    Decimal("-1E+34"), Decimal("9" * 34), date(2024, 2, 29), date.min, date.max, FarDate(date(2000, 1, 1), 20),
    FarDate(date(2000, 1, 1), -5), timedelta(1), timedelta.min, timedelta.max, YearsMonths(0), YearsMonths(10**10),
]  # fmt: skip
SHAPES = ["{0}", "= {0}", "!= {0}", "< {0}", "<= {0}", "> {0}", ">= {0}", "not({0})", "{0}, {1}", "not({0}, {1})"]
SHAPES += ["[{0}..{1}]", "({0}..{1})", "not(({0}..{1}])", "-"]


@st.composite
def tables(draw):
    kind = draw(st.sampled_from(sorted(CONSTANTS)))
    words = st.sampled_from(CONSTANTS[kind])
    cells = draw(st.lists(st.builds(str.format, st.sampled_from(SHAPES), words, words), min_size=1, max_size=4))
    outputs = st.sampled_from(['"a"', '"b"', "1", "[x]"])
    return kind, [[cell, draw(outputs)] for cell in cells], draw(st.sampled_from(["UNIQUE", "FIRST", "COLLECT"]))


def agree(data):
    model = read(data, "m.dmn")
    compiled = compile_model(model)["d"]
    for value in [*VALUES, *(row[0] for row in rows(link(model).decisions[0].root, 200))]:
        wanted = evaluate(model, "d", {"x": value})
        assert repr(compiled.run({"x": value})) == repr(wanted), value
        assert repr(compiled.decide({"x": value})) == repr(wanted[0]), value


@settings(max_examples=150, deadline=None)
@given(tables(), st.booleans())
def test_generated_tables_of_extreme_constants(parts, typed):
    kind, rules, hit = parts
    data = one_table(["x"], {"": ""}, rules, hit)
    agree(data.replace(b'<variable name="x"/>', f'<variable name="x" typeRef="{kind}"/>'.encode()) if typed else data)


@pytest.mark.parametrize(
    ("cell", "value", "wanted"),
    [
        ('@"9999-12-31"', date(2024, 2, 29), None),
        ('@"9999-12-31"', date.max, 1),
        ('= date("9999-12-31")', date(2024, 2, 29), None),
        ('!= @"9999-12-31"', date(2024, 2, 29), 1),
        ('not(@"9999-12-31")', date(2024, 2, 29), 1),
        ('not(@"9999-12-31", @"0001-01-01")', date(2024, 2, 29), 1),
        ('@"0001-01-01"', date(2024, 2, 29), None),
        ('@"P999999999DT23H59M59.999999S"', timedelta(1), None),
        (LARGE, 1, None),
        (LARGE, Decimal("1E+34"), 1),
        (f"not(0.3, {LARGE})", 1, 1),
        ("1E34", 1, None),
        ("-1E34", 1, None),
        ("1E+6144", 1, None),
    ],
)
@pytest.mark.parametrize("output", ["1", "count([x])"])
def test_equality_with_the_last_value_of_a_kind_lets_only_it_pass(cell, value, wanted, output):
    assert run(one_table(["x"], {"": ""}, [[cell, output]]), "d", {"x": value})[0] == wanted


@pytest.mark.parametrize("name", ["below", "between"])
@pytest.mark.parametrize(
    "cell", ['[@"2024-02-28"..@"9999-12-30"]', f"[5..{LARGE}]", '[@"-PT1S"..@"P1D"]', '[@"P1M"..@"P2M"]', '["a".."b"]']
)
def test_the_probes_find_a_grid_whose_samples_are_the_cuts_themselves(name, cell, monkeypatch):
    model = read(one_table(["x"], {"": ""}, [[cell, "count([x])"]]), "m.dmn")
    monkeypatch.setattr(grid, name, lambda point, *_: point)
    wrong = compile_model(model)["d"]
    probes = [row[0] for row in rows(link(model).decisions[0].root, 1000)]
    assert any(wrong.run({"x": value}) != evaluate(model, "d", {"x": value}) for value in probes)


@pytest.mark.parametrize(
    ("kind", "cells"),
    [
        ("number", [f"< {LARGE}", LARGE, f"> {LARGE}"]),
        ("number", [f"< -{LARGE}", f"-{LARGE}", f"> -{LARGE}"]),
        ("date", ['@"9999-12-31"', 'not(@"9999-12-31")']),
        ("date", ['< @"2024-02-29"', '[@"2024-02-29"..@"9999-12-31"]']),
        ("days and time duration", ['@"P999999999DT23H59M59.999999S"', '< @"P999999999DT23H59M59.999999S"']),
    ],
)
def test_the_analysis_finds_such_a_table_whole_and_every_rule_reached(kind, cells):
    data = one_table(["x"], {"": ""}, [[cell, f'"{number}"'] for number, cell in enumerate(cells)])
    data = data.replace(b'<variable name="x"/>', f'<variable name="x" typeRef="{kind}"/>'.encode())
    codes = {finding.code for finding in check_file(data, "m.dmn")}
    assert not codes & {"DMN101", "DMN102", "DMN111", "DMN123"}


def test_a_far_day_for_a_date_and_time_is_its_midnight():
    data = file(decision("d", literal("string(x)"), ["x"]), inputs=["x"])
    data = data.replace(b'<variable name="x"/>', b'<variable name="x" typeRef="date and time"/>')
    assert run(data, "d", {"x": FarDate(date(2000, 1, 1), 20)})[0] == "10000-01-01T00:00:00Z"
