"""`alihdaya check`: what it prints, writes and answers with."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from alihdaya.cli import cli

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "docs" / "examples" / "refund.dmn"
CLEAN = ROOT / "src" / "alihdaya" / "packs" / "disruption" / "decisions" / "settlement.dmn"


def call(*words):
    return CliRunner().invoke(cli, ["--lang", "en", "check", *map(str, words)])


def test_errors_end_with_1_and_a_clean_model_with_0():
    assert call(EXAMPLE).exit_code == 1
    assert call(CLEAN).exit_code == 0
    assert call(CLEAN, EXAMPLE).exit_code == 1


def test_strict_lets_warnings_fail(tmp_path):
    text = EXAMPLE.read_text().replace("&gt;= 200", "&gt; 200")
    model = tmp_path / "m.dmn"
    model.write_text(text)
    assert call(model).exit_code == 0
    assert call(model, "--strict").exit_code == 1


@pytest.mark.parametrize(("name", "content"), [("m.dmn", "<a"), ("m.dmn", "<a/>"), ("m.txt", "?")])
def test_what_is_no_model_ends_with_2_and_the_rest_is_checked(tmp_path, name, content):
    (tmp_path / name).write_text(content)
    done = call(tmp_path / name, EXAMPLE)
    assert done.exit_code == 2
    assert name in done.stderr
    assert "DMN111" in done.stdout


def test_a_folder_gives_its_models(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "m.dmn").write_text(EXAMPLE.read_text())
    (tmp_path / "notes.md").write_text("?")
    assert "m.dmn" in call(tmp_path).stdout


def test_an_import_is_found_beside_the_file(tmp_path):
    space = "https://www.omg.org/spec/DMN/20230324/MODEL/"
    (tmp_path / "a.dmn").write_text(
        f'<definitions xmlns="{space}" name="a" namespace="urn:a"><decision id="x" name="x"><variable name="x"/>'
        "<literalExpression><text>1</text></literalExpression></decision></definitions>"
    )
    (tmp_path / "b.dmn").write_text(
        f'<definitions xmlns="{space}" name="b" namespace="urn:b"><import name="other" namespace="urn:a" '
        f'importType="{space}"/><decision id="y" name="y"><variable name="y"/><informationRequirement>'
        '<requiredDecision href="urn:a#x"/></informationRequirement>'
        "<literalExpression><text>other.x + 1</text></literalExpression></decision></definitions>"
    )
    assert call(tmp_path / "b.dmn").exit_code == 0
    assert "nothing found" in call(tmp_path / "b.dmn").stdout


def test_json_has_one_finding_a_line_with_its_example():
    found = [json.loads(line) for line in call(EXAMPLE, "--json").stdout.splitlines()]
    assert found[0]["code"] == "DMN111"
    assert found[0]["example"] == {"amount": 200, "channel": "web", "member": True}
    assert {one["severity"] for one in found} == {"error", "warning", "note"}


def test_sarif_has_rules_levels_lines_and_messages(tmp_path):
    target = tmp_path / "found.sarif"
    assert call(EXAMPLE, "--sarif", target).exit_code == 1
    log = json.loads(target.read_text())
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-2.1.0.json")
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    lines = EXAMPLE.read_text().splitlines()
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in {"error", "warning", "note"}
        assert result["message"]["text"]
        (place,) = result["locations"]
        physical = place["physicalLocation"]
        assert physical["artifactLocation"]["uri"].startswith("file:///")
        assert 1 <= physical["region"]["startLine"] <= len(lines)
    overlap = run["results"][0]
    assert "<rule>" in lines[overlap["locations"][0]["physicalLocation"]["region"]["startLine"] - 2]


def test_the_page_shows_what_is_printed(monkeypatch):
    monkeypatch.chdir(ROOT)
    page = (ROOT / "docs" / "check.md").read_text()
    printed = call("docs/examples/refund.dmn").stdout
    assert [line.rstrip() for line in printed.rstrip().splitlines()] == [
        line.rstrip() for line in page.split("```text\n")[1].split("```")[0].rstrip().splitlines()
    ]


def test_the_page_lists_every_code():
    from alihdaya.notation.dmn.analysis.kinds import ALL

    page = (ROOT / "docs" / "check.md").read_text()
    rows = [line.split(" | ") for line in page.splitlines() if line.startswith("| DMN")]
    assert [(row[0].strip("| "), row[1], row[2].strip("| ")) for row in rows] == [
        (rule.code, rule.level, rule.title) for rule in ALL
    ]
