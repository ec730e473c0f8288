"""`alihdaya einvoice check`: exit codes, both languages, JSON, and every rule has a sentence."""

import json
import re
import sys
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import click
import pytest
from click.testing import CliRunner
from conformance.einvoice_own import own_documents

from alihdaya.channels.einvoice.read import read_invoice
from alihdaya.cli import cli
from alihdaya.cli.checks.meaning import meaning
from alihdaya.cli.runs.einvoice import Order, refuse_contradictions, write_invoice
from alihdaya.cli.settings import Settings
from alihdaya.engagement.einvoice.rules import codes, parties, required, sums, vat
from alihdaya.engagement.invoice import invoice_to_plain, make_invoice
from alihdaya.kernel.errors import Refused

sys.path.insert(0, str(Path(__file__).parents[1] / "engagement"))
from einvoice_terms import registered

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
    done = run(tmp_path / "a.xml")
    assert (done.exit_code, "not-an-invoice" in done.stderr, "a.xml:1" in done.stderr) == (2, True, True)


def test_what_cannot_be_read_keeps_no_other_file_from_its_verdict(files, tmp_path):
    right, wrong = files
    (tmp_path / "bad.txt").write_text("no invoice")
    done = run(tmp_path / "bad.txt", wrong, tmp_path / "none.xml", right)
    assert done.exit_code == 2
    assert [name in done.stderr for name in ("bad.txt", "none.xml", "right.xml")] == [True, True, False]
    assert "BR-CO-16" in done.stdout
    assert "right.xml: CII" in done.stdout


def billed():
    """A bill as far as the file of an invoice needs it."""
    terms = registered()
    service = terms.services[0]
    return terms, SimpleNamespace(invoice=make_invoice(terms, "2013-02", {service.id: {service.rates[0].unit: 47}}))


def write(**asked):
    order = Order("ubl", asked.pop("out", None), asked.pop("issued", None), **asked)
    refuse_contradictions(order)
    terms, made = billed()
    return write_invoice(Settings("en", ""), terms, made, invoice_to_plain(made.invoice), order)


def test_a_credit_note_of_a_fraction_is_written(tmp_path):
    made = read_invoice(write(out=tmp_path / "a.xml", credit_note="C/1", credited=("1=0.5",)).read_bytes(), "a.xml")
    assert (made.root.text("BT-1"), made.root.below("BG-25")[0].text("BT-129")) == ("C/1", "0.5")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"credited": ("1=2",)}, "needs --credit-note"),
        ({"credit_note": " "}, "needs a number"),
        ({"credit_note": "a\0"}, "needs a number"),
        ({"credit_note": "C", "credited": ("1=1", "1=2")}, "line 1 twice"),
        ({"credit_note": "C", "credited": ("1=0.00001",)}, "comes to 0"),
        ({"credit_note": "C", "credited": ("1=1e999999",)}, "not-invoiced"),
        ({"credit_note": "C", "credited": ("1=nan",)}, "not a line and a quantity"),
        ({"credit_note": "C", "credited": ("1=sNaN",)}, "not a line and a quantity"),
        ({"credit_note": "C", "credited": ("1=inf",)}, "not a line and a quantity"),
        ({"issued": date(2013, 2, 27)}, "--issued 2013-02-27"),
        ({"issued": date(9999, 12, 31)}, "--issued 9999-12-31"),
        ({"credit_note": "C", "issued": date(1, 1, 1)}, "--issued 0001-01-01"),
        ({"out": "none/x.xml"}, "x.xml cannot be written: No such"),
    ],
)
def test_what_cannot_be_written_is_refused_and_leaves_no_file(asked, said, tmp_path):
    out = tmp_path / asked.pop("out", "a.xml")
    with pytest.raises((click.ClickException, Refused), match=said):
        write(out=out, **asked)
    assert not out.exists()


def test_every_rule_has_a_sentence():
    text = "".join(Path(room.__file__).read_text() for room in (codes, parties, required, sums))
    rules = set(re.findall(r"BR-(?:CO-|CL-|DEC-)?\d\d", text))
    rules |= {f"BR-{family}-{number:02}" for family in vat.FAMILIES for number in range(1, 11)}
    rules |= {"BR-IC-11", "BR-IC-12", "BR-O-11", "BR-O-14", "BR-B-01", "BR-B-02"}
    assert len(rules) > 150
    assert all(meaning(rule) for rule in rules)
