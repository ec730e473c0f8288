"""Regular expressions: the linear engine and the one that backtracks agree, and none of them hangs."""

import re
import string

import pytest
from feel_both import feel
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from alihdaya.notation.feel import compile_expression, evaluate, parse
from alihdaya.notation.feel.builtins.matching import Matcher, matcher_of

ATOMS = st.sampled_from(
    ["a", "b", "é", ".", "[ab]", "[^a]", "\\d", "\\w", "\\S", "\\p{L}", "^", "$", " ", "1", "-", "\\.", "[a-é]", "\\n"]
)
PATTERNS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=4).map("".join),
        st.lists(inner, min_size=2, max_size=3).map("|".join).map("({})".format),
        st.tuples(inner, st.sampled_from(["*", "+", "?", "*?", "+?", "{1,3}", "{2}", "{0,1}?"])).map(
            lambda pair: f"(?:{pair[0]}){pair[1]}"
        ),
        inner.map("({})".format),
    ),
    max_leaves=8,
)
TEXTS = st.text(alphabet="aabbbé 1-.\nAB", max_size=12)


def places(matches, groups):
    return [(match.span(), [match.group(number) or "" for number in range(groups + 1)]) for match in matches]


@settings(deadline=None, max_examples=200)
@given(PATTERNS, st.sampled_from(["", "s", "m", "i", "x", "smi"]), TEXTS)
def test_both_engines_and_pythons_own_find_the_same(pattern, flags, text):
    try:
        matcher = Matcher(pattern, flags)
    except (ValueError, re.error):
        assume(False)
    options = sum({"s": re.DOTALL, "m": re.MULTILINE, "i": re.IGNORECASE}.get(flag, 0) for flag in flags)
    own = re.compile(matcher.careful.pattern, options & ~re.IGNORECASE)
    assert matcher.linear is not None
    assert matcher.found(text) is (own.search(text) is not None)
    assert places(matcher.matches(text), matcher.groups) == places(own.finditer(text), own.groups)


@pytest.mark.parametrize(
    "pattern", ["(a+)+$", "(a|aa)+$", "^(([a-z])+.)+[A-Z]([a-z])+$", "(.*)*x", "^(\\w+\\s?)*$", "a{0,999}a{0,999}b"]
)
def test_patterns_that_backtrack_without_end_are_answered(pattern):
    for text in ("a" * 5000 + "!", "é" * 2000 + "!"):
        assert feel("matches(t, p)", {"t": text, "p": pattern}) is False


@pytest.mark.parametrize("pattern", ["^(a|aa)+\\1\\1\\1b$", "^(aa|a)+\\1\\1\\1b$"])
def test_what_only_the_other_engine_can_say_has_limited_time(pattern):
    expr = parse("[matches(t, p), 1]", names=["t", "p"])
    notes = []
    assert evaluate(expr, {"t": "a" * 40 + "!", "p": pattern}, notes) is None
    assert notes[-1].code == "limit"
    assert "regular expression" in notes[-1].message
    assert compile_expression(expr)({"t": "a" * 40 + "!", "p": pattern}) is None


def test_many_slow_patterns_share_one_time():
    text = 'for i in 1..1000 return matches("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", "^(a|aa)+\\1\\1\\1b$")'
    assert feel(text) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('matches("ı", "i", "i")', True),
        ('matches("\u212a", "k", "i")', True),
        ('replace("abcd", "(a)(b)?", "[$2$1]")', "[ba]cd"),
        ('replace("é-é", "é", "\\$")', "$-$"),
        ('replace("aXa", "x", "y", "i")', "aya"),
        ('split("a, b,c", ",\\s*")', ["a", "b", "c"]),
        ('matches("İ", "i", "i")', False),
        ('matches("A", "\\p{Ll}", "i")', False),
        ('matches("Q", "[a-z-[q]]", "i")', False),
        ('matches("q", "[a-z-[xq]]")', False),
        ('matches("r", "[a-z-[xq]]")', True),
        ('matches("abAB", "^(ab)\\1$", "i")', True),
        ('matches("A.B", "a.b", "qi")', True),
        ('matches("x", "[")', None),
        ('matches("x", "(?=x)")', None),
        ('replace("abc", "b*", "-")', "-a--c-"),
    ],
)
def test_the_meaning_stays(text, value):
    assert feel(text) == value


def test_long_patterns_and_programs_are_bounded():
    long = "(" * 3000 + "a" + ")" * 3000
    assert feel("matches(t, p)", {"t": "a", "p": "a" * 20_000}) is None
    assert feel("matches(t, p)", {"t": "a", "p": long}) in {True, None}
    assert feel("matches(t, p)", {"t": "a" * 3000, "p": "(\\w{1,1000}){1,1000}!"}) in {False, None}
    for pattern in ("a{999999999}", "(a{1000}){1000}", "((a{100}){100}){100}", "[" + string.ascii_letters * 100 + "]"):
        assert feel("matches(t, p)", {"t": "b", "p": pattern}) in {True, False, None}


def test_a_text_that_is_no_unicode_is_searched_too():
    assert feel("matches(t, p)", {"t": "a\ud800b", "p": "b$"}) is True
    assert matcher_of("b$", None).found("a\ud800b")
