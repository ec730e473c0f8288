"""The one function of a decision with all that it requires, beside the reference: typed, odd and given values."""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from types import MappingProxyType

import pytest
from dmn_text import decision, entry, file, knowledge, literal, table
from hypothesis import given, settings
from hypothesis import strategies as st

from alihdaya.notation.dmn import compile_model, evaluate, read
from alihdaya.notation.dmn.link import link
from alihdaya.notation.dmn.table.boundary import rows

NAMES = {"amount": "number", "code": "string", "urgent": "boolean"}
CELLS = {
    "amount": ["< 100", "[100..500)", "(500..1000]", ">= 1000", "7, 8", "not(100)", "null", "-", "0.5", "> 0.25"],
    "code": ['"A"', '"B", "C"', 'not("A")', '> "B"', '""', "null", "-"],
    "urgent": ["true", "false", "not(true)", "null", "-"],
}
ODD = [
    None, True, False, 0, 7, 100, -1, Decimal("99.99"), Decimal("1E+3"), Decimal("NaN"), Decimal("sNaN"),
    Decimal("Infinity"), Decimal("-Infinity"), 10**40, "", "A", "B", "Z", 1.5, [100], ["A"], [True], [Decimal("NaN")],
    [1, 2], [1, Decimal("NaN")], [[Decimal("Infinity")]], {}, {"a": [Decimal("NaN"), 1]}, date(2024, 1, 1),
]  # fmt: skip
outputs = st.sampled_from(["1", "2.50", "0", '"x"', "true", "null"])
rule = st.tuples(*(st.sampled_from(cells) for cells in CELLS.values()), outputs)
odd = st.sampled_from(ODD)
typed_rows = st.fixed_dictionaries({}, optional=dict.fromkeys(NAMES, odd))


def typed(data, types=NAMES):
    text = data.decode()
    for name, kind in types.items():
        text = text.replace(f'name="{name}"><variable name="{name}"/>', f'name="{name}"><variable typeRef="{kind}"/>')
    return text.encode()


def agree(data, name, variables, decisions=None):
    model = read(data, "m.dmn")
    found = (decisions or compile_model(model))[name]
    wanted = evaluate(model, name, variables)
    assert repr(found.run(variables)) == repr(wanted), variables
    assert repr(found.decide(variables)) == repr(wanted[0]), variables
    assert repr(found(variables)) == repr(wanted[0])
    return wanted


@pytest.mark.parametrize("hit", ["UNIQUE", "ANY", "FIRST", "PRIORITY", "RULE ORDER", "OUTPUT ORDER", "COLLECT"])
@pytest.mark.parametrize("name", NAMES)
def test_each_typed_column_on_all_its_boundaries(hit, name):
    rules = [[cell, str(number % 3)] for number, cell in enumerate(CELLS[name])]
    logic = table([name], {"out": entry("outputValues", "2, 0, 1")}, rules, hit)
    data = typed(file(decision("d", logic, [name]), inputs=[name]))
    decisions = compile_model(read(data, "m.dmn"))
    for row in rows(link(read(data, "m.dmn")).decisions[0].root, 400):
        agree(data, "d", {name: row[0]}, decisions)
    for value in ODD:
        agree(data, "d", {name: value}, decisions)


@pytest.mark.parametrize("step", [1, 3])
def test_many_borders_are_bisected_alike(step):
    cells = [f"[{n}..{n + step}{')' if n % 2 else ']'}" for n in range(0, 60, 3)] + ["0.5", "> 58.5"]
    rules = [[cell, "-", str(number)] for number, cell in enumerate(cells)]
    data = typed(file(decision("d", table(["amount", "code"], {"o": ""}, rules, "COLLECT"), NAMES), inputs=NAMES))
    decisions = compile_model(read(data, "m.dmn"))
    for row in rows(link(read(data, "m.dmn")).decisions[0].root, 300):
        agree(data, "d", dict(zip(NAMES, row, strict=False)), decisions)


numbers = st.sampled_from(["amount", "rate", "base", "2", "2.5", "0", "null", "1E+6000"])
sums = st.recursive(
    numbers,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*/"), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        st.tuples(inner, st.sampled_from(["=", "!=", "<", ">="]), inner, inner, inner).map(
            lambda t: f"(if {t[0]} {t[1]} {t[2]} then {t[3]} else {t[4]})"
        ),
        inner.map(lambda t: f"sum(for i in [1, 2] return i * {t})"),
    ),
    max_leaves=6,
)


def graph(rules, base, total):
    logic = table(list(NAMES), {"out": ""}, rules, "FIRST")
    return typed(
        file(
            decision("base", literal(base.replace("base", "3").replace("rate", "amount")), ["amount"]),
            decision("rate", logic, NAMES),
            decision("total", literal(total), ["amount"], ["rate", "base"]),
            decision("grand", literal("if code = total then urgent else total"), ["code", "urgent"], ["total"]),
            inputs=NAMES,
        )
    )


