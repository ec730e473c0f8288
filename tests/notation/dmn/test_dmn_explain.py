"""Explanations: the value and the rules are those of both evaluators, and what is told of them is true."""

import json

import pytest
from dmn_text import decision, entry, file, key, knowledge, literal, one_table, table
from hypothesis import given, settings
from hypothesis import strategies as st
from test_dmn_boundaries import NAMES, policies, rule

from alihdaya.notation.dmn import compile_model, evaluate, read
from alihdaya.notation.dmn.explain import explain, nulls, plain
from alihdaya.notation.dmn.link import link
from alihdaya.notation.dmn.table.boundary import rows


def told(data, name, variables):
    """The explanation; value, fired rules and reasons must be those of both evaluators."""
    model, notes = read(data, "m.dmn"), []
    found = explain(model, name, dict(variables))
    assert repr((found.value, found.fired)) == repr(compile_model(model)[name].run(variables))
    assert repr((found.value, found.fired)) == repr(evaluate(model, name, variables, notes))
    cells = {
        "the value cannot be compared with what it is tested for",
        "the values have no common order",
    }
    wanted = {(note.message, note.element) for note in notes if note.message not in cells}
    assert {(note.message, note.element) for note in nulls(found)} >= wanted
    json.dumps(plain(found), default=str)
    return found


@settings(max_examples=40, deadline=None)
@given(st.lists(rule, min_size=1, max_size=8), policies)
def test_generated_tables_explained_on_their_boundaries(rules, policy):
    model = read(one_table(NAMES, {"out": ""}, rules, *policy, others=["other"]), "m.dmn")
    compiled, root = compile_model(model)["d"], link(model).decisions[0].root
    for row in rows(root, 40):
        variables = {**dict(zip(NAMES, row, strict=False)), "other": 5}
        found = explain(model, "d", variables)
        assert repr((found.value, found.fired)) == repr(compiled.run(variables)), variables
        for one in found.logic.rules:
            assert one.matched == (one.failed is None)
            assert not one.fired or one.matched


FEES = [["< 10", '"small"', "1"], ["[10..100)", "-", "2"], [">= 100", "-", "amount / 50"]]


@pytest.mark.parametrize(
    ("amount", "kind", "fired", "failed", "value"),
    [
        (5, "small", (1,), {2: "amount", 3: "amount"}, 1),
        (5, "large", (), {1: "kind", 2: "amount", 3: "amount"}, None),
        (200, "small", (3,), {1: "amount", 2: "amount"}, 4),
        (None, None, (), {1: "amount", 2: "amount", 3: "amount"}, None),
    ],
)
def test_rules_that_did_not_fire_name_the_cell_that_failed_first(amount, kind, fired, failed, value):
    data = one_table(["amount", "kind"], {"fee": ""}, FEES)
    found = told(data, "d", {"amount": amount, "kind": kind})
    assert (found.value, found.fired) == (value, fired)
    assert {one.number: one.failed.column for one in found.logic.rules if one.failed} == failed
    assert [(column.label, column.value) for column in found.logic.columns] == [("amount", amount), ("kind", kind)]
    if value is None:
        assert [note.code for note in found.diagnostics] == ["no-rule"]


def test_a_computed_output_tells_what_it_read():
    found = told(one_table(["amount", "kind"], {"fee": ""}, FEES), "d", {"amount": 200, "kind": "small"})
    outputs = [one.outputs[0] for one in found.logic.rules]
    assert [(one.asked, one.value, [(read.name, read.value) for read in one.reads]) for one in outputs] == [
        (False, None, []),
        (False, None, []),
        (True, 4, [("amount", 200)]),
    ]


@pytest.mark.parametrize(
    ("hit", "extra", "x", "outcome", "fired", "value"),
    [
        ("UNIQUE", "", 5, "conflict", (1, 2), None),
        ("UNIQUE", "", 15, "only", (2,), 20),
        ("FIRST", "", 5, "first", (1,), 10),
        ("ANY", "", 5, "conflict", (1, 2), None),
        ("PRIORITY", "", 5, "priority", (2,), 20),
        ("OUTPUT ORDER", "", 5, "ordered", (2, 1), [20, 10]),
        ("RULE ORDER", "", 5, "all", (1, 2), [10, 20]),
        ("COLLECT", 'aggregation="SUM"', 5, "sum", (1, 2), 30),
        ("COLLECT", 'aggregation="COUNT"', 99, "none", (), 0),
        ("FIRST", "default", 99, "default", (), 7),
    ],
)
def test_the_outcome_says_how_the_value_came_about(hit, extra, x, outcome, fired, value):
    clause = entry("outputValues", "20, 10") + (entry("defaultOutputEntry", "7") if extra == "default" else "")
    data = one_table(["x"], {"o": clause}, [["< 10", "10"], ["< 20", "20"]], hit, "" if extra == "default" else extra)
    found = told(data, "d", {"x": x})
    assert (found.logic.outcome, found.logic.fired, found.logic.value) == (outcome, fired, value)
    assert [one.number for one in found.logic.rules if one.fired] == sorted(fired)


