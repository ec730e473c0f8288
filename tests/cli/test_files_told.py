"""Two files into one folder: each keeps its rejects, by a spreadsheet's rows; a file that is given again is told so."""

import csv
import re
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from alihdaya.cli import cli

sys.path.insert(0, str(Path(__file__).parents[1] / "operations"))
from claims_pack import write_pack

HEAD = "claim,kind,amount,came\n"
GOOD = "{n},plain,10,2013-01-08T17:00:00Z\n"


@pytest.fixture
def load(tmp_path, monkeypatch):
    """Take rows in, as they stand below the header; gives the exit code and what is said."""
    monkeypatch.chdir(tmp_path)
    pack = write_pack(tmp_path / "claims")

    def load(name, text="", *, language="en", command="load"):
        if text:
            Path(name).write_text(HEAD + text)
        monkeypatch.setattr(sys, "argv", ["alihdaya", "--lang", language])
        words = ["--lang", language, command, str(pack), "--trust", "--input", name, "--out", "d"]
        done = CliRunner().invoke(cli, words)
        return done.exit_code, done.output

    return load


def rejects(name):
    with Path("d", name).open(newline="") as stream:
        return [(row["row"], row["column"], row["spreadsheet_row"]) for row in csv.DictReader(stream)]


def test_a_second_file_leaves_the_rejects_of_the_first_alone(load):
    bad = "x,plain,10,2013-01-08T17:00:00Z\n"
    assert load("monday.csv", GOOD.format(n=1) + bad)[0] == 1
    code, said = load("tuesday.csv", bad + GOOD.format(n=2) + GOOD.format(n=1))
    assert code == 1
    assert "Rejected rows: d/rejects-2.csv" in said
    assert rejects("rejects.csv") == [("2", "claim", "3")]
    assert rejects("rejects-2.csv") == [("1", "claim", "2"), ("3", "", "4")]
    assert load("wednesday.csv", GOOD.format(n=4))[0] == 0
    assert not Path("d/rejects-3.csv").exists()


def test_blank_lines_and_line_breaks_in_a_field_are_counted_as_a_spreadsheet_does(load):
    load("rows.csv", '1,"a\nb",10,2013-01-08T17:00:00Z\n\n' + GOOD.format(n=2) + "x,plain,1,2013-01-08T17:00:00Z\n")
    assert ("3", "claim", "5") in rejects("rejects.csv")


@pytest.mark.parametrize("command", ["load", "run"])
def test_a_file_that_is_given_again_was_taken_before(load, command):
    assert "Taken before" not in load("rows.csv", GOOD.format(n=1) + "x,plain,1,\n", command=command)[1]
    Path("rows.csv").rename("again.csv")
    code, said = load("again.csv", command=command)
    assert code == 1, "its rejects are as they were"
    told = (
        r"Taken before, as rows.csv \(source 1\), \d+ \w+ \d{4}, \d\d:\d\d \(America/New York\): 1 received, 1 rejected"
    )
    assert re.search(told, " ".join(said.split()))
    assert "0 rows read" not in said
    assert "sumber 1" in load("again.csv", language="id", command=command)[1]


def test_a_file_without_rows_was_not_taken_before(load):
    load("none.csv", "\n")
    assert load("none.csv")[1].startswith("0 rows read")
