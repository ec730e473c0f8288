"""`alihdaya decide`: inputs of every form, what is wrong with them, and what is shown."""

import json
from decimal import Decimal

import pytest
from click.testing import CliRunner

from alihdaya.cli import cli, main
from alihdaya.kernel.errors import NotationError
from alihdaya.notation.dmn.cases import given

MODEL = """<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" namespace="urn:fee" name="fee">
<itemDefinition name="tKind"><typeRef>string</typeRef><allowedValues><text>"small", "large"</text></allowedValues>
</itemDefinition>
<itemDefinition name="tOrder"><itemComponent name="on"><typeRef>date</typeRef></itemComponent>
<itemComponent name="weights" isCollection="true"><typeRef>number</typeRef></itemComponent></itemDefinition>
<inputData id="i1" name="amount"><variable name="amount" typeRef="number"/></inputData>
<inputData id="i2" name="kind"><variable name="kind" typeRef="tKind"/></inputData>
<inputData id="i3" name="order"><variable name="order" typeRef="tOrder"/></inputData>
<decision id="d1" name="base"><variable name="base" typeRef="number"/>
<informationRequirement><requiredInput href="#i1"/></informationRequirement>
<informationRequirement><requiredInput href="#i2"/></informationRequirement>
<decisionTable hitPolicy="UNIQUE"><input><inputExpression><text>amount</text></inputExpression></input>
<input><inputExpression><text>kind</text></inputExpression></input><output/>
<rule id="r1"><description>Small ones</description><inputEntry id="c1"><text>&lt; 10</text></inputEntry>
<inputEntry><text>-</text></inputEntry><outputEntry><text>1</text></outputEntry></rule>
<rule><inputEntry><text>[10..20]</text></inputEntry><inputEntry><text>"large"</text></inputEntry>
<outputEntry><text>amount * 0.10</text></outputEntry></rule></decisionTable></decision>
<decision id="d2" name="total fee"><variable name="total fee" typeRef="number"/>
<informationRequirement><requiredInput href="#i3"/></informationRequirement>
<informationRequirement><requiredDecision href="#d1"/></informationRequirement>
<literalExpression><text>base + sum(order.weights) + order.on.month</text></literalExpression></decision>
</definitions>"""
ROW = {"amount": 15.5, "kind": "large", "order": {"on": "2024-03-01", "weights": [1, 2.5]}}


@pytest.fixture
def model(tmp_path):
    (tmp_path / "fee.dmn").write_text(MODEL)
    return tmp_path


def decide(folder, content, *words, name="in.json", stdin=None):
    (folder / name).write_text(content if isinstance(content, str) else json.dumps(content))
    place = "-" if stdin else str(folder / name)
    done = CliRunner().invoke(cli, ["decide", str(folder / "fee.dmn"), "--input", place, *words], input=stdin)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def lines(done):
    return [json.loads(line, parse_float=Decimal) for line in done.stdout.splitlines()]


def test_one_object_gives_the_top_decisions_exactly(model):
    done = decide(model, ROW, "--json")
    assert done.exit_code == 0
    assert lines(done) == [
        {"decisions": {"total fee": Decimal("8.050")}, "rules": {"total fee": []}, "diagnostics": []},
    ]
    assert "8.050" in done.stdout


def test_every_form_of_file_gives_the_same_answers(model):
    wide = 'amount,kind,order.on,order.weights\n15.5,large,2024-03-01,"[1, 2.5]"\n'
    whole = 'amount;kind;order\n15.5;large;{on: @"2024-03-01", weights: [1, 2.5]}\n'
    forms = {
        "a.json": json.dumps([ROW]),
        "a.jsonl": json.dumps(ROW) + "\n\n",
        "a.csv": wide,
        "b.csv": whole,
        "c.csv": "\ufeff" + wide,
    }
    found = {name: lines(decide(model, text, "--json", name=name)) for name, text in forms.items()}
    assert all(len(one) == 1 and one[0]["decisions"] == {"total fee": Decimal("8.050")} for one in found.values()), (
        found
    )
    for text in (wide, json.dumps([ROW]), json.dumps(ROW) + "\n" + json.dumps(ROW)):
        assert lines(decide(model, "", "--json", stdin=text))[0]["decisions"] == {"total fee": Decimal("8.050")}


