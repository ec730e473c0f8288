"""The published suite, with the figures reached as a floor; and the runner on a small suite of ours."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FLOOR = {"2": 107, "3": 2844}
ERRORS_TOLD = 1234

MODEL = """<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" namespace="urn:m" name="m">
<inputData id="x" name="x"><variable name="x" typeRef="number"/></inputData>
<decision id="half" name="half"><variable name="half" typeRef="number"/>
<informationRequirement><requiredInput href="#x"/></informationRequirement>
<literalExpression><text>x / 2</text></literalExpression></decision>
<decision id="bad" name="bad"><variable name="bad"/><literalExpression><text>1 +</text></literalExpression></decision>
</definitions>"""
CASE = """<testCase id="{id}"><inputNode name="x"><value xsi:type="xsd:decimal">{x}</value></inputNode>
<resultNode name="{name}" errorResult="{error}"><expected>{wanted}</expected></resultNode></testCase>"""
HEAD = (
    '<testCases xmlns="http://www.omg.org/spec/DMN/20160719/testcase" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><modelName>m.dmn</modelName>'
)


def report(folder):
    done = subprocess.run(
        [sys.executable, "-m", "conformance", "dmn", str(folder)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def number(text):
    return f'<value xsi:type="xsd:decimal">{text}</value>'


def test_the_runner_tells_right_from_wrong(tmp_path):
    folder = tmp_path / "compliance-level-2" / "small"
    folder.mkdir(parents=True)
    folder.joinpath("m.dmn").write_text(MODEL)
    null = '<value xsi:nil="true"/>'
    cases = [
        ("right", 3, "half", "false", number("1.500000001")),
        ("wrong number", 3, "half", "false", number("1.6")),
        ("wrong kind", 3, "half", "false", "<value>1.5</value>"),
        ("null wanted", 3, "half", "false", null),
        ("unreadable", 3, "bad", "true", null),
        ("no such decision", 3, "none", "true", null),
    ]
    keys = ("id", "x", "name", "error", "wanted")
    text = "".join(CASE.format(**dict(zip(keys, case, strict=True))) for case in cases)
    folder.joinpath("small-test-01.xml").write_text(f"{HEAD}{text}</testCases>")
    found = report(tmp_path)
    assert (found["passed"], found["total"], found["by_level"]) == (2, 6, {"2": [2, 6]})
    assert [one.partition("#")[2] for one in found["failures"]] == [
        "wrong number",
        "wrong kind",
        "null wanted",
        "no such decision",
    ]
    assert (found["non_null_passed"], found["non_null_total"]) == (1, 3)
    assert (found["error_flag_passed"], found["evaluators"]) == (1, {"reference": 2, "compiled": 2})


def suite():
    given = os.environ.get("ALIHDAYA_CONFORMANCE")
    return (Path(given) if given else ROOT.parent / "shared" / "conformance") / "dmn-tck"


@pytest.mark.skipif(not suite().is_dir(), reason="THE DMN SUITE IS NOT HERE: set ALIHDAYA_CONFORMANCE to its parent")
def test_the_suite_passes_as_far_as_it_did():
    found = report(suite())
    totals = {level: passed for level, (passed, _) in found["by_level"].items()}
    assert all(totals[level] >= floor for level, floor in FLOOR.items()), found["failures"]
    assert found["evaluators"]["reference"] == found["evaluators"]["compiled"] == found["passed"]
    assert found["error_flag_passed"] >= ERRORS_TOLD
