from decimal import Decimal

import pytest
from dmn_text import decision, entry, file, knowledge, literal, one_table, run, table

from alihdaya.kernel.errors import NotationError
from alihdaya.notation.dmn import compile_model, read
from alihdaya.notation.dmn.read import NAMESPACES

RATE = decision("rate", table(["total"], {"out": ""}, [["> 100", "0.1"], ["<= 100", "0"]]), ["total"])
PRICE = decision("price", literal("total * (1 - rate)"), ["total"], ["rate"])
DEEP = "<context>" + "<contextEntry><context>" * 40 + "</context></contextEntry>" * 40 + "</context>"
DRG = file(RATE, PRICE, decision("twice", literal("price + price"), [], ["price"]), inputs=["total"])


def test_required_decisions_are_made_first():
    assert run(DRG, "twice", {"total": 200}) == (Decimal("360.0"), ())
    assert run(DRG, "rate", {"total": 200}) == (Decimal("0.1"), (1,))
    assert compile_model(read(DRG, "m.dmn"))["twice"].inputs == ("total",)


def test_a_decision_that_is_given_is_not_made_again_even_when_it_is_null():
    assert run(DRG, "price", {"total": 200, "rate": Decimal("0.5")}) == (Decimal("100.0"), ())
    assert run(DRG, "price", {"total": 200, "rate": None}) == (None, ())
    assert run(DRG, "twice", {"price": 7}) == (14, ())
    assert run(DRG, "rate", {"total": 200, "rate": 9}) == (Decimal("0.1"), (1,))


def test_decisions_are_found_by_name_and_by_id():
    decisions = compile_model(read(DRG, "m.dmn"))
    assert decisions["id_price"] is decisions["price"]
    assert list(decisions) == ["rate", "price", "twice"]
    with pytest.raises(KeyError):
        decisions["prize"]


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_every_version_is_read_into_the_same_model(namespace):
    data = file(RATE, PRICE, inputs=["total"], namespace=namespace)
    assert run(data, "price", {"total": 200}) == (Decimal("180.0"), ())


def test_knowledge_models_boxed_contexts_and_invocations():
    pay = knowledge("payment", ["amount", "months"], literal("amount / months + fee()"), ["fee"])
    fee = knowledge("fee", [], literal("2"))
    call = (
        f"<invocation>{literal('payment')}"
        f'<binding><parameter name="months"/>{literal("term")}</binding>'
        f'<binding><parameter name="amount"/>{literal("net price * 2")}</binding></invocation>'
    )
    context = (
        f'<context><contextEntry><variable name="net price"/>{literal("loan.net price")}</contextEntry>'
        f'<contextEntry><variable name="monthly rate"/>{call}</contextEntry>'
        f"<contextEntry>{literal('monthly rate + 0.5')}</contextEntry></context>"
    )
    data = file(pay, fee, decision("d", context, ["loan", "term"], knowledge=["payment"]), inputs=["loan", "term"])
    assert run(data, "d", {"loan": {"net price": 60}, "term": 12}) == (Decimal("12.5"), ())


def test_a_knowledge_model_may_be_a_table():
    rules = [["> 1", '"many"'], ["1", '"one"']]
    size = knowledge("size", ["n"], table(["n"], {"out": ""}, rules))
    data = file(size, decision("d", literal("for n in ns return size(n)"), ["ns"], knowledge=["size"]), inputs=["ns"])
    assert run(data, "d", {"ns": [1, 2, None]}) == (["one", "many", None], ())


def test_the_other_boxed_forms():
    relation = (
        '<relation><column name="a"/><column name="full name"/>'
        f"<row>{literal('1')}{literal('x')}</row><row>{literal('2')}{literal('x + x')}</row></relation>"
    )
    function = f'<functionDefinition><formalParameter name="n"/>{literal("n + x")}</functionDefinition>'
    branches = f"<then>{literal('1')}</then><else>{literal('2')}</else>"
    loop = f"<in>{literal('[1..3]')}</in><return>{literal('i * x')}</return>"
    some = f"<in>{literal('items')}</in><satisfies>{literal('i > 1')}</satisfies>"
    parts = [
        decision("rows", relation, ["x"]),
        decision("names", literal("rows[a > 1].full name"), [], ["rows"]),
        decision("items", f"<list>{literal('x')}{literal('1')}</list>", ["x"]),
        decision("fun", function, ["x"]),
        decision("called", literal("fun(5)"), [], ["fun"]),
        decision("if", f"<conditional><if>{literal('x > 1')}</if>{branches}</conditional>", ["x"]),
        decision("kept", f"<filter><in>{literal('rows')}</in><match>{literal('a = 1')}</match></filter>", [], ["rows"]),
        decision("loop", f'<for iteratorVariable="i">{loop}</for>', ["x"]),
        decision("some", f'<some iteratorVariable="i">{some}</some>', [], ["items"]),
        decision("empty", ""),
    ]
    data = file(*parts, inputs=["x"])
    values = {name: run(data, name, {"x": 3})[0] for name in ("items", "called", "if", "loop", "some", "empty")}
    assert values == {"items": [3, 1], "called": 8, "if": 1, "loop": [3, 6, 9], "some": True, "empty": None}
    assert run(data, "names", {"x": "y"}) == (["yy"], ())
    assert run(data, "kept", {"x": "y"}) == ([{"a": 1, "full name": "y"}], ())


