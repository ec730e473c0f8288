import pytest
from feel_both import feel

from alihdaya.kernel.errors import NotationError, Source
from alihdaya.notation.feel import parse

NAMES = {"delay minutes", "delay", "minutes", "a-b", "a", "b", "Approved/Declined", "date and zone", "in or out"}


@pytest.mark.parametrize(
    ("text", "values", "wanted"),
    [
        ("delay minutes + delay", {"delay minutes": 5, "delay": 2}, 7),
        ("delay   \n minutes", {"delay minutes": 5}, 5),
        ("a-b", {"a-b": 1, "a": 9, "b": 4}, 1),
        ("a -b", {"a-b": 1, "a": 9, "b": 4}, 1),
        ("b-a", {"a": 9, "b": 4}, -5),
        ("Approved/Declined", {"Approved/Declined": "x"}, "x"),
        ("date and zone", {"date and zone": 3}, 3),
        ("in or out and true", {"in or out": True}, True),
        ("for delay minutes in [1, 2] return delay minutes * 2", {}, [2, 4]),
        ("{net price: 2, gross price: net price * 1.5}.gross price", {}, 3),
        ("(function(net price) net price + 1)(net price: 4)", {}, 5),
    ],
)
def test_the_longest_name_in_scope_wins(text, values, wanted):
    assert feel(text, values, names=NAMES, closed=True) == wanted


def test_without_a_scope_words_join_up_to_the_next_sign_or_keyword():
    expr = parse("minutes of delay > 3 and not(is cancelled) or count(legs) = count")
    assert expr.names == {"minutes of delay", "is cancelled", "legs", "count"}


def test_builtins_with_spaces_are_told_from_variables():
    expr = parse('date of birth < date and time("2000-01-01T00:00:00") and date > date("2000-01-01")')
    assert expr.names == {"date of birth", "date"}


def test_a_filter_sees_entries_of_the_element_before_outer_names():
    rows = [{"a": 1, "full name": "x"}, {"a": 5, "full name": "y"}]
    values = {"rows": rows, "a": 3, "limit": 2}
    assert feel("rows[a > limit].full name", values) == ["y"]
    assert feel("rows[item.a > limit][1].full name", values) == "y"
    assert feel("[1, 2, 3][item >= a]", values) == [3]
    assert feel("rows[a > limit].full name", values, names={"rows", "limit"}, closed=True) == ["y"]


def test_a_loop_variable_shadows_an_outer_name_only_inside():
    assert feel("[for a in [1, 2] return a, a]", {"a": 9}) == [[1, 2], 9]


@pytest.mark.parametrize(
    ("text", "code", "at"),
    [
        ("1 +", "feel-syntax", 4),
        ("delay hours", "unknown-name", 1),
        ("1 + cost", "unknown-name", 5),
        ("if a then b", "feel-syntax", 12),
        ('"open', "feel-syntax", 1),
        ("a # b", "feel-syntax", 3),
        ('@"tomorrow"', "feel-syntax", 1),
        ("{a: 1, a: 2}", "duplicate-key", 9),
        ("a instance of nothing", "unknown-type", 15),
        ("f(x: 1, 2)", "unknown-name", 1),
        ("a b", "unknown-name", 1),
        ("[1..3", "feel-syntax", 6),
        ("function(x) external {}", "feel-external", 1),
        ("1e99999", "feel-syntax", 1),
        ("", "feel-syntax", 1),
        (" \n ", "feel-syntax", 4),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(text, code, at):
    with pytest.raises(NotationError) as caught:
        parse(text, names=NAMES, closed=True, source=Source("m.bpmn", 7, element="flow1"))
    (problem,) = caught.value.problems
    assert problem.code == code
    assert f"character {at} " in problem.message
    assert (problem.source.file, problem.source.element) == ("m.bpmn", "flow1")
    assert problem.source.line >= 7


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5000 + "1" + ")" * 5000,
        "-" * 5000 + "1",
        "[" * 300,
        "1" + "+1" * 5000,
        "a" + ".b" * 5000,
        "a" + "[1]" * 5000,
        "if a then " * 3000 + "1",
        "for x in " * 3000 + "x",
        "function() " * 3000,
        "x instance of " + "list<" * 3000,
        "not(" * 3000,
        "1," * 30000,
    ],
)
@pytest.mark.parametrize("unary", [False, True])
def test_deep_and_long_texts_are_refused_without_a_recursion_error(text, unary):
    with pytest.raises(NotationError):
        parse(text, unary=unary)


def test_the_nesting_allowed_is_read_and_run():
    assert feel("if true then " * 45 + "1" + " else 0" * 45) == 1
    assert feel("(" * 45 + "1" + ")" * 45) == 1
    assert feel("1" + " + 1" * 100) == 101
    assert feel("for x in [1] return " * 22 + "x") is not None


@pytest.mark.parametrize(
    "text", ["function(", "[function(", "for", "for ", "some", "a instance of", "{a", "context<", "f("]
)
def test_a_text_that_breaks_off_is_refused(text):
    with pytest.raises(NotationError):
        parse(text, names=frozenset({"a", "f"}))
    with pytest.raises(NotationError):
        parse(f"a instance of {text}", names=frozenset({"a"}))