def test_named_decisions_and_given_ones(model):
    done = decide(model, ROW, "--decision", "base", "--decision", "d2", "--json")
    assert lines(done)[0]["decisions"] == {"base": Decimal("1.550"), "total fee": Decimal("8.050")}
    assert lines(done)[0]["rules"] == {"base": [2], "total fee": []}
    given = {"base": 100, "order": ROW["order"]}
    assert lines(decide(model, given, "--json"))[0]["decisions"] == {"total fee": Decimal("106.5")}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"amount": "15"}, "input 'amount': '15' is a string, and a number is wanted"),
        ({"amount": True}, "input 'amount': True is a boolean, and a number is wanted"),
        ({"kind": "medium"}, "input 'kind': 'medium' is not one of the allowed values"),
        ({"order": {"on": "1 March", "weights": []}}, "input 'order': in on: '1 March' is no date, such as 2024-01-31"),
        ({"order": {"on": "2024-03-01", "weights": [1, "x"]}}, "in weights[2]: 'x' is a string, and a number"),
        ({"order": {"on": "2024-03-01"}}, "input 'order': the entry 'weights' is missing"),
    ],
)
def test_a_value_of_another_type_names_file_row_and_input(model, change, message):
    done = decide(model, [ROW, {**ROW, **change}, ROW], "--json")
    assert done.exit_code == 1
    good, bad, last = lines(done)
    assert good["decisions"] == last["decisions"] == {"total fee": Decimal("8.050")}
    assert bad["row"] == 2
    assert message in bad["problems"][0]["message"]
    assert bad["problems"][0]["source"].endswith("in.json, row 2")
    assert decide(model, {**ROW, **change}).exit_code == 2


def test_a_number_of_too_many_digits_is_not_rounded_in_silence(model):
    text = json.dumps(ROW).replace("15.5", "1." + "3" * 34)
    assert "at most 34 digits" in decide(model, text, "--json").stdout


def test_a_missing_input_is_told_with_what_is_near_and_null_is_a_value(model):
    done = decide(model, {**{name: ROW[name] for name in ("kind", "order")}, "amuont": 3})
    assert done.exit_code == 2
    assert "input 'amount' is missing; did you mean 'amount' where it says 'amuont'?" in done.stderr
    done = decide(model, {**ROW, "amount": None})
    assert done.exit_code == 0
    assert "no rule of the table matches" in decide(model, {**ROW, "amount": None}, "--decision", "base").stdout


