"""Pauses between attempts; a lease that runs out for a moment loses nothing."""

import time
from concurrent.futures import Future
from random import Random
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alihdaya.operations.commands import Sent
from alihdaya.operations.node.dispatch import Answer, Dispatcher, Patience, Target, Tenure


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_pauses_double_up_to_the_longest_and_are_spread_over_their_second_half(attempts, chance):
    patience = Patience(0.5, 300, 8)
    whole = min(0.5 * 2 ** min(attempts - 1, 40), 300)
    assert whole / 2 <= patience.pause(attempts, chance) <= whole


class Lapsing:
    """A shard whose lease has run out at some askings, and is renewed in the same tenure."""

    def __init__(self, away):
        self.away, self.asked, self.noted = away, 0, []

    def room(self):
        self.asked += 1
        return None if self.asked in self.away else self

    def post(self, command, _at):
        self.noted.append(command)
        done = Future()
        done.set_result(None)
        return done


@pytest.mark.parametrize("away", [{1}, {2}, {1, 2, 3}], ids=["before it is sent", "before it is noted", "for long"])
def test_a_lease_that_is_renewed_in_the_same_tenure_loses_no_send(away):
    shard, sent = Lapsing(away), []

    def post(letter):
        sent.append(letter.idempotency_key)
        return Answer(200, {})

    key = (7, 0)
    send = SimpleNamespace(dead=False, next_at=0, attempts=0)
    desk = SimpleNamespace(outbox={key: send})
    dispatcher = Dispatcher(post, lambda *_: Target("there"), lambda: time.time_ns() // 1000, Random(1), hands=2)
    dispatcher.offer(Tenure("house-1", shard.room, {}), desk, [key])
    end = time.monotonic() + 100
    while not shard.noted and time.monotonic() < end:
        time.sleep(0.01)
    dispatcher.close()
    assert (set(sent), [type(one) for one in shard.noted]) == ({"house-1-7-0"}, [Sent])
    assert len(sent) == 1
