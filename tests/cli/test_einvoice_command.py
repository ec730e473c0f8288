"""`alihdaya einvoice check`: exit codes, both languages, JSON, and every rule has a sentence."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from conformance.einvoice_own import own_documents

from alihdaya.cli import cli
from alihdaya.cli.checks.meaning import meaning
from alihdaya.engagement.einvoice.rules import codes, parties, required, sums, vat

OWN = next(own_documents(0, 1))


def run(*words):
    return CliRunner().invoke(cli, ["einvoice", "check", *map(str, words)])


@pytest.fixture
def files(tmp_path):
    right, wrong = tmp_path / "right.xml", tmp_path / "wrong.xml"
    right.write_bytes(OWN.cii)
    wrong.write_bytes(re.sub(rb"<cbc:PayableAmount (.*?)>.*?<", rb"<cbc:PayableAmount \1>1.00<", OWN.ubl))
    return right, wrong


def test_a_right_invoice_ends_with_0_and_a_wrong_one_with_1(files):
    right, wrong = files
    assert (run(right).exit_code, run(wrong).exit_code, run(right, wrong).exit_code) == (0, 1, 1)
    assert "BR-CO-16" in run(wrong).output
    found = json.loads(run("--json", wrong).output)
    assert (found["rule"], found["severity"], found["element"]) == ("BR-CO-16", "error", "LegalMonetaryTotal")
    assert run("--json", right).output == ""


def test_what_is_no_invoice_is_refused_with_its_place(tmp_path):
    (tmp_path / "a.xml").write_text("<a/>")
    assert "not-an-invoice" in str(run(tmp_path / "a.xml").exception)


def test_every_rule_has_a_sentence():
    text = "".join(Path(room.__file__).read_text() for room in (codes, parties, required, sums))
    rules = set(re.findall(r"BR-(?:CO-|CL-|DEC-)?\d\d", text))
    rules |= {f"BR-{family}-{number:02}" for family in vat.FAMILIES for number in range(1, 11)}
    rules |= {"BR-IC-11", "BR-IC-12", "BR-O-11", "BR-O-14", "BR-B-01", "BR-B-02"}
    assert len(rules) > 150
    assert all(meaning(rule) for rule in rules)
