"""Models that lean on others: imports, services, types, and what is wrong in a model that is read leniently."""

from decimal import Decimal

import pytest
from dmn_text import decision, entry, file, knowledge, literal, run, table

from alihdaya.kernel.errors import NotationError
from alihdaya.notation.dmn import compile_model, evaluate, invoke, read

ITEMS = (
    '<itemDefinition name="tColour"><typeRef>string</typeRef>'
    + entry("allowedValues", '"red", "green"')
    + '</itemDefinition><itemDefinition name="tColours" isCollection="true"><typeRef>tColour</typeRef></itemDefinition>'
    '<itemDefinition name="tPair"><itemComponent name="a"><typeRef>number</typeRef></itemComponent>'
    '<itemComponent name="b"><typeRef>tColour</typeRef></itemComponent></itemDefinition>'
)


def typed(name, kind, text, inputs=()):
    return decision(name, literal(text), inputs).replace(
        f'<variable name="{name}"/>', f'<variable name="{name}" typeRef="{kind}"/>'
    )


@pytest.mark.parametrize(
    ("kind", "text", "wanted"),
    [
        ("number", "1 + 1", 2),
        ("string", "1 + 1", None),
        ("number", "[5]", 5),
        ("number", '["x"]', None),
        ("tColour", '"red"', "red"),
        ("tColour", '"blue"', None),
        ("tColours", '["red", "green"]', ["red", "green"]),
        ("tColours", '"red"', ["red"]),
        ("tColours", '["red", "blue"]', None),
        ("tPair", '{a: 1, b: "red", c: 3}', {"a": 1, "b": "red", "c": 3}),
        ("tPair", '{a: 1, b: "blue"}', None),
        ("tPair", "{a: 1}", None),
        ("date and time", 'string(@"2024-01-01")', None),
    ],
)
def test_a_decision_has_a_value_of_its_type_or_none(kind, text, wanted):
    data = file(ITEMS, typed("d", kind, text))
    assert run(data, "d", {})[0] == wanted
    notes = []
    evaluate(read(data, "m"), "d", {}, notes)
    assert [note.element for note in notes if note.code == "type"] == ([] if wanted is not None else ["id_d"])


def test_input_data_are_of_their_type():
    data = file(ITEMS, decision("d", literal("[x, y]"), ["x", "y"]), inputs=["x", "y"])
    data = data.replace(b'<variable name="x"/>', b'<variable name="x" typeRef="tColour"/>')
    data = data.replace(b'<variable name="y"/>', b'<variable name="y" typeRef="number"/>')
    assert run(data, "d", {"x": "red", "y": 1})[0] == ["red", 1]
    assert run(data, "d", {"x": "blue", "y": "1"})[0] == [None, None]
    assert run(data, "d", {"x": ["green"], "y": [Decimal("1.5")]})[0] == ["green", Decimal("1.5")]
    assert run(data, "d", {"x": None, "y": Decimal("NaN")})[0] == [None, None]


def test_a_table_of_a_type_keeps_its_rules():
    rows = [["< 5", '"red"'], ["[5..9]", '"blue"']]
    made = decision("d", table(["x"], {"out": ""}, rows), ["x"])
    data = file(ITEMS, made.replace('<variable name="d"/>', '<variable name="d" typeRef="tColour"/>'), inputs=["x"])
    assert run(data, "d", {"x": 1}) == ("red", (1,))
    assert run(data, "d", {"x": 6}) == (None, (2,))


def test_a_table_tells_far_days_apart():
    rows = [['> @"10000-01-01"', "1"], ['@"2024-01-01"', "2"], ['< @"-0001-01-01"', "3"], ["> 5", "4"]]
    data = file(decision("d", table(["date(x)"], {"out": ""}, rows), ["x"]), inputs=["x"])
    days = {"10000-01-02": 1, "2024-01-01": 2, "-0002-01-01": 3, "2024-01-02": None, "10000-01-01": None}
    assert {day: run(data, "d", {"x": day})[0] for day in days} == days


SERVICE = (
    '<decisionService id="id_s" name="s"><variable name="s"/><outputDecision href="#id_a"/>'
    '<inputDecision href="#id_b"/><inputData href="#id_x"/></decisionService>'
)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("s(5, 10)", 15), ("s(b: 10, x: 5)", 15), ("s(b: 10)", None), ("s(1)", None), ("s(q: 1)", None)],
)
def test_a_decision_service_is_a_function(text, wanted):
    own = decision("b", literal("x + 1"), ["x"]), decision("a", literal("b + x"), ["x"], ["b"])
    data = file(*own, SERVICE, decision("d", literal(text), knowledge=["s"]), inputs=["x"])
    assert run(data, "d", {"x": 100})[0] == wanted
    model = read(data, "m")
    assert invoke(model, "s", {"x": 1, "b": 5}) == compile_model(model).invoke("s", {"x": 1, "b": 5}) == 6
    assert invoke(model, "s", {"x": 1}) is compile_model(model).invoke("s", {"x": 1}) is None


def test_a_knowledge_model_takes_arguments_of_its_types():
    made = knowledge("k", ["p"], literal("[p]")).replace(
        '<formalParameter name="p"/>', '<formalParameter name="p" typeRef="number"/>'
    )
    data = file(made, decision("d", literal('[k(1), k([2]), k("x")]'), knowledge=["k"]))
    assert run(data, "d", {})[0] == [[1], [2], None]
    assert compile_model(read(data, "m")).invoke("k", {"p": 7}) == [7]


