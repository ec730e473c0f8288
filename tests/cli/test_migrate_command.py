"""`alihdaya definitions` and `migrate`: what they say, what they change, and that a kill in between does no harm."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from alihdaya.cli import cli, main

sys.path.insert(0, str(Path(__file__).parents[1] / "operations"))
from claims_pack import MANIFEST, PROCESS, write_pack
from test_migrating import NEWER

KINDS = ("judge", "wait", "later")


@pytest.fixture
def shop(tmp_path):
    """A store with sixty claims that wait, and the newer pack beside it."""
    write_pack(tmp_path / "v1")
    write_pack(tmp_path / "v2", claims=NEWER, pack=MANIFEST + '\n[words.claim]\nen = "Claim"\n')
    rows = [f"{n},{KINDS[n % 3]},5,2013-01-08T12:00:00Z" for n in range(1, 61)]
    (tmp_path / "claims.csv").write_text("\n".join(["claim,kind,amount,came", *rows]) + "\n")
    made = Shop(tmp_path)
    made("load", str(tmp_path / "v1"), "--trust", "--input", str(tmp_path / "claims.csv"), "--out", str(tmp_path))
    return made


class Shop:
    def __init__(self, folder):
        self.folder = folder

    def __call__(self, *words, code=0, language="en"):
        answer = CliRunner().invoke(cli, ["--lang", language, "--store", str(self.folder / "s.db"), *words])
        assert answer.exit_code == code, answer.output
        return answer.stdout

    def plain(self, *words, code=0):
        return json.loads(self(*words, "--json", code=code).splitlines()[-1])

    def versions(self):
        lines = self("definitions", "--json").splitlines()
        return [
            (one["version"], one["underway"], {at["node"]: at["items"] for at in one["waiting"]})
            for one in map(json.loads, lines)
        ]


AT = ("--at", "2013-01-09T00:00:00")


def test_a_look_at_models_on_disk_changes_nothing_and_a_migration_deploys_them(shop):
    before = shop.versions()
    assert before == [(1, 60, {"hear": 20, "judge": 20, "look": 20})]
    target = ("--pack", str(shop.folder / "v2"), "--trust")
    seen = shop.plain("migrate", *target, "--map", "judge=weigh", *AT, code=1)
    assert (seen["items"], seen["moved"], len(seen["stayed"])) == (60, 40, 20)
    assert [(one["code"], one["node"], one["items"]) for one in seen["reasons"]] == [("no-target", "hear", 20)]
    assert (seen["to"]["version"], seen["carried_out"]) == (None, False)
    assert shop.versions() == before
    mapping = shop.folder / "mapping.toml"
    mapping.write_text('[nodes]\njudge = "weigh"\nhear = "listen"\n[set]\nnote = "string(claim)"\n')
    told = shop("migrate", *target, "--mapping", str(mapping), "--go", *AT)
    assert "60 of 60 items went to version 2." in told
    assert shop.versions() == [(1, 0, {}), (2, 60, {"listen": 20, "look": 20, "weigh": 20})]
    assert "No item is to go" in shop("migrate")
    assert shop.plain("replay")["replay_equal"] is True
    assert "Tidak ada butir yang perlu pindah" in shop("migrate", language="id")
    story = shop("item", "1")
    assert "Goes on in version" in story


def test_mistakes_are_named(shop, monkeypatch, capsys):
    target = ("--pack", str(shop.folder / "v2"), "--trust")
    bad = shop.folder / "bad.json"
    bad.write_text('{"nodes": {"judge": 7}, "node": {}}')
    for words, said, code in (
        (("--mapping", str(bad)), "there is no key 'node'", 2),
        (("--map", "jugde=weigh"), "has a node 'jugde'", 1),
        (("--map", "judge=wiegh"), "has no node 'wiegh'", 1),
        (("--map", "judge=wiegh", "--service", "no-such"), "has no node 'wiegh'", 1),
        (("--where", "amount >"), "where", 1),
    ):
        monkeypatch.setattr(sys, "argv", ["alihdaya", "--store", str(shop.folder / "s.db"), "migrate", *target, *words])
        with pytest.raises(SystemExit) as end:  # the error's way out is `main`'s
            main()
        assert end.value.code == code
        assert said in (told := capsys.readouterr().err), told
    shop("migrate", *target, "--to", "2", code=2)
    shop("migrate", "--map", "judge", code=2)
    assert PROCESS != NEWER


def test_a_kill_between_chunks_leaves_a_store_that_goes_on(shop, monkeypatch):
    shop(
        "migrate",
        "--pack",
        str(shop.folder / "v2"),
        "--trust",
        "--map",
        "judge=weigh",
        "--map",
        "hear=listen",
        "--go",
        "--limit",
        "1",
        *AT,
    )
    program = (
        "import time\n"
        "from alihdaya.operations.migrate import order\n"
        "order.Migrate.__new__.__defaults__ = (0, 5, False)\n"
        "from alihdaya.operations import perform\n"
        "was = perform.migrate_items\n"
        "def slow(*given):\n"
        "    print('chunk', flush=True)\n"
        "    time.sleep(0.2)\n"
        "    return was(*given)\n"
        "perform.migrate_items = slow\n"
        "from alihdaya.cli import main\n"
        "main()\n"
    )
    words = [
        "--store",
        str(shop.folder / "s.db"),
        "migrate",
        "--map",
        "judge=weigh",
        "--map",
        "hear=listen",
        "--go",
        *AT,
    ]
    with subprocess.Popen(
        [sys.executable, "-c", program, *words], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as killed:
        for _ in range(4):
            assert killed.stdout.readline() == b"chunk\n"
        os.kill(killed.pid, signal.SIGKILL)
        killed.wait()
    for _ in range(500):
        left = {number: underway for number, underway, _ in shop.versions()}
        if sum(left.values()) == 60:
            break
        time.sleep(0.02)
    assert 0 < left[1] < 59
    assert left[2] >= 11
    rest = shop.plain("migrate", "--map", "judge=weigh", "--map", "hear=listen", "--go", *AT)
    assert rest["moved"] == left[1]
    assert [underway for _, underway, _ in shop.versions()] == [0, 60]
    assert shop.plain("replay")["replay_equal"] is True
