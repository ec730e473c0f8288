"""One model for every kind of finding: it is found once, and its example shows it."""

import pytest
from checked_text import check, codes, decided, decision, item, literal, model, table

from alihdaya.notation.dmn.analysis import kinds, space

ONE = ('<output name="out" typeRef="string"/>',)
NUMBER = {"n": "number"}


def one_table(columns, rules, hit="UNIQUE", outputs=ONE, *, inputs=None, items=(), extra=""):
    inputs = inputs or dict.fromkeys(columns, "number")
    return model(decision("d", table(columns, rules, hit, outputs, extra), inputs), inputs=inputs, items=items)


def rows(*pairs):
    return [((test,), (out,)) for test, out in pairs]


def listed(values):
    return (f'<output name="out"><outputValues><text>{values}</text></outputValues></output>',)


MODELS = {
    "DMN001": model(decision("d", literal("1 +"))),
    "DMN101": one_table(["n"], rows(("< 5", '"a"'), ("> 5", '"b"'))),
    "DMN102": one_table(["n"], rows(("<= 5", '"a"'), (">= 6", '"b"'))),
    "DMN103": one_table(["w"], rows(('"x"', '"a"'), ('"y"', '"b"')), inputs={"w": "string"}),
    "DMN109": one_table(["n", "m"], [((str(place), str(place)), (f'"{place}"',)) for place in range(12)]),
    "DMN111": one_table(["n"], rows(("<= 5", '"a"'), (">= 5", '"b"'))),
    "DMN112": one_table(["n"], rows(("<= 5", '"a"'), (">= 5", '"a"'))),
    "DMN113": one_table(["n"], rows(("<= 5", '"a"'), (">= 5", '"b"')), "ANY"),
    "DMN119": one_table(["n"], rows(*((f"> {place}", f'"{place}"') for place in range(9)))),
    "DMN121": one_table(["n"], rows(("<= 5", '"a"'), ("> 5", '"b"'), ("-", '"c"')), "FIRST"),
    "DMN122": one_table(["n"], rows(("-", '"a"'), ("> 5", '"b"')), "PRIORITY", listed('"a", "b"')),
    "DMN123": one_table(["n"], rows(("< 5", '"a"'), (">= 5", '"b"'), ("[7..6]", '"c"'))),
    "DMN131": one_table(["n"], rows(("< 5", '"a"'), ("[5..7]", '"a"'), ("> 7", '"c"'))),
    "DMN132": one_table(["n"], rows(("-", '"a"'), ("> 5", '"a"')), "ANY"),
    "DMN141": one_table(["n", "m"], [(("< 5", "-"), ('"a"',)), ((">= 5", "-"), ('"b"',))]),
    "DMN142": one_table(
        ["n", "m"], [(("< 5", "< 1"), ('"a"',)), (("< 5", ">= 1"), ('"a"',)), ((">= 5", "-"), ('"b"',))]
    ),
    "DMN143": model(decision("d", literal("1"), ["n"]), inputs=NUMBER),
    "DMN144": model(decision("d", literal("1")), inputs=NUMBER),
    "DMN201": model(decision("d", literal("n + amout"), ["n"]), inputs=NUMBER),
    "DMN202": model(decision("d", literal("n"), ["m"]), inputs={"n": "number", "m": "number"}),
    "DMN203": model(decision("d", literal("n"), ["n"]), inputs={"n": "nummer"}),
    "DMN204": model(decision("d", literal('n = "5"'), ["n"]), inputs=NUMBER),
    "DMN205": model(decision("d", literal('n + "5"'), ["n"]), inputs=NUMBER),
    "DMN206": model(decision("d", literal("abs(n, n)"), ["n"]), inputs=NUMBER),
    "DMN207": one_table(["n"], rows(('"5"', '"a"'), ("-", '"b"'))),
    "DMN208": one_table(["n"], rows(("-", "5"))),
    "DMN209": one_table(["n"], rows(("-", '"z"')), outputs=listed('"a", "b"')),
    "DMN210": model(decision("d", literal("{a: n}.b"), ["n"]), inputs=NUMBER),
    "DMN211": model(decision("d", literal("if n then 1 else 2"), ["n"]), inputs=NUMBER),
    "DMN212": one_table(["n"], rows(("5", '"a"'), ('"x"', '"b"')), inputs={"n": ""}),
    "DMN214": one_table(["n"], rows(("-", '"a"')), "COLLECT", extra='aggregation="SUM"'),
    "DMN215": one_table(["n"], rows(("-", '"a"')), "PRIORITY"),
    "DMN216": model(decision("d", literal("string length(n)"), ["n"]), inputs=NUMBER),
    "DMN217": model(decision("d", literal("abs(m: n)"), ["n"]), inputs=NUMBER),
    "DMN301": model(decision("d", literal("e"), decisions=["e"]), decision("e", literal("d"), decisions=["d"])),
}
LEFT = {"DMN190"}  # a test of its own

