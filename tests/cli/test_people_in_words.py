"""People in the terminal, in the reader's language; and what a new pack says comes next."""

from io import StringIO

from click.testing import CliRunner
from rich.console import Console

from alihdaya.cli import cli
from alihdaya.cli.people.shown import people_table, person_tree
from alihdaya.operations.people.standing import Fact, Standing
from alihdaya.people.person import LanguageTest

TEST = LanguageTest("writing", "en", 88, 70, 0)
SOMEBODY = Standing("bayu", None, (TEST,), ())
TAKEN = Fact(1, "2026-01-19T02:00:00Z", "recruitment", "TestTaken", "writing en 88/70")


def shown(what):
    out = Console(file=StringIO(), width=100)
    out.print(what)
    return out.file.getvalue()


def test_an_applicant_and_their_test_are_told_in_indonesian(monkeypatch):
    monkeypatch.setattr("sys.argv", ["alihdaya", "--lang", "id"])
    table = shown(people_table([SOMEBODY], 0))
    assert "pelamar" in table
    assert "applicant" not in table
    assert "dites: menulis en 88/70" in shown(person_tree(SOMEBODY, [], [TAKEN], 0))


def test_a_new_pack_with_a_program_says_that_it_is_to_be_trusted(tmp_path):
    for like, trusted in (("recruitment", True), ("payroll", False)):
        made = CliRunner().invoke(cli, ["pack", "new", str(tmp_path / f"my-{like}"), "--like", like])
        assert made.exit_code == 0, made.output
        assert made.output.rstrip().endswith("--trust") is trusted
