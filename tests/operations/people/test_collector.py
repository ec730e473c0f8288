"""Where work replaces work, what is young must not grow until one look at it stands still."""

import gc
from collections.abc import Callable, Iterator

import pytest

from alihdaya.operations.floor.collector import Collector

_HELD, _GROUPS, _OF_EACH = 20_000, 300, 200


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


def _largest_young(after: Callable[[], None]) -> int:
    """Let each group's objects take the place of older ones; gives how many young ones there were at the most."""
    held = [[n] for n in range(_HELD)]
    gc.collect()
    largest = 0
    for group in range(_GROUPS):
        for n in range(_OF_EACH):
            held[(group * _OF_EACH + n) % _HELD] = [n]
        after()
        largest = max(largest, len(gc.get_objects(generation=0)))
    return largest


def test_what_is_young_stays_small() -> None:
    """Python alone lets what is young grow to all that is held; the collector to what a few groups made."""
    collector = Collector()
    assert _largest_young(collector) < _HELD // 2
    assert _largest_young(lambda: None) >= _HELD


def test_what_was_read_before_is_no_longer_looked_at() -> None:
    """All that was there when the collector was made is left alone, and garbage made since is found."""
    kept = [[n] for n in range(100)]
    Collector()
    assert not any(one is kept for generation in range(3) for one in gc.get_objects(generation))
    ring: list[object] = []
    ring.append(ring)
    del ring
    assert gc.collect() >= 1
