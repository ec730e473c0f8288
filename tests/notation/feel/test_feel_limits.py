"""What one evaluation may cost: beyond it the value is null, alike in both evaluators, with the reason."""

import pytest
from feel_both import feel

from alihdaya.notation.feel import budget, compile_expression, evaluate, parse

DOUBLED = "{f: function(f, s, n) if n = 0 then s else f(f, [s, s], n - 1), "
TOO_MUCH = {
    "a long loop": "for i in 1..999999 return i",
    "loops in loops": "for a in 1..1000, b in 1..1000, c in 1..1000 return a + b + c",
    "loops over nothing": "for a in 1..900000, b in [] return a",
    "some in loops": "some a in 1..5000, b in 1..5000 satisfies a + b < 0",
    "days in loops": 'for a in 1..1000, b in @"2000-01-01"..@"4000-01-01" return b',
    "a filter of filters": "(for a in 1..3000 return a)[item in (for b in 1..3000 return b)[item > 0]]",
    "partial": "for i in 1..100000 return partial",
    "a tree of calls": "{f: function(f, n) if n = 0 then 1 else f(f, n - 1) + f(f, n - 1), v: f(f, 40)}.v",
    "endless calls": "{f: function(f) f(f), v: f(f)}.v",
    "doubled lists": DOUBLED + "v: f(f, 1, 60)}.v",
    "doubled lists written": DOUBLED + "v: f(f, 1, 60), w: string(v)}.w",
    "doubled lists flattened": DOUBLED + "v: f(f, 1, 60), w: count(flatten(v))}.w",
    "doubled lists compared": DOUBLED + "v: f(f, 1, 60), w: v = v}.w",
    "the paths of doubled lists": DOUBLED + "v: f(f, {a: 1}, 60).a}.v",
    "sorting": "sort(for i in 1..200000 return {a: i}, function(x, y) x.a > y.a)",
    "a deep value": "for i in 1..1000 return [partial[-1]]",
}  # fmt: skip


@pytest.mark.parametrize("name", TOO_MUCH)
def test_what_costs_too_much_is_null_with_the_reason(name):
    expr = parse(TOO_MUCH[name])
    notes = []
    assert evaluate(expr, {}, notes) is None
    assert notes[-1].code == "limit"
    assert compile_expression(expr)({}) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("count(for i in 1..100000 return i * 2)", 100000),
        ("sum(for a in 1..100, b in 1..100 return a * b)", 25502500),
        ("{f: function(f, n) if n = 0 then 0 else 1 + f(f, n - 1), v: f(f, 150)}.v", 150),
        ("count(distinct values(for i in 1..50000 return modulo(i, 49999)))", 49999),
        ("mode(for i in 1..30000 return modulo(i, 29999))", [1]),
        ('string length(string join(for i in 1..20000 return "abc", ", "))', 99998),
        ("for i in 1..1000000000000 return i", None),
        ('{f: function(f, s, n) if n = 0 then s else f(f, s + s, n - 1), v: f(f, "ab", 60)}.v', None),
        ("10 ** 999999999", None),
        ("(-10) ** 999999999999999999999", None),
        ("count(for i in 1..10000 return [i, i + 1])", 10000),
    ],
)
def test_what_people_ask_for_is_within_the_limits(text, value):
    assert feel(text) == value


def test_a_text_that_grows_too_long_is_null_where_it_stands():
    long = "x" * 600_000
    assert feel("if a + a = null then 1 else 2", {"a": long}) == 1
    assert feel('if string join([a, a], "") = null then 1 else 2', {"a": long}) == 1
    assert feel('if replace(a, "x", "yyyyyyyy") = null then 1 else 2', {"a": long}) == 1


def test_each_call_has_its_own_limit():
    run = compile_expression(parse("count(for i in 1..200000 return i)"))
    assert [run({}) for _ in range(8)] == [200000] * 8
    assert budget._METER.get() is None


def test_a_limit_passed_is_the_end_of_the_whole():
    text = "[1, (for a in 1..1000, b in 1..1000 return 1), 2]"
    assert feel(text) is None
