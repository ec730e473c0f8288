"""Jobs and tokens on the command line: a pack whose items need a function first and somebody's word after it."""

import re
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from alihdaya.cli import cli
from alihdaya.store import open_store

sys.path.insert(0, str(Path(__file__).parents[1] / "operations" / "jobs"))
from jobs_pack import JobsDesk

from alihdaya.operations.perform import perform


@pytest.fixture
def run(tmp_path):
    def run(*words, code=0, store=tmp_path / "s.db"):
        done = CliRunner().invoke(cli, ["--lang", "en", "--store", str(store), *words])
        assert done.exit_code == code, done.output
        return done.output

    return run


def fill(tmp_path, functions="", items=1):
    with open_store(tmp_path / "s.db") as store:
        made = JobsDesk(store, tmp_path, functions)
        for _ in range(items):
            perform(made.desk, made.receipt(), made.at)
        made.desk.commit()


def test_functions_are_run_here_and_now(run, tmp_path):
    fill(tmp_path, "def look(job: Job):\n    return {'seen': job.key}\n", items=2)
    head, _, *listed = run("jobs").splitlines()
    assert re.split(r"\s{2,}", head.strip())[:4] == ["Job", "Item", "Name", "State"]
    assert [re.split(r"\s{2,}", line.strip())[1:5] for line in listed] == [
        ["1", "look", "free", "0"],
        ["2", "look", "free", "0"],
    ]
    assert run("jobs", "--do") == "No job is open.\n"
    with open_store(tmp_path / "s.db", read_only=True) as store:
        results = [
            event.result["seen"] for entry in store.read_log() for event in entry.events if hasattr(event, "unit")
        ]
    assert len(set(results)) == 2
    assert all(key.startswith("store-") for key in results)


def test_an_end_is_said_by_hand(run, tmp_path):
    fill(tmp_path, items=3)
    first, second, third = (line.split()[0] for line in run("jobs").splitlines()[2:])
    assert run("job", first, "done", "--set", "seen=1.50", "--set", "note=so so") == f"Job {first} is over.\n"
    assert "name the error" in run("job", second, "error", code=2)
    assert run("job", second, "error", "--code", "bad") == f"Job {second} is over.\n"
    assert "stopped" in run("job", third, "fail", "--reason", "no key")
    (left,) = run("jobs").splitlines()[2:]
    assert re.split(r"\s{2,}", left.strip())[3:] == ["dead", "1", "–", "–", "no key"]
    for words in (("x", "done"), ("1-", "done"), (third, "done", "--set", "x")):
        assert run("job", *words, code=2)
    with open_store(tmp_path / "s.db", read_only=True) as store:
        ends = [event.outcome for entry in store.read_log() for event in entry.events if hasattr(event, "unit")]
    assert ends == ["done", "failed"]


def test_tokens_are_made_listed_and_revoked(run, postgresql):
    url = postgresql.new_database()
    text = run("token", "new", "billing", "--right", "read", "--right", "worker", store=url).strip()
    assert re.fullmatch(r"alihdaya_[0-9a-f]{12}_[0-9a-f]{64}", text)
    listed = run("token", "list", store=url)
    assert listed.split()[:2] == [text.split("_")[1], "valid"]
    assert text.split("_")[2] not in listed
    assert run("token", "revoke", "billing", store=url) == "Revoked: 1\n"
    assert "revoked" in run("token", "list", store=url)
    assert "no such token" in run("token", "revoke", "billing", code=1, store=url)
    assert "postgresql" in run("token", "list", code=2)
    assert "printable" in run("token", "new", "a\nb", "--right", "read", code=2, store=url)


def test_only_this_machine_may_be_left_open(run):
    answer = run("node", "--pack", "disruption", "--listen", "0.0.0.0:8400", "--open", code=2)
    assert "this machine only" in answer
