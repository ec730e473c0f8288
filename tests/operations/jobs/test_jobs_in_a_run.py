"""A run over a file lets functions do the jobs of rows that happen now; those of the past and of a play wait."""

import json

import pytest
from click.testing import CliRunner
from jobs_pack import write_jobs_pack

from alihdaya.cli import cli

LOOK = """
def look(job: Job):
    if job.variables["claim"] == "bad":
        raise ConnectionError("no line")
    return {"seen": job.key}
"""


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    pack = write_jobs_pack(tmp_path / "pack", LOOK, manifest="[job.look]\n")
    file = tmp_path / "claims.csv"
    file.write_text("claim,kind\none,timer\nbad,timer\ntwo,timer\n")

    def run(command, *words, code=0):
        words = [command, str(pack), "--input", str(file), "--trust", "--json", *words]
        done = CliRunner().invoke(cli, ["--lang", "en", "--store", str(tmp_path / "s.db"), *words])
        assert done.exit_code == code, done.output
        return done.output

    return run


def states(tmp_path):
    words = ["--lang", "en", "--store", str(tmp_path / "s.db"), "items", "--json"]
    lines = CliRunner().invoke(cli, words).output.splitlines()
    return {row["external_id"]: row["state"] for row in map(json.loads, lines)}


def test_what_happens_now_is_done_and_what_failed_waits(run, tmp_path):
    told = run("run")
    assert json.loads(told.splitlines()[-1])["this_run"] == {"received": 3, "rejected": 0, "jobs": 1}
    assert "1 jobs wait" in told
    assert states(tmp_path) == {"one": "delivered", "bad": "waiting", "two": "delivered"}


def test_a_play_has_no_effect_outside_and_says_what_waits(run, tmp_path):
    told = run("run", "--simulate-people", "7")
    assert json.loads(told.splitlines()[-1])["this_run"]["jobs"] == 3
    assert "3 jobs wait" in told
    assert set(states(tmp_path).values()) == {"waiting"}