def test_what_is_wrong_with_an_input_is_said_in_the_readers_language(model, monkeypatch):
    monkeypatch.setattr("sys.argv", ["alihdaya", "--lang", "id"])
    (model / "in.json").write_text(json.dumps(ROW | {"amount": "15", "order": 7}))
    words = ["--lang", "id", "decide", str(model / "fee.dmn"), "--input", str(model / "in.json")]
    told = CliRunner().invoke(cli, words).stderr
    assert "masukan 'amount': '15' adalah string, padahal yang diminta number" in told
    assert "masukan 'order': 7 adalah number, padahal yang diminta context" in told


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.json", "{", "not JSON"),
        ("a.json", '{"amount": NaN}', "NaN is no number"),
        ("a.json", '{"amount": 1, "amount": 2}', "the key 'amount' is there twice"),
        ("a.json", "[" * 100_000, "not JSON"),
        ("a.csv", "amount,amount\n1,2\n", "a column is there twice"),
        ("a.csv", 'amount\n"1\n', "not CSV"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(model, name, text, message, monkeypatch, capsys):
    (model / name).write_text(text)
    monkeypatch.setattr("sys.argv", ["alihdaya", "decide", str(model / "fee.dmn"), "--input", str(model / name)])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 2
    error = capsys.readouterr().err
    assert message in error
    assert name in error


def test_rows_that_are_none_leave_the_others_alone(model):
    done = decide(model, [ROW, 5, ROW], "--json")
    assert [sorted(one) for one in lines(done)] == [
        ["decisions", "diagnostics", "row", "rules"],
        ["problems", "row"],
        ["decisions", "diagnostics", "row", "rules"],
    ]
    done = decide(model, json.dumps(ROW) + "\n{\n", "--json", name="a.jsonl")
    assert "a.jsonl:2, row 2" in lines(done)[1]["problems"][0]["source"]
    assert "3 cells for 2 columns" in decide(model, "amount,kind\n1,2,3\n", name="a.csv").stderr


def test_an_unknown_decision_names_those_that_there_are(model):
    with pytest.raises(Exception, match="there is no decision 'bse'; did you mean 'base'"):
        decide(model, ROW, "--decision", "bse")


def test_the_explanation_shows_the_tree_the_rule_and_what_failed(model):
    shown = decide(model, ROW, "--explain", "--why-not", "1").stdout
    for part in ("total fee = 8.050", "base = 1.550  rule 2", "order.weights = [1, 2.5]", "✗ < 10", "✓ [10..20]"):
        assert part in shown, shown
    assert "► 2" in shown
    assert "base: rule 1 did not fire: amount is 15.5, and the cell asks for < 10" in shown
    assert shown == decide(model, ROW, "--explain", "--why-not", "1").stdout


def test_the_output_of_a_table_is_called_by_the_decision(model):
    assert "\N{RIGHTWARDS ARROW} base" in decide(model, ROW, "--explain").stdout


def test_the_explanation_as_data_names_elements_and_values(model):
    (found,) = lines(decide(model, ROW, "--explain", "--json"))
    base = found["explanation"]["total fee"]["required"][0]
    first = base["logic"]["rules"][0]
    assert (first["element"], first["description"], first["matched"]) == ("r1", "Small ones", False)
    assert first["cells"][0] == {
        "column": "amount", "text": "< 10", "element": "c1", "value": Decimal("15.5"), "passed": False, "reason": "",
    }  # fmt: skip
    assert base["fired"] == [2]


def test_control_characters_of_a_model_do_not_reach_the_terminal(model):
    text = MODEL.replace("Small ones", "Small&#x9;ones \N{RIGHT-TO-LEFT OVERRIDE}[red]x[/red]")
    (model / "fee.dmn").write_text(text)
    shown = decide(model, ROW, "--explain").stdout
    assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in shown
    assert "[red]" in shown


def test_models_that_import_find_each_other_in_their_folder(model):
    text = """<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" namespace="urn:up" name="up">
    <import name="f" namespace="urn:fee" importType="https://www.omg.org/spec/DMN/20230324/MODEL/"/>
    <decision id="u" name="up"><variable name="up"/>
    <informationRequirement><requiredDecision href="urn:fee#d1"/></informationRequirement>
    <literalExpression><text>f.base + 1</text></literalExpression></decision></definitions>"""
    (model / "up.dmn").write_text(text)
    (model / "broken.dmn").write_text("<")
    (model / "in.json").write_text(json.dumps({"f": {"amount": 5, "kind": "small"}}))
    words = ["decide", str(model / "up.dmn"), "--input", str(model / "in.json"), "--json"]
    done = CliRunner().invoke(cli, words)
    assert lines(done)[0]["decisions"] == {"up": 2}
    (model / "in.json").write_text(json.dumps({"f": {"amount": 5}}))
    assert "input 'f.kind' is missing" in CliRunner().invoke(cli, words).stdout


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("[" * 600 + "]" * 600, "the value nests more than 100 levels deep"),
        ('{"a":' * 300 + "1" + "}" * 300, "the value nests more than 100 levels deep"),
        ('"\\ud800"', "half a character"),
        ("1e9999999999999999999999", "a number has at most 34 digits, and an exponent of at most 6144"),
        ("9" * 5000, "a number has at most 34 digits"),
        ("0." + "0" * 20_000 + "1", "a number has at most 34 digits"),
    ],
)
def test_a_hostile_value_is_refused_with_row_and_input(model, value, message):
    good = json.dumps(ROW)
    done = decide(model, f"[{good}, {good.replace('15.5', value)}]", "--json")
    assert done.exit_code == 1
    (problem,) = lines(done)[1]["problems"]
    assert message in problem["message"]
    assert problem["message"].startswith("input 'amount'")
    assert problem["source"].endswith("in.json, row 2")


@pytest.mark.parametrize(("name", "text"), [("a.json", "[]"), ("a.jsonl", "\n"), ("a.csv", "amount,kind,order\n")])
def test_no_rows_at_all_are_an_error(model, name, text):
    with pytest.raises(NotationError, match="there are no rows"):
        decide(model, text, name=name)


def test_names_that_are_near_are_looked_for_among_few(model, monkeypatch):
    looked = []
    monkeypatch.setattr(given, "get_close_matches", lambda _name, names, _n: looked.extend(names) or [])
    decide(model, {f"x{number}": 1 for number in range(20_000)}, "--json", "--decision", "base")
    assert 0 < len(looked) <= 2_000
