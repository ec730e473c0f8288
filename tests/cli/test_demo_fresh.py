"""`alihdaya demo --fresh` begins again from nothing in its own folder, and never in a store that somebody named."""

import json
import os
import subprocess
import sys


def demo(folder, *more, **environment):
    command = [sys.executable, "-m", "alihdaya.cli", "demo", "--data", str(folder), "--rows", "400", "--json", *more]
    clean = {name: value for name, value in os.environ.items() if name != "ALIHDAYA_STORE"} | environment
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, env=clean)


def figures(done):
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_fresh_takes_everything_in_again_and_comes_to_the_same(tmp_path):
    (tmp_path / "mine.txt").write_text("not the demo's")
    first, again, fresh = figures(demo(tmp_path)), figures(demo(tmp_path)), figures(demo(tmp_path, "--fresh"))
    assert (first["this_run"]["received"], again["this_run"]["received"]) == (400, 0)
    assert fresh["this_run"]["received"] == 400
    assert (fresh["items"], fresh["invoice_total"]) == (first["items"], first["invoice_total"])
    assert (tmp_path / "mine.txt").exists()


def test_fresh_never_empties_a_store_that_was_named(tmp_path):
    store = tmp_path / "ours.db"
    figures(demo(tmp_path / "a", ALIHDAYA_STORE=str(store)))
    refused = demo(tmp_path / "a", "--fresh", ALIHDAYA_STORE=str(store))
    assert refused.returncode == 2
    assert "not-fresh" in refused.stderr
    assert store.stat().st_size > 0