def problems(data):
    with pytest.raises(NotationError) as caught:
        compile_model(read(data, "m.dmn"))
    for problem in caught.value.problems:
        assert problem.source.file == "m.dmn"
        assert problem.source.line
        assert problem.source.element
    return [(problem.code, problem.source.line, problem.source.row) for problem in caught.value.problems]


ITEM = '<itemDefinition name="%s"><typeRef>%s</typeRef></itemDefinition>'


def test_a_cycle_is_shown_with_its_elements():
    data = file(
        decision("a", literal("1"), [], ["b"]), decision("b", literal("1"), [], ["c"]), decision("c", "", [], ["b"])
    )
    with pytest.raises(NotationError, match="'b' requires 'c' requires 'b'"):
        compile_model(read(data, "m.dmn"))
    assert problems(data) == [("requirement-cycle", 4, None)]


FACTORIAL = knowledge("factorial", ["n"], literal("if n <= 1 then 1 else n * factorial(n - 1)"))
EVEN = knowledge("even one", ["n"], literal("if n = 0 then true else odd one(n - 1)"), ["odd one"])
ODD = knowledge("odd one", ["n"], literal("if n = 0 then false else even one(n - 1)"), ["even one"])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("factorial(30)", 265252859812191058636308480000000),
        ("even one(41)", False),
        ("odd one(41)", True),
        ("factorial(100000)", None),
    ],
)
def test_functions_may_call_themselves_and_one_another_so_deep(text, value):
    data = file(FACTORIAL, EVEN, ODD, decision("d", literal(text), (), (), ("factorial", "even one", "odd one")))
    assert run(data, "d", {}) == (value, ())


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (file(decision("d", literal("cost + 1"))), "unknown-name"),
        (file(decision("d", literal("x + 1"), [], []), inputs=["x"]), "unknown-name"),
        (file(decision("d", literal("1 +"))), "feel-syntax"),
        (one_table(["x"], {"out": ""}, [["1", "1"], ["<", "2"]]), "feel-syntax"),
        (one_table(["x"], {"out": ""}, [["1", "1"], ["2", ""]]), "missing-output"),
        (one_table(["x"], {"out": ""}, [["1", "1"], ["2"]]), "missing-output"),
        (one_table(["x"], {}, []), "missing-output"),
        (one_table(["x"], {"out": ""}, [["1", "1"]]).replace(b"<rule>", b"<rule><inputEntry/>"), "cells"),
        (one_table(["x"], {"a": "", "b": ""}, [], "COLLECT", 'aggregation="SUM"'), "hit-policy"),
        (one_table(["x"], {"a": ""}, [], "BEST"), "hit-policy"),
        (one_table(["x"], {"a": ""}, [], "UNIQUE", 'aggregation="SUM"'), "hit-policy"),
        (file(decision("d", "", ["nowhere"])), "reference"),
        (file(decision("d", "", [], ["x"]), inputs=["x"]), "reference"),
        (file(decision("d", literal("1")), decision("d", literal("2"))), "duplicate-id"),
        (file(decision("d", ""), '<inputData id="z" name="d"/>'), "duplicate-name"),
        (file('<decision id="q"/>'), "missing-name"),
        (file('<import namespace="urn:other" name="o"/>'), "import"),
        (file(decision("d", DEEP)), "dmn-depth"),
        (file('<inputData id="i" name="i"><variable name="i" typeRef="unheard of"/></inputData>'), "unknown-type"),
        (file(ITEM % ("a", "b"), ITEM % ("b", "a")), "requirement-cycle"),
        (file(*(ITEM % (f"t{n}", f"t{n + 1}") for n in range(500)), ITEM % ("t500", "number")), "dmn-depth"),
        (file(decision("d", literal("1"), ["d"])), "reference"),
        (
            file("<elementCollection>" + decision("e", "") + "</elementCollection>", decision("d", "", [], ["e"])),
            "reference",
        ),
        (b'<definitions xmlns="urn:bpmn"/>', "not-dmn"),
    ],
)
def test_faults_are_found_when_the_model_is_read_or_compiled(data, code):
    assert code in [found for found, _, _ in problems(data)]


def test_a_faulty_cell_is_named_by_line_rule_and_decision():
    rules = "".join(
        f"<rule>\n{entry('inputEntry', text)}\n{entry('outputEntry', '1')}</rule>\n" for text in ("1", "<<")
    )
    logic = f"<decisionTable>\n<input>{entry('inputExpression', 'x')}</input><output/>\n{rules}</decisionTable>"
    assert problems(file(decision("my decision", logic, ["x"]), inputs=["x"])) == [("feel-syntax", 9, 2)]


def test_all_problems_are_told_at_once():
    data = file(decision("a", literal("p")), decision("b", literal("q + r")))
    assert [code for code, _, _ in problems(data)] == ["unknown-name", "unknown-name"]
