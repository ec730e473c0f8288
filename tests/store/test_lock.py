import subprocess
import sys
import threading

import happenings
import pytest
from sqlalchemy import text

from alihdaya.store import StoreError, StoreLocked, open_store

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


def test_who_is_patient_has_the_lock_once_it_is_free(store_url):
    with open_store(store_url) as one, open_store(store_url) as two:
        one.lock()
        with pytest.raises(StoreLocked):
            two.lock(patience=0.1)
        free = threading.Timer(0.2, one.unlock)
        free.start()
        two.lock(patience=100)
        free.join()
        two.commit(happenings.year(items=1)[:1], recorded_at=0)


def test_unlock_lets_another_in(store_url):
    with open_store(store_url) as one, open_store(store_url) as two:
        one.lock()
        one.lock()  # held already
        one.unlock()
        two.lock()


def test_a_writer_whose_connection_was_cut_says_so_and_can_go_on(postgresql):
    """The lock went with the connection; the next commit takes it again, or is refused."""
    entries = happenings.year(items=5)
    url = postgresql.new_database()
    with open_store(url) as store, open_store(url) as other:
        store.commit(entries[:6], recorded_at=0)
        with other.database.connect() as connection:
            connection.execute(
                text(
                    "select pg_terminate_backend(pid) from pg_stat_activity"
                    " where datname = current_database() and pid != pg_backend_pid()"
                )
            )
        with pytest.raises(StoreError, match="nothing was committed"):
            store.commit(entries[6:9], recorded_at=0)
        other.lock()
        with pytest.raises(StoreLocked):
            store.commit(entries[6:9], recorded_at=0)
        other.unlock()
        store.commit(entries[6:], recorded_at=0)
        assert list(store.read_log()) == entries
