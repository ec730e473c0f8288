"""The row that begins a transition: out of a sourcing study, with every post of the function in it."""

import csv
from io import StringIO
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from alihdaya import packs
from alihdaya.channels.files import read_rows
from alihdaya.cli import cli
from alihdaya.kernel.errors import Refused
from alihdaya.kernel.time import DAY
from alihdaya.planning.sourcing import read_function, study
from alihdaya.planning.transition import begin_row, read_names, register

DOCS = Path(__file__).resolve().parents[2] / "docs" / "examples"
TOLD = 1_772_416_800_000_000
PACK = packs.load(Path(packs.__file__).parent / "transition")


@pytest.fixture(scope="module")
def made():
    from datetime import date

    read = read_function((DOCS / "claims-mail.toml").read_bytes(), "claims-mail.toml")
    return study(read, Random(1).random, date(2026, 3, 1), 1)


def begin(made, names, **more):
    facts = {"name": "TR-1", "announced": TOLD, "go_live": TOLD + 30 * DAY, "parallel_days": 5} | more
    return begin_row(made, made.options[0], names, **facts)


def test_the_row_is_taken_in_by_the_pack(made, tmp_path):
    row = begin(made, read_names(DOCS / "claims-posts.csv"))
    file = tmp_path / "row.csv"
    with file.open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, list(row), lineterminator="\n")
        writer.writeheader()
        writer.writerow(row)
    (batch,) = read_rows(file, PACK.intake)
    assert not batch.rejects
    assert row["post_count"] == "57"
    assert row["shore"] == "offshore"
    assert row["affected_posts"].count("; ") == 56


def test_no_post_of_the_function_may_be_forgotten(made):
    names = read_names(DOCS / "claims-posts.csv")
    with pytest.raises(Refused, match="56 posts are named, and the function has 57"):
        begin(made, names[:-1])
    with pytest.raises(Refused, match="goes live after"):
        begin(made, names, go_live=TOLD)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("title,holder\nClerk,Rini\nClerk,Rini\n", "line 2 already"),
        ("title,holder\n,Rini\n", "title is empty"),
        ("title,holder\nClerk;Boss,Rini\n", "semicolons"),
        ("post,holder\nClerk,Rini\n", "no column title"),
        ('title,holder\n"Clerk,Rini\n', "cannot be read"),
    ],
)
def test_a_bad_table_of_posts_is_refused_naming_the_line(tmp_path, lines, message):
    file = tmp_path / "posts.csv"
    file.write_text(lines, encoding="utf-8")
    with pytest.raises(Refused, match=message):
        read_names(file)


_TITLES = st.sampled_from(["Clerk", "Lead", "Trainer"])


@given(st.lists(st.tuples(_TITLES, st.sampled_from(["", "Rini", "Budi", "Sari"])), min_size=1, max_size=12))
def test_each_name_is_there_once_or_all_are_refused(tmp_path_factory, rows):
    file = tmp_path_factory.mktemp("names") / "posts.csv"
    text = StringIO()
    csv.writer(text, lineterminator="\n").writerows([("title", "holder"), *rows])
    file.write_text(text.getvalue(), encoding="utf-8")
    held = [row for row in rows if row[1]]
    if len(set(held)) < len(held):
        with pytest.raises(Refused):
            read_names(file)
    else:
        names = read_names(file)
        assert len(set(names)) == len(names) == len(rows)


def test_a_register_of_nothing_is_empty():
    assert register(1, []) == []


def test_the_command_lists_nothing_where_there_is_nothing_and_refuses_an_option_that_is_none(tmp_path, make_store):
    store = make_store(tmp_path)
    listed = CliRunner().invoke(cli, ["--store", store, "transition", "posts", "--json"])
    assert (listed.exit_code, listed.output) == (0, "")
    study_file, posts = str(DOCS / "claims-mail.toml"), str(DOCS / "claims-posts.csv")
    asked = ["transition", "begin", study_file, "--posts", posts, "--name", "T", "--announced", "2026-03-02"]
    wrong = CliRunner().invoke(cli, [*asked, "--go-live", "2026-04-06", "--to", "Mars"])
    assert wrong.exit_code == 2
    assert "Jakarta" in wrong.output
    right = CliRunner().invoke(cli, [*asked, "--go-live", "2026-04-06", "--to", "Jakarta"])
    assert right.exit_code == 0
    assert next(csv.DictReader(StringIO(right.output)))["go_live"] == "2026-04-06T00:00:00Z"


@pytest.fixture
def make_store():
    from alihdaya.store import open_store

    def make(folder):
        open_store(folder / "empty.db").close()
        return str(folder / "empty.db")

    return make
