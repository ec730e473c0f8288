"""`invoice MONTH --line`: both numbers of each item, page by page; of a minimum, how it was worked out."""

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from alihdaya.cli import cli, settings
from alihdaya.operations.commands import Receive
from alihdaya.packs import load
from alihdaya.store import open_store

sys.path.insert(0, str(Path(__file__).parents[1] / "operations"))
from claims_pack import TERMS, write_pack
from small_desk import SmallDesk

ONE_PRICE = TERMS.replace(
    "tiers = [{ up_to = 3, price = 1.005 }, { up_to = 5, price = 0.75 }, { price = 0.333 }]", "tiers = [{ price = 2 }]"
)


@pytest.fixture
def desk_of(tmp_path, monkeypatch):
    """Make a store of so many plain claims under these terms; gives what a command on it says."""

    def made(count, terms=ONE_PRICE):
        with open_store(tmp_path / "s.db") as store:
            small = SmallDesk(store, tmp_path, pack=load(write_pack(tmp_path / "claims", terms=terms)))
            for n in range(1, count + 1):
                data = {"claim": n, "kind": "plain", "amount": 10}
                small.command(Receive(small.service, small.service.channel, f"C-{n}", 0, 0, data))
            small.commit()

        def run(*words, language="en"):
            monkeypatch.setattr(sys, "argv", ["alihdaya", "--lang", language])
            wanted = ["--lang", language, "--store", str(tmp_path / "s.db"), "invoice", "2013-01", *words]
            return CliRunner().invoke(cli, wanted)

        return run

    return made


def rows(output):
    return [line.split()[:2] for line in output.splitlines() if line.strip()[:1].isdigit() and "C-" in line]


def test_a_line_is_shown_in_pages_that_say_where_they_are(desk_of):
    run = desk_of(230)
    first, last = run("--line", "1"), run("--line", "1", "--page", "3")
    assert rows(first.output) == [[str(n), f"C-{n}"] for n in range(1, 101)]
    assert first.output.splitlines()[-1] == "Items 1 to 100 of 230; --page 2 goes on"
    assert "New York" in first.output, "when each was delivered, on the client's clock"
    assert "8 Jan 2013, 12:00" in first.output
    assert run("--line", "1", "--page", "1").output == first.output
    assert rows(last.output) == [[str(n), f"C-{n}"] for n in range(201, 231)]
    assert last.output.splitlines()[-1] == "Items 201 to 230 of 230"
    beyond = run("--line", "1", "--page", "4")
    assert (beyond.exit_code, beyond.output) == (1, "Error: Line 1 has no page 4.\n")
    assert json.loads(run("--line", "1", "--json").output) == list(range(1, 231)), "for programs all, as before"
    assert (
        run("--line", "1", language="id").output.splitlines()[-1]
        == "Item 1 sampai 100 dari 230; lanjut dengan --page 2"
    )


def test_a_page_that_is_full_and_the_last_one_names_no_next(desk_of):
    assert desk_of(100)("--line", "1").output.splitlines()[-1].split()[:2] == ["100", "C-100"]


@pytest.mark.parametrize(
    ("minimum", "line", "told"),
    [
        (
            "quantity = 5",
            2,
            "At least 5 are billed, 2 were counted, 3 are missing: 3 at $2.00 come to $6.00.",
        ),
        (
            "amount = 50",
            2,
            "At least $50.00 is billed; its other lines come to $4.00, so $46.00 is added.",
        ),
    ],
)
def test_what_a_minimum_is_short_of_is_said_in_a_sentence(desk_of, minimum, line, told):
    run = desk_of(
        2, ONE_PRICE.replace("tiers = [{ price = 2 }]\n", f"tiers = [{{ price = 2 }}]\nminimum = {{ {minimum} }}\n", 1)
    )
    head = "Line 2 bills no items: it is what Paid is short of the agreed minimum in January 2013."
    assert run("--line", str(line)).output.replace("US$", "$") == f"{head} {told}\n"
    said = run("--line", str(line), language="id").output
    assert said.startswith("Baris 2 tidak menagih item")
    assert json.loads(run("--line", str(line), "--json").output) == []


def test_a_minimum_over_two_tiers_says_what_each_line_adds(desk_of):
    tiers = "tiers = [{ up_to = 4, price = 2 }, { price = 1 }]\nminimum = { quantity = 6 }\n"
    run = desk_of(1, ONE_PRICE.replace("tiers = [{ price = 2 }]\n", tiers, 1))
    for line, sums in (("2", "3 at $2.00 come to $6.00."), ("3", "2 at $1.00 come to $2.00.")):
        said = run("--line", line).output.replace("US$", "$")
        assert "At least 6 are billed, 1 were counted, 5 are missing: " + sums in said


def test_a_line_that_is_not_there_is_refused_as_before(desk_of):
    (problem,) = desk_of(1)("--line", "9").exception.problems
    assert problem.code == "no-line"
    assert settings.say("Number of the client")
