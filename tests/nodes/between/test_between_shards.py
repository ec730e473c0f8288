"""Messages and signals from item to item over shards: real nodes, a real PostgreSQL, each thing once."""

import pytest
from shard_talk import Town, until

from alihdaya.kernel.time import HOUR, SECOND
from alihdaya.work.events import SendQueued
from alihdaya.work.exchange import MessageKept, MessageLost, ShardPosted


@pytest.fixture
def town(postgresql, tmp_path):
    made = Town(postgresql.new_database(), tmp_path)
    yield made
    made.close()


def test_a_message_reaches_who_waits_in_another_shard_and_nobody_else(town):
    with town.node("a") as desks:
        hears = [desks.take_in("hear", 1 + n % 2, n) for n in range(5)]
        tells = [desks.take_in("tell", 3, n) for n in range(5) if n != 3]
        until(lambda: [town.status(one) for one in hears].count("delivered") == 4)
        until(town.quiet)
        assert town.status(hears[3]) == "waiting"
        assert {town.status(one) for one in tells} == {"delivered"}
    found = town.kinds()
    assert found[ShardPosted] == 4
    assert not found[MessageLost]
    assert not town.outside.keys
    town.proved()


def test_it_is_kept_for_who_begins_to_wait_later_on_another_node(town):
    with town.node("a") as desks:
        until(lambda: desks.tell(1, "news", "7", HOUR) == 0)
        until(lambda: town.kinds()[MessageKept] == 1)
    with town.node("b") as desks:
        late = desks.take_in("hear", 2, 7)
        until(lambda: town.status(late) == "delivered")
    town.proved()


def test_a_message_begins_one_item_for_a_key_wherever_it_was_thrown(town):
    with town.node("a") as desks:
        for shard in (1, 2, 3, 1):
            desks.take_in("ask", shard, 8)
        until(lambda: town.kinds()[MessageLost] == 3)
        until(town.quiet)
    assert len(town.begun("message")) == 1
    town.proved()


def test_all_in_all_shards_hear_a_signal_once_and_it_is_over(town):
    with town.node("a") as desks:
        listen = [desks.take_in("listen", 1 + n % 3, n) for n in range(9)]
        desks.take_in("ring", 2, 1)
        until(lambda: {town.status(one) for one in listen} == {"delivered"})
        late = desks.take_in("listen", 1, 99)
        until(town.quiet)
        assert town.status(late) == "waiting"
    heard = [entry.item for log in town.logs().values() for entry in log if entry.by == "signal" and entry.item]
    assert len(heard) == 9
    town.proved()


def test_what_nobody_waits_for_anywhere_goes_out_once_or_expires(town):
    with town.node("a") as desks:
        desks.take_in("out", 1, 1)
        desks.take_in("tell", 2, 1)
        until(lambda: len(town.outside.keys) == 2)
        assert desks.tell(3, "nothing", "k", SECOND) == 0
        until(lambda: town.kinds()[MessageLost] == 1)
    found = town.kinds()
    assert found[SendQueued] == 2
    assert len(set(town.outside.keys)) == 2
    town.proved()
