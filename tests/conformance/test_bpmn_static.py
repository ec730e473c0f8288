"""The published suite of static checks with the figures reached as a floor; and the runner on a small suite of ours."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODEL = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="urn:t"><process id="p">'
    '<startEvent id="s"/><endEvent id="e"/><sequenceFlow id="f" sourceRef="{}" targetRef="{}"/></process></definitions>'
)


def report(folder):
    command = [sys.executable, "-m", "conformance", "bpmn", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])["suites"]


def test_the_runner_tells_right_from_wrong(tmp_path):
    folder = tmp_path / "anything"
    (folder / "models").mkdir(parents=True)
    (folder / "models" / "good.bpmn").write_text(MODEL.format("s", "e"))
    (folder / "models" / "bad.bpmn").write_text(MODEL.format("e", "s"))
    (folder / "models" / "torn.bpmn").write_text("<definitions")
    rows = [("a", "good", True), ("b", "good", False), ("c", "bad", True), ("d", "bad", False), ("e", "torn", False)]
    cases = [{"id": name, "model": f"models/{file}.bpmn", "valid": valid} for name, file, valid in rows]
    cases[1]["contested"] = "why"
    (folder / "expectations.json").write_text(json.dumps({"suite": "small", "cases": cases}))
    expected = {
        "passed": 3, "total": 5, "clean_passed": 3, "clean_total": 4, "valid_accepted": 1, "valid_total": 2,
        "invalid_refused": 2, "invalid_total": 3, "failures": ["b", "c"],
    }  # fmt: skip
    assert report(tmp_path) == report(folder) == {"small": expected}


def suite():
    given = os.environ.get("ALIHDAYA_CONFORMANCE")
    return (Path(given) if given else ROOT.parent / "shared" / "conformance") / "bpmn" / "bpmnspector"


@pytest.mark.skipif(not suite().is_dir(), reason="THE BPMN SUITE IS NOT HERE: set ALIHDAYA_CONFORMANCE to its parent")
def test_valid_models_are_accepted_and_invalid_ones_refused():
    found = report(suite())["bpmnspector"]
    assert (found["valid_accepted"], found["valid_total"]) == (123, 123), found["failures"]
    assert (found["invalid_refused"], found["invalid_total"]) == (161, 161), found["failures"]
