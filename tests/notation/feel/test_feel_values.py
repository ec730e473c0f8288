from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest
from feel_both import feel

from alihdaya.notation.feel import YearsMonths, compile_expression, parse


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('date("2024-02-29")', date(2024, 2, 29)),
        ('date("2023-02-29")', None),
        ('date(from: "2024-02-29").day', 29),
        ("date(2024, 2, 30)", None),
        ('date(date and time("2024-02-29T10:00:00"))', date(2024, 2, 29)),
        ('time("23:59:00Z")', time(23, 59, tzinfo=UTC)),
        ('time("10:00:00+07:00")', time(10, tzinfo=timezone(timedelta(hours=7)))),
        ('time("25:00:00")', None),
        ('date and time("2024-01-01T10:00:00.5")', datetime.fromisoformat("2024-01-01T10:00:00.5")),
        ('date and time(date("2024-01-01"), time("10:00:00"))', datetime.fromisoformat("2024-01-01T10:00:00")),
        ('date and time("2024-07-01T12:00:00@Europe/Paris").time offset', timedelta(hours=2)),
        ('date and time("2024-07-01T12:00:00@Europe/Paris").timezone', "Europe/Paris"),
        ('duration("P1Y2M")', YearsMonths(14)),
        ('duration("-P1DT2H3M4.5S")', -timedelta(days=1, hours=2, minutes=3, seconds=4.5)),
        ('duration("P1M2D")', None),
        ('duration("P")', None),
        ('@"2024-01-31" + @"P1M"', date(2024, 2, 29)),
        ('@"2024-03-31" - @"P1M"', date(2024, 2, 29)),
        ('@"2024-01-31" + @"P1D"', date(2024, 2, 1)),
        ('@"2024-03-01" - @"2024-02-01"', timedelta(days=29)),
        ('string(@"9999-12-31" + @"P1D")', "10000-01-01"),
        ('@"10:00:00" + @"PT15H"', time(1)),
        ('@"10:00:00" - @"09:30:00"', timedelta(minutes=30)),
        ('@"PT3H" / 2', timedelta(hours=1, minutes=30)),
        ('@"PT3H" / @"PT2H"', 1.5),
        ('2 * @"P1M"', YearsMonths(2)),
        ('@"P1Y" + @"PT1H"', None),
        ('@"2024-12-25".weekday', 3),
        ('@"2024-12-25T13:14:15".hour', 13),
        ('@"2024-12-25T13:14:15".minute', 14),
        ('@"-P1DT25H".hours', -1),
        ('@"P14M".years', 1),
        ('@"P14M".months', 2),
        ('day of week(@"2024-12-25")', "Wednesday"),
        ('month of year(@"2024-12-25")', "December"),
        ('day of year(@"2024-12-31")', 366),
        ('week of year(@"2024-12-30")', 1),
        ('years and months duration(@"2011-12-22", @"2013-08-24")', YearsMonths(20)),
        ('string(@"P1DT2H")', "P1DT2H"),
        ('string(@"2024-01-01T10:00:00Z")', "2024-01-01T10:00:00Z"),
        ('string(duration("P14M"))', "P1Y2M"),
        ('@"2024-01-01" instance of date', True),
        ('@"2024-01-01T00:00:00" instance of date', False),
        ("[1, 2] instance of list<number>", True),
        ('[1, "a"] instance of list<number>', False),
        ("{a: 1} instance of context<a: number>", True),
        ("null instance of Any", False),
        ("1 instance of boolean", False),
    ],
)
def test_dates_times_durations_and_types(text, wanted):
    assert feel(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('"caf\\u00e9 \\U01F40E \\n\\"" + "\\\\"', 'café \U0001f40e \n"\\'),
        ('"\\uD83D\\uDC0E"', "\U0001f40e"),
        ('matches("a1", "\\d")', True),
        ('string length("\U0001f40eab")', 3),
        ('substring("foobar", 3, 2)', "ob"),
        ('substring("foobar", -2)', "ar"),
        ('substring("foobar", 0)', None),
        ('substring(string: "foobar", start position: 3)', "obar"),
        ('substring(text: "foobar", start position: 3)', None),
        ('upper case("aBc") + lower case("DeF")', "ABCdef"),
        ('contains("foobar", "ob")', True),
        ('starts with("foobar", "fo") and ends with("foobar", "ar")', True),
        ('substring before("foobar", "bar") + substring after("foobar", "foo")', "foobar"),
        ('matches("foobar", "^fo*b")', True),
        ('matches("foobar", "(")', None),
        ('matches("FOO", "foo", "i")', True),
        ('replace("abcd", "(ab)|(a)", "[$1]")', "[ab]cd"),
        ('split("a;b;;c", ";")', ["a", "b", "", "c"]),
        ('string join(["a", null, "b"], "-")', "a-b"),
        ("contains(null, 1)", None),
        ("string(null)", None),
        ('string([1, "a", {b: null}])', '[1, "a", {b: null}]'),
        ("[1, 2, 3][-1]", 3),
        ("[1, 2, 3][4]", None),
        ("[1, 2, 3][item > 1]", [2, 3]),
        ("5[1]", 5),
        ("null[1]", None),
        ("[1, 2, 3][i]", 2),
        ("{a: {b: 7}}.a.b", 7),
        ("[{a: 1}, {a: 2}].a", [1, 2]),
        ("{a: 1}.b", None),
        ("count([1, null]) + count([])", 2),
        ("min(3, 1, 2) + max([3, 1, 2])", 4),
        ('min("b", "a")', "a"),
        ('min("b", 1)', None),
        ("sum([])", None),
        ("all([true, null])", None),
        ("any([true, null])", True),
        ("list contains([1, null], null)", True),
        ("append([1], 2, [3])", [1, 2, [3]]),
        ("concatenate([1], [2, 3])", [1, 2, 3]),
        ("insert before([1, 3], 2, 2)", [1, 2, 3]),
        ("remove([1, 2], -1)", [1]),
        ("reverse([1, 2])", [2, 1]),
        ("index of([1, 2, 1.0], 1)", [1, 3]),
        ("distinct values([1, 2, 1.0, null, null])", [1, 2, None]),
        ("union([1, 2], [2, 3])", [1, 2, 3]),
        ("flatten([[1], [[2]], 3])", [1, 2, 3]),
        ("sublist([1, 2, 3], 2, 1)", [2]),
        ("sort([3, 1, 2])", [1, 2, 3]),
        ("sort([3, 1, 2], function(x, y) x > y)", [3, 2, 1]),
        ("list replace([2, 4], function(item, newItem) item < 3, 9)", [9, 4]),
        ('get value({a: 1}, "a")', 1),
        ('context put({a: 1}, "b", 2)', {"a": 1, "b": 2}),
        ("context merge([{a: 1}, {a: 2}])", {"a": 2}),
        ("get entries({a: 1})", [{"key": "a", "value": 1}]),
        ("for x in 1..3, y in [x..3] return x * y", [1, 2, 3, 4, 6, 9]),
        ("for x in 3..1 return x", [3, 2, 1]),
        ("for i in 0..4 return if i = 0 then 1 else i * partial[-1]", [1, 1, 2, 6, 24]),
        ("for x in 1..10000000 return x", None),
        ("for x in 5 return x", None),
        ("(for x in [1, 2] return function(y) x + y)[1](10)", 11),
        ("{double: function(x) x * 2, four: double(2)}.four", 4),
        ("(function(a, b) a - b)(b: 1, a: 3)", 2),
        ("(function(a) a)()", None),
        ("5(1)", None),
        ("(function(f) f(f))(function(f) f(f))", None),
        ('if null then "a" else "b"', "b"),
        ("is(1, 1.0)", True),
        ("// a note\n1 /* another */ + 1", 2),
    ],
)
def test_strings_lists_contexts_and_functions(text, wanted):
    assert feel(text, {"i": 2}) == wanted


def test_every_node_carries_its_place_and_diagnostics_tell_it():
    notes = []
    run = compile_expression(parse('1 + (2 * "a") + missing'))
    assert run({}) is None
    assert run({}, notes) is None
    assert [(note.code, note.at) for note in notes] == [
        ("arithmetic", 7),
        ("arithmetic", 2),
        ("missing-variable", 16),
        ("arithmetic", 14),
    ]


def test_values_of_no_feel_kind_give_null_and_never_raise():
    strange = {"a": object(), "b": 1.5, "c": {1, 2}, "d": float("nan")}
    for text in ("a + 1", "a = a", "b > 1", "c[1] = 1", "a.b", "count(c)", "string(a)", "d = d", "a in (1, 2)", "a()"):
        feel(text, strange)
    assert feel("b > 1", strange) is None
