"""Disputes on the command line, in words: which lines, how much of them, what that comes to, and why."""

import json
import sys

import pytest
from click.testing import CliRunner
from test_closing import change, claims, closing, rebooked
from test_disputing import dispute, uphold

from alihdaya.cli import cli


@pytest.fixture
def run(small_sqlite, monkeypatch):
    """Give what `alihdaya dispute` says of the claims desk."""

    def run(*words, language="en"):
        monkeypatch.setattr(sys, "argv", ["alihdaya", "--lang", language])
        place = str(small_sqlite.store.place)
        small_sqlite.store.unlock()
        done = CliRunner().invoke(cli, ["--lang", language, "--store", place, "dispute", *words])
        assert done.exception is None, done.output
        return done.output.replace("US$", "$").splitlines()

    return run


def test_a_dispute_names_lines_quantities_amounts_and_reasons(small_sqlite, run):
    claims(small_sqlite, 1, 4)
    closing(small_sqlite, "2013-01")
    told = run("open", "acme-00001", "--line", "1=2", "--item", "4", "--because", "too many")
    assert told == [
        "Dispute 1 of acme-00001: open",
        "  line 1, Paid: 2 of 3, $2.01 without tax",
        "  line 2, Paid: 1 of 1, $0.75 without tax",
        "  items: 4",
        "  reason: too many",
    ]
    assert run() == told
    assert run(language="id") == [
        "Sengketa 1 atas acme-00001: terbuka",
        "  baris 1, Paid: 2 dari 3, $2,01 tanpa pajak",
        "  baris 2, Paid: 1 dari 1, $0,75 tanpa pajak",
        "  item: 4",
        "  alasan: too many",
    ]
    (plain,) = map(json.loads, run("--json"))
    assert plain["quantities"] == {"1": "2", "2": "1"}


def test_what_a_dispute_comes_to_is_what_its_credit_note_takes_back(small_sqlite, run):
    """Two at 1.005 are 2.01: the first of them is 1.01, the second 1.00, whatever is credited later."""
    claims(small_sqlite, 1, 2)
    closing(small_sqlite, "2013-01")
    notes = []
    for number in (1, 2):
        dispute(small_sqlite, "acme-00001", {"1": "1"})
        notes.append(uphold(small_sqlite, number).net)
    told = run()
    assert notes == ["1.01", "1.00"]
    assert [line.split()[-3] for line in told if "without tax" in line] == [f"${net}" for net in notes]
    assert told[0] == "Dispute 1 of acme-00001: upheld, they are right"


def test_a_line_that_puts_an_earlier_month_right_is_named_with_it(small_sqlite, run):
    item, _ = claims(small_sqlite, 1, 2)
    closing(small_sqlite, "2013-01")
    rebooked(small_sqlite, item, change(unit="letter"))
    closed = closing(small_sqlite, "2013-02")
    line = next(one["number"] for one in closed.document["adjustments"] if one["amount"] == "2.00")
    told = run("open", closed.number, "--line", f"{line}=1", "--because", "no letter came")
    assert told[1] == f"  line {line}, Adjustment of January 2013: Letter: 1 of 1, $2.00 without tax"
