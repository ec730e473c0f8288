import subprocess
import sys

import pytest

from alihdaya.store import StoreLocked, open_store

HOLDER = """
import sys, time
from alihdaya.store import open_store
store = open_store(sys.argv[1])
store.lock()
print("locked", flush=True)
time.sleep(60)
"""


def test_the_lock_keeps_a_second_process_out_and_dies_with_the_first(store_url):
    with subprocess.Popen([sys.executable, "-c", HOLDER, store_url], stdout=subprocess.PIPE, text=True) as holder:
        try:
            assert holder.stdout.readline() == "locked\n"
            with open_store(store_url) as store:
                with pytest.raises(StoreLocked, match="another process writes"):
                    store.lock()
                assert store.last_seq() == 0  # reading needs no lock
        finally:
            holder.kill()
            holder.wait()
    with open_store(store_url) as store:
        for _ in range(200):  # PostgreSQL notices a dead client a moment later
            try:
                store.lock()
                break
            except StoreLocked:
                import time

                time.sleep(0.05)
        else:
            pytest.fail("the dead process still holds the lock")


def test_unlock_lets_another_in(store_url):
    with open_store(store_url) as one, open_store(store_url) as two:
        one.lock()
        one.lock()  # held already
        one.unlock()
        two.lock()