def drg():
    """Base and surcharge under a fee; the surcharge calls a knowledge model, and both need the weight."""
    return file(
        decision("base", table(["weight"], {"o": ""}, [["< 5", "10"], [">= 5", "20"]]), ["weight"]),
        decision("rate", literal("percent(base) + order.extra"), ["order"], ["base"], ["percent"]),
        decision("fee", literal("base + rate"), [], ["base", "rate"]),
        knowledge("percent", ["of"], literal("of * 0.1")),
        inputs=["weight", "order"],
    )


def test_a_tree_of_requirements_is_told_whole_and_each_decision_once():
    found = told(drg(), "fee", {"weight": 7, "order": {"extra": 3, "other": 1}})
    base, rate = found.required
    assert [(one.name, one.value, one.origin) for one in (found, base, rate)] == [
        ("fee", 25, "decided"),
        ("base", 20, "decided"),
        ("rate", 5, "decided"),
    ]
    assert [(one.name, one.origin, one.value) for one in rate.required] == [("base", "above", 20)]
    assert [(read.name, read.value) for read in rate.logic.reads] == [("base", 20), ("order.extra", 3)]
    assert [(one.name, one.missing) for one in base.inputs] == [("weight", False)]
    (call,) = rate.calls
    assert (call.name, call.element, call.value) == ("percent", key("percent"), 2)
    assert [(one.name, one.value) for one in call.arguments] == [("of", 20)]
    assert (call.logic.text, [read.name for read in call.logic.reads]) == ("of * 0.1", ["of"])


def test_what_was_given_is_not_explained_and_what_is_missing_is_said():
    found = told(drg(), "fee", {"base": 1})
    assert [(one.name, one.value, one.origin) for one in found.required] == [
        ("base", 1, "given"),
        ("rate", None, "decided"),
    ]
    rate = found.required[1]
    assert [(one.name, one.missing) for one in rate.inputs] == [("order", True)]
    assert "missing-variable" in {note.code for note in rate.diagnostics}
    assert {note.element for note in rate.diagnostics} == {key("rate")}
    assert [note.code for note in found.diagnostics] == ["arithmetic"]


def test_each_entry_of_a_context_has_its_value_and_a_table_inside_is_told():
    bands = table(["x"], {"o": ""}, [["< 5", "1"], ["-", "2"]], "FIRST")
    body = f"""<context><contextEntry><variable name="band"/>{bands}
      </contextEntry><contextEntry><variable name="twice"/>{literal("band * 2")}</contextEntry>
      <contextEntry>{literal("twice + band")}</contextEntry></context>"""
    found = told(file(decision("d", body, ["x"]), inputs=["x"]), "d", {"x": 9})
    assert (found.value, found.fired) == (6, ())
    assert [(name, one.kind, one.value) for name, one in found.logic.entries] == [
        ("band", "table", 2),
        ("twice", "expression", 4),
        ("", "expression", 6),
    ]
    assert found.logic.entries[0][1].fired == (2,)


def test_only_the_branch_that_was_taken_is_evaluated():
    def part(tag, text):
        return f"<{tag}>{literal(text)}</{tag}>"

    body = "<conditional>" + part("if", "x > 5") + part("then", "x / 0") + part("else", "x + 1") + "</conditional>"
    model = file(decision("d", body, ["x"]), inputs=["x"], namespace="https://www.omg.org/spec/DMN/20230324/MODEL/")
    found = told(model, "d", {"x": 1})
    assert (found.logic.branch, found.logic.taken.text, found.value, found.diagnostics) == ("else", "x + 1", 2, ())
    assert told(model, "d", {"x": 9}).diagnostics[0].code == "arithmetic"


def test_calls_beyond_the_limit_are_counted():
    data = file(
        decision("d", literal("for i in 1..200 return square(i)"), [], [], ["square"]),
        knowledge("square", ["n"], literal("n * n")),
    )
    found = told(data, "d", {})
    assert (len(found.calls), found.untold, len(found.value)) == (50, 150, 200)


def test_cells_behind_the_first_that_fails_leave_no_calls_behind():
    data = file(
        decision("d", table(["x", "x"], {"o": ""}, [["> 5", "odd(?)", "1"]]), ["x"], [], ["odd"]),
        knowledge("odd", ["n"], literal("modulo(n, 2) = 1")),
        inputs=["x"],
    )
    assert [cell.passed for cell in told(data, "d", {"x": 3}).logic.rules[0].cells] == [False, True]
    assert told(data, "d", {"x": 3}).calls == ()
    assert len(told(data, "d", {"x": 7}).calls) == 1


def test_a_service_tells_the_decisions_that_it_evaluated():
    service = f"""<decisionService id="{key("tax")}" name="tax"><variable name="tax"/>
      <outputDecision href="#{key("inner")}"/><inputData href="#{key("x")}"/></decisionService>"""
    data = file(
        decision("inner", table(["x"], {"o": ""}, [["< 5", "1"], [">= 5", "2"]]), ["x"]),
        decision("d", literal("tax(8)"), [], [], ["tax"]),
        service,
        inputs=["x"],
    )
    (served,) = told(data, "d", {}).calls
    assert [(one.name, one.value, one.fired) for one in served.decisions] == [("inner", 2, (2,))]
