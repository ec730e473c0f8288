"""Pauses between attempts."""

from hypothesis import given
from hypothesis import strategies as st

from alihdaya.operations.node.dispatch import Patience


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_pauses_double_up_to_the_longest_and_are_spread_over_their_second_half(attempts, chance):
    patience = Patience(0.5, 300, 8)
    whole = min(0.5 * 2 ** min(attempts - 1, 40), 300)
    assert whole / 2 <= patience.pause(attempts, chance) <= whole
