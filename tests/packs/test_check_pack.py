from dataclasses import replace
from decimal import Decimal

import pytest
from folders import DECISION, build

from alihdaya import packs
from alihdaya.kernel.errors import PackError
from alihdaya.packs.static import require_sound
from alihdaya.packs.trial import reports_of


def found(folder, changes=None):
    return packs.check(packs.load(build(folder, changes)))


def test_a_whole_pack_has_no_problem(tmp_path):
    assert found(tmp_path) == []


@pytest.mark.parametrize(
    ("old", "new", "code", "message"),
    [
        ('alihdaya:decision="size"', 'alihdaya:decision="siez"', "no-decision", "did you mean 'size'"),
        ('alihdaya:step="double"', 'alihdaya:step="halve"', "no-step", "'halve'"),
        ('alihdaya:form="look"', 'alihdaya:form="peek"', "no-form", "'peek'"),
        ('alihdaya:skill="typing"', 'alihdaya:skill="singing"', "no-skill", "'singing'"),
        ('alihdaya:certificate="keys"', 'alihdaya:certificate="locks"', "no-certificate", "'locks'"),
        ('alihdaya:language="en"', 'alihdaya:language="nl"', "no-language", "'nl'"),
        ('alihdaya:level="B1"', 'alihdaya:level="B9"', "no-level", "'B9'"),
    ],
)
def test_what_the_process_names_must_exist(tmp_path, old, new, code, message):
    problems = found(tmp_path, {"processes/tiny.bpmn": (old, new)})
    named = [problem for problem in problems if problem.code == code]
    assert len(named) == 1, problems
    assert message in named[0].message
    assert named[0].source.file.endswith("tiny.bpmn")
    assert named[0].source.line


def test_a_decision_needs_what_the_intake_or_an_earlier_node_gives(tmp_path):
    problems = found(tmp_path, {"decisions/size.dmn": ("amount", "amuont")})
    assert (
        "BPMN961",
        "the decision reads 'amuont', to which nothing before it gives a value; did you mean 'amount'?",
    ) in [(problem.code, problem.message) for problem in problems]