@settings(max_examples=40, deadline=None)
@given(
    st.lists(rule, min_size=1, max_size=6),
    sums,
    sums,
    typed_rows,
    st.dictionaries(st.sampled_from(["rate", "base"]), odd),
)
def test_generated_graphs_with_some_decisions_given(rules, base, total, row, known):
    data = graph(rules, base, total)
    decisions = compile_model(read(data, "m.dmn"))
    for name in ("rate", "total", "grand"):
        agree(data, name, row, decisions)
        agree(data, name, {**row, **known}, decisions)
    agree(data, "grand", {**row, **known, "total": row.get("code")}, decisions)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("if amount / 0 = null then 1 else 2", 1),
        ("amount * 1E+6144 * 100", None),
        ("(0 - amount) / amount", -1),
        ("sum(for i in [1, -1] return i * amount) + 1", 1),
    ],
)
def test_what_arithmetic_cannot_do_is_null_and_the_rest_goes_on(text, wanted):
    data = typed(file(decision("d", literal(text), ["amount"]), inputs=["amount"]))
    for amount in (5, Decimal("2.5")):
        assert agree(data, "d", {"amount": amount}) == (wanted, ())
    agree(data, "d", {"amount": None})


def test_a_function_may_leave_the_decision_and_still_gives_null():
    share = knowledge("share", ["n"], literal("1 / n"))
    made = decision("made", literal("function(n) amount / n"), ["amount"])
    asks = decision("d", literal("made(0) = null and share(0) = null"), [], ["made"], ["share"])
    data = typed(file(share, made, asks, inputs=["amount"]))
    assert agree(data, "d", {"amount": 1}) == (True, ())
    assert compile_model(read(data, "m.dmn"))["made"].decide({"amount": 1}).body(0) is None


def test_a_name_of_one_decision_is_not_seen_by_another():
    inner = decision("inner", literal("[{b: 1}, {c: 2}][a = null]"), ["b", "c"])
    data = file(inner, decision("d", literal("count(inner) + a"), ["a"], ["inner"]), inputs=["a", "b", "c"])
    data = data.replace(
        b"</definitions>", b'<itemDefinition name="t"><itemComponent name="a"/></itemDefinition></definitions>'
    )
    assert agree(data, "d", {"a": 5}) == (7, ())


def test_a_chain_of_decisions_is_made_once_each_and_only_as_far_as_needed():
    chain = [decision(f"n{n}", literal(f"n{n - 1} + 1"), [], [f"n{n - 1}"]) for n in range(1, 150)]
    data = typed(file(decision("n0", literal("amount"), ["amount"]), *chain, inputs=["amount"]))
    assert agree(data, "n149", {"amount": 1}) == (150, ())
    assert agree(data, "n149", {"n100": 1, "n7": "no number"}) == (50, ())
    assert agree(data, "n149", {"n148": None, "amount": 1}) == (None, ())


@pytest.mark.parametrize("kind", ["string", "number", "boolean"])
def test_allowed_values_of_a_type(kind):
    allowed = {"string": '"A", "B"', "number": "[0..100]", "boolean": "true"}[kind]
    item = f'<itemDefinition name="t"><typeRef>{kind}</typeRef><allowedValues><text>{allowed}</text></allowedValues>'
    data = file(decision("d", literal("[x]"), ["x"]), inputs=["x"])
    data = data.replace(b"</definitions>", f"{item}</itemDefinition></definitions>".encode())
    data = typed(data, {"x": "t"})
    for value in ODD:
        agree(data, "d", {"x": value})


def test_variables_of_any_mapping_are_read_and_left_alone():
    data = graph([["-", "-", "-", "2"]], "amount", "rate * amount")
    given_ = defaultdict(int, amount=3)
    assert agree(data, "total", given_) == (6, ())
    assert dict(given_) == {"amount": 3}
    assert compile_model(read(data, "m.dmn"))["total"](MappingProxyType({"amount": 3})) == 6


@pytest.mark.parametrize("kind", ["", ' typeRef="number"', ' typeRef="string"', ' typeRef="Any"'])
@pytest.mark.parametrize("value", [[1, Decimal("NaN")], {"a": Decimal("NaN"), "b": [Decimal("Infinity")]}], ids=str)
def test_numbers_that_feel_does_not_have_are_null_inside_of_what_is_given_too(kind, value):
    data = f'<inputData id="id_x" name="x"><variable name="x"{kind}/></inputData>'
    parts = (decision("e", literal("x"), ["x"]), decision("d", literal("e"), decisions=["e"]))
    source = read(file(data, *parts), "m")
    compiled = compile_model(source)
    for variables in ({"x": value}, {"e": value}):
        expected = evaluate(source, "d", variables)
        assert compiled["d"].run(variables) == expected
        assert (compiled["d"](variables), ()) == expected
        assert "NaN" not in repr(expected)