NULL_SHOWN = {"DMN101", "DMN102", "DMN103", "DMN111", "DMN112", "DMN113"}


def test_every_kind_has_a_model():
    assert {rule.code for rule in kinds.ALL} == {*MODELS, *LEFT}


@pytest.mark.parametrize("code", MODELS)
def test_a_model_that_breaks_a_rule_is_told_so(code):
    found = [one for one in check(MODELS[code]) if one.code == code]
    assert found
    for one in found:
        assert one.sure
        assert one.message()
        assert one.message("id") != one.message() or one.rule.message == "{text}"
        assert "{" not in one.message("id").replace("{a: n}", "")
        assert one.source.file == "m.dmn"
        assert one.source.line
        if code in NULL_SHOWN:
            assert one.example is not None
            assert decided(MODELS[code], "d", one.example)[0] is None


@pytest.mark.parametrize("code", ["DMN204", "DMN205", "DMN206", "DMN210", "DMN216", "DMN217"])
def test_what_the_types_call_null_or_false_is_so(code):
    assert decided(MODELS[code], "d", {"n": 5})[0] in (None, False)


def test_a_whole_table_has_nothing_to_say():
    assert codes(one_table(["n"], rows(("< 5", '"a"'), (">= 5", '"b"')))) == []


def test_allowed_values_of_the_column_itself_count():
    values = '<inputValues><text>"x", "y"</text></inputValues>'
    column = f"<input><inputExpression><text>w</text></inputExpression>{values}</input>"
    plain = table(["w"], rows(('"x"', '"a"'), ('"y"', '"b"')), outputs=ONE)
    said = plain.replace("<input><inputExpression><text>w</text></inputExpression></input>", column)
    inputs = {"w": "string"}
    assert codes(model(decision("d", plain, ["w"]), inputs=inputs)) == ["DMN103"]
    assert codes(model(decision("d", said, ["w"]), inputs=inputs)) == []


def test_a_cell_that_computes_makes_a_finding_uncertain_unless_its_example_shows_it():
    rules = [(("> m",), ('"a"',)), (("<= m",), ('"b"',))]
    data = model(decision("d", table(["n"], rules, outputs=ONE), ["n", "m"]), inputs={"n": "number", "m": "number"})
    assert all(one.level == "note" and not one.sure for one in check(data))
    shown = [(("> m",), ('"a"',)), ((">= m",), ('"b"',))]
    data = model(decision("d", table(["n"], shown, outputs=ONE), ["n", "m"]), inputs={"n": "number", "m": "number"})
    for one in check(data):
        if one.sure:
            assert decided(data, "d", one.example)[0] is None


def test_examples_respect_the_types_of_all_inputs():
    age = '<itemComponent name="age"><typeRef>number</typeRef><allowedValues><text>[0..120]</text></allowedValues>'
    kind = '<itemComponent name="kind"><typeRef>tK</typeRef></itemComponent>'
    items = (
        f'<itemDefinition name="tP">{age}</itemComponent>{kind}</itemDefinition>',
        item("tK", "string", '"x", "y"'),
    )
    data = one_table(["p.age"], rows(("[0..18)", '"a"'), ("(18..120]", '"b"')), inputs={"p": "tP"}, items=items)
    (found,) = check(data)
    assert found.example == {"p": {"age": 18, "kind": "x"}}
    assert decided(data, "d", found.example) == (None, ())