def test_a_condition_sees_the_result_of_its_own_task_and_a_script_does_not(tmp_path):
    process = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="x"
      xmlns:alihdaya="https://alihdaya.org/bpmn/1"><process id="tiny" isExecutable="true">
      <startEvent id="start"/><sequenceFlow id="a" sourceRef="start" targetRef="s"/>
      <scriptTask id="s" scriptFormat="text/x-feel"><script>{remark: lost, size: amount}</script></scriptTask>
      <sequenceFlow id="b" sourceRef="s" targetRef="g"/><exclusiveGateway id="g" default="e"/>
      <sequenceFlow id="c" sourceRef="g" targetRef="done">
      <conditionExpression>size &gt; 1</conditionExpression>
      </sequenceFlow>
      <sequenceFlow id="e" sourceRef="g" targetRef="done"/><endEvent id="done"/></process></definitions>"""
    problems = found(tmp_path, {"processes/tiny.bpmn": process})
    assert [problem.message for problem in problems if problem.severity == "error"] == [
        "the script reads 'lost', to which nothing before it gives a value"
    ]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('done = "check"', 'finished = "check"', {"no-unit", "no-end"}),
        ('id = "tiny"', 'id = "huge"', {"no-process"}),
    ],
)
def test_units_and_process_must_match(tmp_path, old, new, code):
    assert code <= {problem.code for problem in found(tmp_path, {"pack.toml": (old, new)})}


def test_a_result_must_be_written_by_something(tmp_path):
    changes = {
        "pack.toml": ('result = ["size", "remark"]', 'result = ["sise"]'),
        "processes/tiny.bpmn": (
            '<serviceTask id="step" alihdaya:step="double"/>',
            '<task id="step"/>',
        ),
    }
    assert "not-supplied" in {problem.code for problem in found(tmp_path, changes)}


def test_two_files_must_not_decide_the_same(tmp_path):
    problems = found(tmp_path, {"decisions/again.dmn": DECISION})
    assert {problem.code for problem in problems} == {"twice"}


def test_a_sample_that_comes_out_otherwise_is_told_for_both_evaluators(tmp_path):
    problems = found(tmp_path, {"samples/size.json": ('"big"}', '"small"}')})
    assert [problem.code for problem in problems] == ["sample-differs"] * 2
    assert problems[0].source.row == 1
    assert "'big' compiled" in problems[0].message
    assert "by the reference" in problems[1].message


def test_a_sample_must_end_where_the_pack_ends(tmp_path):
    problems = found(tmp_path, {"samples/size.json": ('"done"', '"gone"')})
    assert [problem.code for problem in problems] == ["no-end"]


def test_offered_terms_must_price_every_unit():
    pack = packs.load("disruption")
    delivery = replace(pack.delivery, units={**pack.delivery.units, "judged": "verdict"})
    spoilt = replace(pack, manifest=replace(pack.manifest, delivery=delivery), samples=())
    assert [(problem.code, problem.severity) for problem in packs.check(spoilt)] == [
        ("no-rate", "error"),
        ("idle-rate", "warning"),
    ]


def test_steps_of_a_folder_run_only_when_they_are_trusted(tmp_path):
    pack = packs.load(build(tmp_path))
    with pytest.raises(PackError, match="trusted"):
        packs.run_steps(pack)
    steps = packs.run_steps(pack, trusted=True)
    assert steps["double"]({"amount": Decimal("1.255")}) == {"twice": Decimal("2.51")}
    assert set(steps) == {"double"}


@pytest.mark.parametrize(
    ("steps", "code", "line"),
    [
        ("import os\n", "foreign-import", 1),
        ("from . import secrets\n", "foreign-import", 1),
        ("def a(v):\n    import random\n    return {}\n", "foreign-import", 2),
        ("def a(v):\n    return eval('1')\n", "impure-step", 2),
        ("def a(v, w):\n    return {}\n", "bad-step", 1),
        ("def a(:\n", "not-python", 1),
        ("x = '\0'\n", "not-python", None),
    ],
)
def test_steps_import_the_kit_and_nothing_else(tmp_path, steps, code, line):
    with pytest.raises(PackError) as caught:
        packs.load(build(tmp_path, {"steps.py": steps}))
    assert [(p.code, p.source.line) for p in caught.value.problems] == [(code, line)]


def test_steps_that_fail_as_they_are_run_are_a_problem_of_the_pack(tmp_path):
    pack = packs.load(build(tmp_path, {"steps.py": ("from alihdaya", "1 / 0\nfrom alihdaya")}))
    with pytest.raises(PackError, match="ZeroDivisionError"):
        packs.run_steps(pack, trusted=True)


def test_worked_cases_are_run_and_are_no_part_of_what_is_deployed(tmp_path):
    bare = packs.load(build(tmp_path / "bare"))
    right = "given: amount,expect: size\n10,small\n11,big\n"
    pack = packs.load(build(tmp_path / "right", {"decisions/size.cases.csv": right}))
    assert packs.check(pack) == []
    assert (set(pack.cases), pack.digest) == ({"decisions/size.cases.csv"}, bare.digest)
    problems = found(tmp_path / "wrong", {"decisions/size.cases.csv": right.replace("11,big", "11,small")})
    assert [(one.code, one.source.row) for one in problems] == [("case-differs", 2)]
    problems = found(tmp_path / "odd", {"decisions/sise.cases.csv": right, "decisions/size.cases.csv": "given: x\n"})
    assert sorted(one.code for one in problems) == ["no-model", "unknown-column"]


@pytest.mark.parametrize(
    ("second", "code", "severity", "shown"),
    [
        ("&gt;= 10", "DMN111", "error", "amount = 10"),
        ("&gt; 11", "DMN101", "warning", "amount = 11"),
        ("-", "", "", ""),
    ],
)
def test_what_the_analysis_finds_in_the_decisions_is_told_as_grave_as_it_is(tmp_path, second, code, severity, shown):
    rows = "".join(
        f"<rule><inputEntry><text>{test}</text></inputEntry><outputEntry><text>{out}</text></outputEntry></rule>"
        for test, out in (("&lt;= 10", '"small"'), (second, '"big"'))
    )
    table = (
        f'<decisionTable hitPolicy="{"FIRST" if second == "-" else "UNIQUE"}">'
        "<input><inputExpression><text>amount</text></inputExpression></input>"
        f'<output name="out"/>{rows}</decisionTable>'
    )
    plain = '<literalExpression><text>if amount &gt; 10 then "big" else "small"</text></literalExpression>'
    problems = found(tmp_path, {"decisions/size.dmn": (plain, table), "samples/size.json": None})
    assert [(one.code, one.severity) for one in problems] == ([(code, severity)] if code else [])
    assert all(shown in one.message and one.source.line for one in problems)


@pytest.mark.parametrize("name", ["disruption", "payroll"])
def test_the_packs_that_are_shipped_have_nothing_to_warn_of(name):
    assert packs.check(packs.load(name)) == []


@pytest.mark.parametrize("name", ["disruption", "payroll"])
def test_the_cases_of_the_packs_that_are_shipped_reach_every_rule(name):
    pack = packs.load(name)
    reports, problems = reports_of(pack)
    assert (len(reports), problems) == (len(pack.models), [])
    for report in reports:
        assert not report.failures
        assert all(table.whole for table in report.coverage)


SPLIT = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="x">
<process id="tiny" isExecutable="true"><startEvent id="start"/><exclusiveGateway id="x" default="b"/>
<parallelGateway id="j"/><endEvent id="done"/><sequenceFlow id="a" sourceRef="start" targetRef="x"/>
<sequenceFlow id="b" sourceRef="x" targetRef="j"/><sequenceFlow id="c" sourceRef="x" targetRef="j">
<conditionExpression>amount = 1</conditionExpression></sequenceFlow>
<sequenceFlow id="f" sourceRef="j" targetRef="done"/></process></definitions>"""


def test_an_unsound_process_is_refused_with_file_element_and_the_path_that_shows_it(tmp_path):
    pack = packs.load(build(tmp_path, {"processes/tiny.bpmn": SPLIT}))
    told = [problem for problem in packs.check(pack) if problem.code == "BPMN951"]
    assert [(one.severity, one.source.element, one.source.line) for one in told] == [("error", "j", 3)]
    assert "start → x" in told[0].message
    assert told[0].source.file.endswith("processes/tiny.bpmn")
    with pytest.raises(PackError, match="BPMN951"):
        require_sound(pack)


def test_what_is_only_a_warning_is_no_reason_to_refuse(tmp_path):
    sound = SPLIT.replace("<parallelGateway", "<exclusiveGateway")
    pack = packs.load(build(tmp_path, {"processes/tiny.bpmn": sound}))
    assert "BPMN901" in {problem.code for problem in packs.check(pack)}
    require_sound(pack)
