"""`alihdaya check` on BPMN files: rules, soundness with its path, imports from the folder only."""

import json
import re
import shutil
from pathlib import Path

from click.testing import CliRunner

from alihdaya import packs
from alihdaya.cli import cli

HEAD = '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="urn:t">'
STUCK = """<process id="p"><startEvent id="s"/><exclusiveGateway id="x"/><parallelGateway id="j"/><endEvent id="e"/>
<sequenceFlow id="a" sourceRef="s" targetRef="x"/><sequenceFlow id="b" sourceRef="x" targetRef="j"/>
<sequenceFlow id="c" sourceRef="x" targetRef="j"/><sequenceFlow id="d" sourceRef="j" targetRef="e"/></process>"""


def found(path):
    done = CliRunner().invoke(cli, ["--lang", "en", "check", "--json", str(path)])
    return done.exit_code, [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def test_a_deadlock_is_an_error_with_its_path(tmp_path):
    (tmp_path / "m.bpmn").write_text(f"{HEAD}{STUCK}</definitions>")
    code, told = found(tmp_path)
    (first,) = [one for one in told if one["severity"] == "error"]
    assert (code, first["code"], first["element"], first["line"]) == (1, "BPMN951", "j", 1)
    assert "s → x" in first["message"]


def test_imports_are_read_from_the_folder_of_the_file_only(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    kind = "http://www.omg.org/spec/BPMN/20100524/MODEL"
    for place in (tmp_path, folder):
        (place / "o.bpmn").write_text(f"{HEAD.replace('urn:t', 'urn:o')}</definitions>")
    for location, codes in (("o.bpmn", []), ("../o.bpmn", ["BPMN123"])):
        text = f'{HEAD}<import namespace="urn:o" location="{location}" importType="{kind}"/></definitions>'
        (folder / "m.bpmn").write_text(text)
        assert [one["code"] for one in found(folder / "m.bpmn")[1]] == codes


def test_the_process_of_a_pack_is_checked_with_what_the_pack_knows(tmp_path):
    shutil.copytree(Path(packs.__file__).parent / "disruption", tmp_path / "desk")
    file = tmp_path / "desk" / "processes" / "disruption.bpmn"
    assert found(file) == (0, [])
    text = file.read_text()
    name = re.search(r"<(?:bpmn:)?conditionExpression[^>]*>(\w+)", text)
    file.write_text(text[: name.end()] + "x" + text[name.end() :])
    code, told = found(file)
    assert (code, [one["code"] for one in told]) == (1, ["BPMN961"])
    assert f"did you mean '{name[1]}'" in told[0]["message"]
