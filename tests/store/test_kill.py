import random
import subprocess
import sys
import time

import happenings
import pytest

from alihdaya.store import open_store
from alihdaya.store.replay import compare, rebuilt

WRITER = """
import sys, time
sys.path.insert(0, sys.argv[2])
import happenings
from alihdaya.store import StoreLocked, open_store
with open_store(sys.argv[1]) as store:
    for _ in range(400):
        try:
            store.lock()
            break
        except StoreLocked:
            time.sleep(0.02)
    last = store.last_seq()
    rest = happenings.year(items=1_000, seed=9)[last:]
    for start in range(0, len(rest), 17):
        batch = rest[start : start + 17]
        store.commit(batch, recorded_at=0)
        print(batch[-1].seq, flush=True)
"""


@pytest.mark.chaos
def test_kill_9_during_commits_loses_nothing_that_was_acknowledged_and_doubles_nothing(store_url, request):
    chance = random.Random(3)
    wanted = happenings.year(items=1_000, seed=9)
    command = [sys.executable, "-c", WRITER, store_url, str(request.path.parent)]
    acknowledged = 0
    for kill in range(4):
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
            for _ in range(chance.randint(1, 25)):
                acknowledged = int(writer.stdout.readline() or acknowledged)
            time.sleep(chance.random() / 100)
            if kill < 3:
                writer.kill()
            heard = writer.stdout.read().split()
            acknowledged = int(heard[-1]) if heard and heard[-1].isdigit() else acknowledged
        with open_store(store_url, read_only=True) as store:
            assert store.last_seq() >= acknowledged
    assert acknowledged == len(wanted)
    with open_store(store_url) as store:
        assert list(store.read_log()) == wanted
        with rebuilt(store) as fresh:
            assert list(compare(store, fresh)) == []
