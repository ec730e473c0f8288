from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alihdaya.work.place import place


def test_the_place_never_changes():
    """Items stand where these numbers say; another answer would let a duplicate in elsewhere."""
    found = [place("acme/desk/api", str(n), 8) for n in range(12)]
    assert found == [7, 1, 8, 7, 1, 4, 6, 6, 6, 2, 1, 1]


@given(st.text(), st.text(), st.integers(1, 300))
def test_every_name_has_a_place(channel, external_id, shards):
    assert 1 <= place(channel, external_id, shards) <= shards
    assert place(channel, external_id, shards) == place(channel, external_id, shards)


def test_channel_and_id_are_not_run_together():
    assert len({place("ab"[:n], "ab"[n:], 2**40) for n in range(3)}) == 3


def test_items_are_spread_evenly():
    counts = Counter(place("acme/desk/api", f"2013-01-{n}", 16) for n in range(16_000))
    assert min(counts.values()) > 850
    assert max(counts.values()) < 1150


def test_no_shards_no_place():
    with pytest.raises(ValueError, match="0 shards"):
        place("a", "b", 0)
