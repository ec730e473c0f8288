"""A shard that takes over what the house says, by a clock that is behind: nothing is noted before what was noted."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from shard_talk import SHARDS, Desks, Town

from alihdaya.engagement.account.events import HolidayAdded
from alihdaya.kernel.event import HOUSE, Entry
from alihdaya.kernel.time import micros
from alihdaya.operations.exchange.shards.commands import Follow

ADDED = HolidayAdded("acme", "talks", "2026-06-17", "Election", "declared", (), (), ())


@pytest.fixture
def town(postgresql, tmp_path):
    made = Town(postgresql.new_database(), tmp_path)
    yield made
    made.close()


def test_time_never_goes_back_in_a_shard(town):
    begun = micros(datetime(2026, 6, 18, tzinfo=ZoneInfo("UTC")))
    with town.node("a") as desks:
        assert isinstance(desks, Desks)
        engagement, service = next(iter(desks.node.offers))
        desks.node.clock = lambda: begun
        fact = ADDED._replace(engagement=engagement, service=service)
        days = [Entry(n, begun, HOUSE, "house", (fact._replace(day=f"2026-06-1{n}"),)) for n in (5, 6, 7)]
        told = Entry(8, begun, HOUSE, "house", ())  # nothing that this shard must know
        for shard in range(1, SHARDS + 1):
            desks.node.room(shard).post(Follow((*days, told)), begun).result(60)
            desks.take_in("listen", shard, 1)
    for shard, log in town.logs().items():
        instants = [entry.at for entry in log]
        assert instants == sorted(instants), shard
        assert sum(type(one) is HolidayAdded for entry in log for one in entry.events) == 3