def importing(name, body, *, imports):
    heads = "".join(f'<import name="{label}" namespace="{space}" importType="x"/>' for label, space in imports)
    text = file(heads.replace(' importType="x"', ""), *body).decode()
    return text.replace('name="m" namespace="urn:m"', f'name="m" namespace="urn:{name}"').encode()


def test_imports_of_imports_stand_behind_their_names():
    base = read(file(ITEMS, decision("greet", literal('"hi " + who'), ["who"]), inputs=["who"]), "base.dmn")
    need = '<informationRequirement><requiredDecision href="urn:{}#id_{}"/></informationRequirement><literalExpression>'
    middle = decision("louder", literal('base model.greet + "!"')).replace(
        "<literalExpression>", need.format("m", "greet")
    )
    second = read(importing("two", [middle], imports=[("base model", "urn:m")]), "two.dmn", imports=[base])
    top = typed("top", "b2.base model.tColour", "b2.louder").replace(
        "<literalExpression>", need.format("two", "louder")
    )
    plain = top.replace(' typeRef="b2.base model.tColour"', "")
    variables = {"b2": {"base model": {"who": "you"}}}
    for made, wanted in ((plain, "hi you!"), (top, None)):
        model = read(importing("three", [made], imports=[("b2", "urn:two")]), "three.dmn", imports=[base, second])
        assert compile_model(model)["top"](variables) == evaluate(model, "top", variables)[0] == wanted
        assert compile_model(model)["top"].inputs == ("b2",)
        given = {"b2": {"louder": "red"}}
        assert compile_model(model)["top"](given) == evaluate(model, "top", given)[0] == "red"
    with pytest.raises(NotationError) as caught:
        read(importing("three", [plain], imports=[("b2", "urn:two")]), "three.dmn")
    assert {problem.code for problem in caught.value.problems} == {"import", "reference"}


def test_a_lenient_model_has_its_good_decisions_and_reasons_for_the_bad_ones():
    rules = [["1 +", '"x"'], ["2", '"y"']]
    parts = [
        decision("bad", literal("1 +")),
        decision("uses", literal("bad = null"), decisions=["bad"]),
        decision("one", literal("two"), decisions=["two"]),
        decision("two", literal("one"), decisions=["one"]),
        decision("name", literal("[1, unheard]")),
        decision("t", table(["x"], {"out": ""}, rules), ["x"]),
    ]
    data = file(*parts, inputs=["x"])
    with pytest.raises(NotationError):
        compile_model(read(data, "m"))
    model = read(data, "m", lenient=True)
    wanted = {"bad": None, "uses": True, "one": None, "two": None, "name": [1, None], "t": "y"}
    reasons = {"bad": "feel-syntax", "uses": "feel-syntax", "one": "requirement-cycle", "name": "missing-variable"}
    made = compile_model(model)
    for name, value in wanted.items():
        notes = []
        assert made[name]({"x": 2}) == evaluate(model, name, {"x": 2}, notes)[0] == value
        assert reasons.get(name, "") in [note.code for note in notes] or name not in reasons


def test_boxed_forms_want_booleans():
    def boxed(tag, parts):
        return f"<{tag}>" + "".join(f"<{part}>{literal(text)}</{part}>" for part, text in parts) + f"</{tag}>"

    forms = {
        "c": boxed("conditional", [("if", '"x"'), ("then", "1"), ("else", "2")]),
        "n": boxed("conditional", [("if", "null"), ("then", "1"), ("else", "2")]),
        "f": boxed("filter", [("in", "[1, 2]"), ("match", "if item = 1 then true else 0")]),
        "s": boxed("some", [("in", "[1, 2]"), ("satisfies", "i")]).replace("<some>", '<some iteratorVariable="i">'),
    }
    data = file(*(decision(name, form) for name, form in forms.items()))
    assert {name: run(data, name, {})[0] for name in forms} == {"c": None, "n": 2, "f": None, "s": None}


def test_rules_and_cells_keep_their_ids_and_what_is_said_of_them():
    logic = """<decisionTable><input id="i"><inputExpression><text>a</text></inputExpression></input><output id="o"/>
      <annotation name="Basis"/><annotation name="Since"/>
      <rule id="r1"><description>Small
         ones</description><inputEntry id="c1"><text>&lt; 5</text></inputEntry>
      <outputEntry id="o1"><text>1</text></outputEntry>
      <annotationEntry><text>Art. 3</text></annotationEntry><annotationEntry><text>2024</text></annotationEntry></rule>
      <rule><inputEntry id="c2"><text/></inputEntry><outputEntry><text>2</text></outputEntry>
      <annotationEntry><text/></annotationEntry><annotationEntry><text>2025</text></annotationEntry></rule>
      </decisionTable>"""
    first, second = read(file(decision("d", logic, ["a"]), inputs=["a"]), "m.dmn").decisions[0].logic.rules
    assert (first.id, first.description) == ("r1", "Small ones")
    assert first.annotations == (("Basis", "Art. 3"), ("Since", "2024"))
    assert [cell.id for cell in (*first.tests, *first.outputs, *second.tests)] == ["c1", "o1", "c2"]
    assert (second.id, second.description, second.annotations) == ("", "", (("Since", "2025"),))
