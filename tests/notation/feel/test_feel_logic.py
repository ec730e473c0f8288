from datetime import date, timedelta
from decimal import Decimal
from itertools import product

import pytest
from feel_both import cell, feel

T, F, N = True, False, None
AND = {(T, T): T, (T, F): F, (T, N): N, (F, T): F, (F, F): F, (F, N): F, (N, T): N, (N, F): F, (N, N): N}
OR = {(T, T): T, (T, F): T, (T, N): T, (F, T): T, (F, F): F, (F, N): N, (N, T): T, (N, F): N, (N, N): N}


@pytest.mark.parametrize(("left", "right"), list(product([T, F, N, 5, "x"], repeat=2)))
def test_and_or_follow_the_truth_tables_and_take_other_kinds_for_null(left, right):
    known = tuple(value if type(value) is bool else None for value in (left, right))
    variables = {"a": left, "b": right}
    assert feel("a and b", variables) is AND[known]
    assert feel("a or b", variables) is OR[known]


@pytest.mark.parametrize(("value", "wanted"), [(T, F), (F, T), (N, N), ("true", N), (0, N)])
def test_not(value, wanted):
    assert feel("not(a)", {"a": value}) is wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("null = null", T),
        ("null = 1", F),
        ("1 != null", T),
        ('1 = "1"', N),
        ("1 = true", N),
        ("1 = 1.00", T),
        ('"a" < "b"', T),
        ('"a" < 1', N),
        ("true < false", N),
        ("null < 1", N),
        ("[1, [2, null]] = [1.0, [2, null]]", T),
        ("[1] = [1, 2]", F),
        ('{a: 1, b: "x"} = {b: "x", a: 1}', T),
        ('@"2024-01-01" = @"2024-01-01T00:00:00"', N),
        ('@"P1Y" = @"P12M"', T),
        ('@"PT24H" = @"P1D"', T),
        ('@"P1Y" < @"PT1H"', N),
        ('@"10:00:00" < @"10:00:00Z"', N),
        ('@"10:00:00+01:00" = @"09:00:00Z"', T),
        ("5 between 5 and 7", T),
        ("8 between 5 and 7", F),
        ("null between 5 and 7", N),
        ("8 between null and 7", F),
        ("3 in (1, 2, 3)", T),
        ("3 in (1..3)", F),
        ("3 in [1..3]", T),
        ("1 in ]1..3]", F),
        ("3 in [1..3[", F),
        ("3 in > 2", T),
        ("3 in ([5..6], < 4)", T),
        ("3 in [1, 3]", T),
        ("[1, 2] in [[1, 2], [3]]", T),
        ("null in (1, 2)", F),
        ("null in > 2", N),
        ("some x in [1, 2, 3] satisfies x > 2", T),
        ("some x in [] satisfies x > 2", F),
        ("every x in [] satisfies x > 2", T),
        ("every x in [1, null] satisfies x > 0", N),
        ("every x in [0, null] satisfies x > 0", F),
        ("some x in [1, null] satisfies x > 0", T),
        ("some x in 5 satisfies x > 0", N),
        ("some x in [1, 2], y in [x + 2] satisfies y = 4", T),
    ],
)
def test_comparisons(text, wanted):
    assert feel(text) is wanted


@pytest.mark.parametrize(
    ("text", "value", "wanted"),
    [
        ("-", None, T),
        ("5", Decimal("5.0"), T),
        ("-5", -5, T),
        ('"a", "b"', "b", T),
        ('not("a", "b")', "c", T),
        ('not("a", "b")', "b", F),
        ("not(> 5)", None, N),
        ("not(null)", 1, T),
        ("null", None, T),
        ("< 5", "x", N),
        ("(5..7], 9", 5, F),
        ("(5..7], 9", 9, T),
        ("[5..7]", Decimal("7.0000000000000000000000001"), F),
        ("true", True, T),
        ("true", 1, N),
        ("true", None, F),
        ("? > 5 and ? < 7", 6, T),
        ('contains(?, "bc")', "abcd", T),
        ("limit", 3, T),
        ("> limit", 4, T),
        ("limit > 2", "anything", T),
        ("allowed", "b", T),
        ("-limit", -3, T),
        ('@"2024-01-31"', date(2024, 1, 31), T),
        ('< duration("PT3H")', timedelta(hours=2), T),
    ],
)
def test_cells(text, value, wanted):
    assert cell(text, value, limit=3, allowed=["a", "b"]) is wanted
