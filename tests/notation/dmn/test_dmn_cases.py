"""Worked cases beside a model: how they are read, when they fail, and what they cover."""

from datetime import date, time, timedelta
from decimal import Decimal

import pytest
from dmn_text import decision, file, literal, one_table, table

from alihdaya.kernel.errors import NotationError
from alihdaya.notation.dmn import read
from alihdaya.notation.dmn.cases import try_cases
from alihdaya.notation.dmn.cases.given import Unfit, from_plain, from_text, needs, tops
from alihdaya.notation.feel import Range, YearsMonths
from alihdaya.notation.feel.ir import TypeName

LIST = TypeName("list", (TypeName("number"),))
CONTEXT = TypeName("context", (TypeName("date"), TypeName("string")), ("on", "by"))


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("1.50", "number", Decimal("1.50")),
        ("-3", "number", Decimal(-3)),
        ("+3", "number", 3),
        ("TRUE", "boolean", True),
        ("2024-02-29", "date", date(2024, 2, 29)),
        ('date("2024-02-29")', "date", date(2024, 2, 29)),
        ('@"2024-02-29"', "date", date(2024, 2, 29)),
        ("17:05:00", "time", time(17, 5)),
        ("P3D", "days and time duration", timedelta(3)),
        ("P3M", "years and months duration", YearsMonths(3)),
        ("late", "string", "late"),
        ("1.50", "string", "1.50"),
        ('"null"', "string", "null"),
        ('a "quoted" word', "string", 'a "quoted" word'),
        ("null", "string", None),
        ("  ", "number", None),
        ("[1, -2]", LIST, [1, -2]),
        ("5", LIST, [5]),
        ('{on: "2024-02-29", by: "me"}', CONTEXT, {"on": date(2024, 2, 29), "by": "me"}),
        ("late", None, "late"),
        ('"late"', None, "late"),
        ("12", None, 12),
        ("[1..5)", None, Range(1, 5, True, False)),
        ("2024-01-31", None, "2024-01-31"),
        ("a, b", None, "a, b"),
    ],
)
def test_cells_are_read_by_the_declared_type(text, kind, value):
    found = from_text(text, TypeName(kind) if isinstance(kind, str) else kind)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("1,50", "number"),
        ("2024-02-30", "date"),
        ("yes", "boolean"),
        ("P3M", "days and time duration"),
        ("1 + 1", "number"),
        ("for i in 1..1000000000 return i", "list"),
        ("now()", "date and time"),
        ('{on: "2024-02-30", by: "me"}', CONTEXT),
    ],
)
def test_what_is_no_value_of_the_type_is_refused(text, kind):
    with pytest.raises(Unfit):
        from_text(text, TypeName(kind) if isinstance(kind, str) else kind)


def test_json_keeps_its_kinds():
    assert from_plain([1, "x", None], None) == [1, "x", None]
    assert from_plain([7], TypeName("number")) == 7
    with pytest.raises(Unfit, match="'7' is a string, and a number is wanted"):
        from_plain("7", TypeName("number"))


FEES = one_table(["amount", "kind"], {"fee": ""}, [["< 10", "-", "1"], [">= 10", '"large"', "amount / 5"]])


def report(text, data=FEES):
    return try_cases(text, "m.cases.csv", read(data, "m.dmn"))


def test_right_cases_cover_rules_and_cells():
    found = report("name,given: amount,given: kind,expect: d\na,5,small,1\nb,20,large,4\n")
    assert (found.cases, found.failures) == (2, ())
    (only,) = found.coverage
    assert (only.owner, only.rules, only.idle, only.cells, only.seen) == ("d", 2, (), 3, 3)


def test_rules_that_never_fire_and_cells_that_are_never_true_or_false_are_named():
    (only,) = report("given: amount,given: kind,expect: d\n5,large,1\n7,large,1\n").coverage
    assert (only.fired, only.idle, only.whole) == (1, (2,), False)
    assert [(at.rule, at.column, at.text) for at in only.never_true] == [(2, "amount", ">= 10")]
    assert [(at.rule, at.column, at.text) for at in only.never_false] == [
        (1, "amount", "< 10"),
        (2, "kind", '"large"'),
    ]
    assert (only.cells, only.seen) == (3, 0)


def test_a_wrong_case_names_row_and_column_and_comes_with_its_explanation():
    found = report("name,given: amount,given: kind,expect: d\na,5,small,1\n\nb,20,large,4.5\n")
    (failure,) = found.failures
    assert str(failure.problem) == (
        "m.cases.csv, row 2, element 'b': 'expect: d' is 4, and should be 4.5 [case-differs]"
    )
    assert failure.explained.fired == (2,)


