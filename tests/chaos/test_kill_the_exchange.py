"""A process whose items talk, killed again and again: each signal, message and due time comes to be once."""

import random
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
import talking_desk

from alihdaya.operations.books.replay import prove
from alihdaya.store import open_store, views
from alihdaya.work.exchange import MessageLost, SignalReached

pytestmark = pytest.mark.chaos

KILLS = 5
PATIENCE = 100


def run(url, folder, until):
    """Let the process work until entry `until` is durable and kill it then, or to its end; says if it came there."""
    command = [sys.executable, str(Path(talking_desk.__file__)), url, str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        for line in process.stdout:
            if line == "done\n":
                return True
            if int(line) >= until:
                return False
        raise AssertionError(process.stderr.read())
    finally:
        process.kill()
        process.communicate(timeout=PATIENCE)


def test_killed_five_times_everybody_heard_once_and_every_hour_was_kept(store_url, tmp_path):
    chance = random.Random(store_url.partition(":")[0])
    items = talking_desk.ITEMS
    # entries: 2 of each item, then the signal with those who hear it and the messages that they send, then the hours
    kills = sorted(chance.sample(range(2 * items + 2, 5 * items + 20), KILLS))
    ends = [run(store_url, tmp_path, until) for until in kills]
    assert not any(ends)
    assert run(store_url, tmp_path, 1 << 60)
    with open_store(store_url) as store:
        by = Counter((entry.item, entry.by) for entry in store.read_log())
        heard = {item: n for (item, why), n in by.items() if why == "signal" and item}
        told = {item: n for (item, why), n in by.items() if why == "message" and item}
        assert sorted(heard.values()) == sorted(told.values()) == [1] * items
        kinds = Counter(type(one) for entry in store.read_log() for one in entry.events)
        assert kinds[SignalReached] == items // 3
        assert not kinds[MessageLost]
        hours = [row.external_id for row in views.items(store, limit=1_000) if row.external_id.startswith("hourly/")]
        assert len(hours) == len(set(hours)) == talking_desk.HOURS
        assert {row.status for row in views.items(store, limit=1_000)} == {"delivered"}
        assert prove(store).equal
