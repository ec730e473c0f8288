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


def test_a_question_is_asked_once_within_a_moment_and_anew_after_it(store):
    asked = []

    def read():
        asked.append(store.last_seq())
        return len(asked)

    assert [store.once("what", read), store.once("what", read)] == [1, 2]
    with store.moment():
        assert [store.once("what", read), store.once(("another", 1), read), store.once("what", read)] == [3, 4, 3]
        with store.moment():
            assert store.once("what", read) == 3
        with ThreadPoolExecutor(1) as other:
            assert other.submit(store.once, "what", read).result() == 5
        assert store.once("what", read) == 3
    with store.moment():
        assert store.once("what", read) == 6


def test_what_could_not_be_read_is_asked_for_again(store):
    with store.moment():
        with pytest.raises(ZeroDivisionError):
            store.once("what", lambda: 1 // 0)
        assert store.once("what", lambda: None) is None
        assert store.once("what", lambda: 1 // 0) is None


def test_terms_that_are_signed_are_seen_after_the_moment(store):
    entries = happenings.year(items=20, seed=3)
    with store.moment():
        assert store.engagements() == []
        store.commit(entries[:30], recorded_at=0)
        assert store.engagements() == []
    assert store.engagements()


def test_of_very_many_questions_the_last_ones_are_kept(store):
    """A bill of all months asks of each month anew, and of its terms each time."""
    asked = []

    def ask(what):
        return store.once(what, lambda: asked.append(what))

    with store.moment():
        for n in range(1000):
            ask("terms")
            ask(n)
        assert asked == ["terms", *range(1000)]
        ask(999)
        assert len(asked) == 1001
        ask(1)
        assert asked[1001:] == [1]


def test_a_question_within_a_question_is_kept_as_well(store):
    asked = []

    def outer():
        asked.append("outer")
        return [store.once("inner", lambda: asked.append("inner")), store.once("inner", lambda: asked.append("inner"))]

    with store.moment():
        assert store.once("outer", outer) is store.once("outer", outer)
    assert asked == ["outer", "inner"]