def test_a_decision_that_is_required_gives_only_what_it_gives():
    size = table(["n"], [(("< 5",), ('"small"',)), ((">= 5",), ('"large"',))], outputs=('<output name="size"/>',))
    whole = table(["size"], [(('"small"',), ('"a"',)), (('"large"',), ('"b"',))], outputs=ONE)
    more = table(["size"], [(("-",), ('"a"',)), (('"huge"',), ('"b"',))], "ANY", outputs=ONE)
    parts = (decision("size", size, ["n"]), decision("d", whole, decisions=["size"]))
    assert codes(model(*parts, inputs=NUMBER)) == []
    parts = (decision("size", size, ["n"]), decision("d", more, decisions=["size"]))
    assert "DMN123" in codes(model(*parts, inputs=NUMBER))


SPEED = table(
    ["n", "m"], [((">= 5", "-"), ('"slow"',)), (("-", ">= 5"), ('"slow"',)), (("-", "-"), ('"fast"',))], "FIRST"
)


def required(rules, expression=""):
    """A decision d over the speed, which follows from n and m, and over both of these."""
    speed = decision("speed", literal(expression) if expression else SPEED, ["n", "m"])
    whole = table(["speed", "n", "m"], rules, "FIRST", outputs=ONE)
    return model(speed, decision("d", whole, ["n", "m"], ["speed"]), inputs={"n": "number", "m": "number"})


def test_a_gap_that_no_input_reaches_as_a_required_decision_says_otherwise_is_a_note():
    slow = [(('"slow"', ">= 5", "-"), ('"a"',)), (('"slow"', "-", ">= 5"), ('"a"',)), (('"fast"', "-", "-"), ('"b"',))]
    (found,) = [one for one in check(required(slow)) if one.code == "DMN101"]
    assert (found.level, found.sure, found.example) == ("note", False, None)


@pytest.mark.parametrize("expression", ["", 'if n >= 5 or m >= 5 then "slow" else "fast"'])
def test_a_gap_behind_a_required_decision_is_shown_by_inputs_of_the_model_alone(expression):
    data = required([(('"slow"', ">= 5", "-"), ('"a"',)), (('"fast"', "-", "-"), ('"b"',))], expression)
    (found,) = [one for one in check(data) if one.code == "DMN101"]
    assert found.level == "warning"
    assert set(found.example) == {"n", "m"}
    assert decided(data, "speed", found.example)[0] == "slow"
    assert decided(data, "d", found.example) == (None, ())


def large_table(hit):
    columns = [f"c{place}" for place in range(12)]
    rules = []
    for number in range(300):
        tests = ["-"] * 12
        for step in range(7):
            place = (number * 7 + step * step * 3 + number // 11) % 12
            low = (number * 37 + place * 13 + step) % 90
            tests[place] = f"[{low}..{low + 9 + number % 17}]"
        rules.append((tuple(tests), (f'"{number % 5}"',)))
    return one_table(columns, rules, hit)


def test_a_table_of_300_rules_is_analysed_in_full():
    data = large_table("FIRST")
    found = check(data)
    assert {"DMN101", "DMN121"} <= {one.code for one in found}
    assert not any(one.code == "DMN190" for one in found)
    for one in [one for one in found if one.code == "DMN121"][:5]:
        assert decided(data, "d", one.example)[1] != (int(one.facts["rule"]),)


def test_a_search_that_grows_too_large_says_so(monkeypatch):
    monkeypatch.setattr(space.Budget.__init__, "__defaults__", (1,))
    found = check(one_table(["n", "m"], [((f"> {one}", f"> {one}"), ('"a"',)) for one in range(5)], "FIRST"))
    assert {one.facts["what"] for one in found if one.code == "DMN190"} == {"gaps"}
