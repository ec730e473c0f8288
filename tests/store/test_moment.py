"""All that is read within one moment is of that moment, whatever is written meanwhile."""

from concurrent.futures import ThreadPoolExecutor

import happenings
import pytest

from alihdaya.store import open_store


def test_what_is_written_meanwhile_is_seen_afterwards_and_by_others(store, store_url):
    entries = happenings.year(items=20, seed=3)
    store.commit(entries[:30], recorded_at=0)
    with open_store(store_url, read_only=True) as reader:
        with reader.moment():
            assert reader.last_seq() == 30
            store.commit(entries[30:50], recorded_at=0)
            with reader.moment():
                assert reader.last_seq() == 30
            assert reader.last_seq() == 30
            with ThreadPoolExecutor(1) as other:
                assert other.submit(reader.last_seq).result() == 50
        assert reader.last_seq() == 50


def test_a_moment_ends_with_whatever_goes_wrong_in_it(store):
    entries = happenings.year(items=20, seed=3)
    store.commit(entries[:30], recorded_at=0)
    with pytest.raises(ZeroDivisionError), store.moment():
        store.last_seq() // 0
    store.commit(entries[30:50], recorded_at=0)
    assert store.last_seq() == 50