def test_kinds_are_told_apart_and_empty_cells_are_not_compared():
    data = file(
        decision("t", literal("amount = 1"), ["amount"]),
        decision("c", literal("{a: amount, b: {x: 2}}"), ["amount"]),
        inputs=["amount"],
    )
    assert report("given: amount,expect: t,expect: c.b.x\n1,true,2\n2,,2.0\n", data).failures == ()
    columns = [one.column for one in report("given: amount,expect: t,expect: c.a\n1,1,null\n", data).failures]
    assert columns == ["expect: t", "expect: c.a"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no column says what is expected"),
        ("given: amuont,given: kind,expect: d\n1,2,3\n", "no input or decision 'amuont'; did you mean 'amount'"),
        ("given: amount,given: kind,expect: e\n1,2,3\n", "no decision 'e'"),
        ("amount,given: kind,expect: d\n1,2,3\n", "did you mean 'given: amount'"),
        ("given: amount,expect: d\n1,1\n", "no column gives 'kind'"),
        ("given: amount,given: kind,given: kind,expect: d\n1,2,2,1\n", "'given: kind' is there twice"),
        ("given: amount,given: kind,expect: d\n1,2\n", "m.cases.csv, row 1: 2 cells for 3 columns"),
        ("given: amount,given: kind,expect: d\n1,2,\n", "row 1: the row expects nothing"),
        ('given: amount,given: kind,expect: d\n1,"2,3\n', "not CSV"),
    ],
)
def test_a_table_that_does_not_fit_the_model_is_refused(text, message):
    with pytest.raises(NotationError, match=r"m\.cases\.csv") as caught:
        report(text)
    assert message in str(caught.value)


def test_a_cell_of_another_type_names_row_and_column():
    data = FEES.replace(b'<variable name="amount"/>', b'<variable name="amount" typeRef="number"/>')
    with pytest.raises(NotationError) as caught:
        report("given: amount,given: kind,expect: d\n5,x,1\nmany,x,1\n", data)
    (problem,) = caught.value.problems
    assert (problem.source.row, problem.source.element, problem.message) == (2, "given: amount", "'many' is no number")


def test_the_first_line_may_use_semicolons():
    assert report("\ufeffGiven: amount;GIVEN:kind;expect:d\n5;small;1\n").failures == ()


def drg():
    rules = [["< 5", "10"], [">= 5", "20"]]
    return file(
        decision("base", table(["weight"], {"o": ""}, rules), ["weight"]),
        decision("fee", literal("base + order.extra + order.late fee"), ["order"], ["base"]),
        inputs=["weight", "order"],
    ).replace(
        b'<inputData id="id_order" name="order"><variable name="order"/>',
        b'<itemDefinition name="tOrder"><itemComponent name="extra"><typeRef>number</typeRef></itemComponent>'
        b'<itemComponent name="late fee"><typeRef>number</typeRef></itemComponent></itemDefinition>'
        b'<inputData id="id_order" name="order"><variable name="order" typeRef="tOrder"/>',
    )


def test_given_decisions_and_parts_of_contexts():
    text = "given: base,given: order.extra,given: order.late fee,expect: fee\n1,2,3,6\n"
    found = report(text, drg())
    assert (found.failures, [one.fired for one in found.coverage]) == ((), [0])
    text = "given: weight,given: order.extra,given: order.late fee,expect: fee,expect: base\n7,2,3,25,20\n"
    assert [(one.fired, one.idle) for one in report(text, drg()).coverage] == [(1, (1,))]


def test_what_a_model_needs_and_decides_at_the_top():
    model = read(drg(), "m.dmn")
    assert tops(model) == ("fee",)
    assert [need.name for need in needs(model, ("fee",), frozenset())] == ["order", "weight"]
    assert [need.name for need in needs(model, ("fee",), frozenset({"base"}))] == ["order"]
    with pytest.raises(KeyError):
        needs(model, ("none",), frozenset())


def test_tables_inside_contexts_are_covered_too():
    inner = table(["x"], {"o": ""}, [["< 5", "1"], [">= 5", "2"]])
    body = f'<context><contextEntry><variable name="band"/>{inner}</contextEntry></context>'
    data = file(decision("d", body, ["x"]), inputs=["x"])
    (only,) = report("given: x,expect: d.band\n9,2\n", data).coverage
    assert (only.owner, only.rules, only.idle) == ("d", 2, (1,))


def test_a_table_without_cases_is_refused():
    with pytest.raises(NotationError, match="there are no cases"):
        report("given: amount,given: kind,expect: d\n\n")


def test_a_path_into_what_is_no_context_differs_even_where_null_is_expected():
    data = file(decision("word", literal('if x = 1 then "abc" else {y: null}'), ["x"]), inputs=["x"])
    (failure,) = report("given: x,expect: word.y\n1,null\n2,null\n", data).failures
    assert str(failure.problem).startswith(
        "m.cases.csv, row 1: 'expect: word.y' is \"abc\" (which has no 'y'), and should be null"
    )


def test_values_that_nest_too_deep_or_hold_half_a_character_are_refused():
    deep = named = 1
    for _ in range(600):
        deep, named = [deep], {"a": named}
    for value in (deep, named):
        with pytest.raises(Unfit, match="nests more than 100 levels"):
            from_plain(value, None)
    for value in ("\ud800", ["\udfff"], {"\ud800": 1}):
        with pytest.raises(Unfit, match="half a character"):
            from_plain(value, None)
