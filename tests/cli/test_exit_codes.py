"""Every command tells what went wrong in one way, and ends with the exit codes of docs/commands.md."""

import io
import re
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import click
import pytest

from alihdaya.cli import _COMMANDS, cli, main
from alihdaya.operations.perform import perform
from alihdaya.store import open_store

sys.path.insert(0, str(Path(__file__).parents[1] / "operations" / "jobs"))
from jobs_pack import JobsDesk

NEEDED = {"item": ["1"], "instance": ["1"]}
"""What a group of commands takes before its commands."""


def leaves(command, words):
    """The words of every command, and of every command of a group."""
    if isinstance(command, click.Group):
        for name in command.list_commands(click.Context(command)):
            found = command.get_command(click.Context(command), name)
            yield from leaves(found, [*words, name, *(NEEDED.get(name, []) if isinstance(found, click.Group) else [])])
    else:
        yield words


ALL = [*leaves(cli, [])]


@pytest.fixture
def run(monkeypatch, tmp_path):
    """Run a command as a program would be run: its exit code, what it says and what it complains of."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ALIHDAYA_LANG", "en")

    def run(*words):
        out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
        monkeypatch.setattr(sys, "argv", ["alihdaya", *words])
        with redirect_stdout(out), redirect_stderr(err):
            try:
                main()
                code = 0
            except SystemExit as end:
                code = end.code
        return code, out.buffer.getvalue().decode(), err.buffer.getvalue().decode()

    return run


def test_every_command_is_here():
    assert {words[0] for words in ALL} == set(_COMMANDS)


@pytest.mark.parametrize("words", ALL, ids=" ".join)
def test_an_option_that_there_is_not_is_a_mistake_of_use(run, words):
    code, out, err = run(*words, "--no-such-option")
    assert (code, out) == (2, "")
    usage, hint, told = err.splitlines()
    assert usage.startswith(f"Usage: alihdaya {words[0]}")
    assert re.fullmatch(r"See alihdaya [\w ]+ --help\.", hint)
    assert told.startswith("alihdaya: ")


@pytest.fixture
def store(tmp_path):
    """A store with two items that wait for a program."""
    with open_store(tmp_path / "s.db") as made:
        desk = JobsDesk(made, tmp_path, "")
        for _ in range(2):
            perform(desk.desk, desk.receipt(), desk.at)
        desk.desk.commit()
    return str(tmp_path / "s.db")


REFUSED = [
    "item 999",
    "instance 999",
    "instance 999 cancel",
    "instance 1 resume",
    "instance 1 move no-such-node",
    "assign 999 --to ann",
    "assign 1 --to ann --token 1",
    "complete 999 --by ann",
    "complete 1 --by ann --token 1 --set seen=1",
    "retry 999 --token 1",
    "retry 1 --token 1",
    "job 9-9 done",
    "message nobody --key x",
    "invoice 1999-01",
    "invoice nonsense",
    "migrate --to 99",
    "migrate --map look=no-such-node",
]
WRONG = [
    "itms",
    "items --state lost",
    "items --limit 0",
    "item x",
    "assign 1",
    "assign 1 --to ann",
    "assign 1 --to ann --token 1 --at 1999-01-01",
    "complete 1 --by ann --token 1 --set nonsense",
    "complete 1 --by ann",
    "instance 1 set nonsense",
    "instance 1 --trace cancel",
    "retry 1",
    "job x done",
    "job 9-9 error",
    "message --keep nonsense x",
    "message",
    "migrate --map nonsense",
    "export",
    "run no-such-pack --input s.db",
    "load no-such-pack --input no-such-file",
    "pack check no-such-folder",
    "inspect no-such-file",
    "decide s.db --input no-such-file",
    "check no-such-file",
    "token list",
    "completion no-such-shell",
]


@pytest.mark.parametrize(("line", "code"), [*((one, 1) for one in REFUSED), *((one, 2) for one in WRONG)])
def test_what_is_refused_and_what_is_wrong(run, store, line, code):
    found, _, err = run("--store", store, *line.split())
    assert (found, "Traceback" in err) == (code, False), err
    assert any(one.startswith("alihdaya: ") for one in err.splitlines()), err


@pytest.mark.parametrize(
    "line", ["items", "item 1", "replay", "definitions", "jobs", "instance 1", "due", "assign 1 --to x"]
)
def test_a_store_that_there_is_not_is_named(run, line):
    code, _, err = run("--store", "nowhere.db", *line.split())
    assert (code, Path("nowhere.db").exists()) == (2, False)
    assert "alihdaya: nowhere.db: there is no such file [no-store]" in err


def test_another_writer_is_a_refusal(run, store, monkeypatch):
    monkeypatch.setattr("alihdaya.cli.settings.PATIENCE", 0.1)
    with open_store(store) as held:
        held.lock()
        code, _, err = run("--store", store, "instance", "1", "suspend")
    assert (code, "another process writes" in err) == (1, True), err


def test_a_token_that_is_none_ends_in_one_line(run, tmp_path):
    for held in (b"\xff\xfe\x00", b"a\nb", "é".encode()):
        (tmp_path / "token").write_bytes(held)
        code, out, err = run("mcp", "robo", "--url", "http://127.0.0.1:1", "--token-file", "token")
        assert (code, out) == (2, "")
        assert err.splitlines()[-1].endswith("a token is one line of plain letters")
