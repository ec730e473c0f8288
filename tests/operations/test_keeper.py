"""Who holds which shard when nodes come, go, die and fall silent; over a real PostgreSQL, beat by beat."""

import time

import pytest
from sqlalchemy import text

from alihdaya.operations.node.keeper import Keeper, Pace
from alihdaya.store import StoreError
from alihdaya.store.lease.directory import Directory
from alihdaya.work.place import fair_share

SHARDS = 5
CALM = Pace(beat=60, ttl=60)
FRAIL = Pace(beat=60, ttl=0.3)
"""Taken on for the last beat only: on a busy machine a node of this pace would be dead between any two."""


class Room:
    """Stands for a shard's writer: says at once that it answers, and remembers that it was closed."""

    def __init__(self, fence, opened):
        self.fence = fence
        self.closed = False
        opened()

    def close(self):
        self.closed = True


class House:
    """Keepers by name over one database."""

    def __init__(self, url):
        self.url = url
        self.keepers = {}
        self.rooms = []

    def join(self, name, pace=CALM):
        directory = Directory(self.url, name)
        directory.lay_out(SHARDS, "house")
        self.keepers[name] = Keeper(directory, f"http://{name}", self.open, pace)
        return self.keepers[name]

    def open(self, fence, opened):
        self.rooms.append(Room(fence, opened))
        return self.rooms[-1]

    def beat(self, times=4):
        """Let everybody beat in turn until nothing moves any more."""
        for _ in range(times):
            for keeper in self.keepers.values():
                keeper.step()
                time.sleep(0.01)

    def shares(self):
        return {name: len(keeper.shards) for name, keeper in self.keepers.items()}

    def open_rooms(self):
        return [room.fence for room in self.rooms if not room.closed]


@pytest.fixture
def house(postgresql):
    made = House(postgresql.new_database())
    yield made
    for keeper in made.keepers.values():
        keeper.stop()


def test_shares_add_up_and_differ_by_one():
    for shards in range(1, 20):
        for count in range(1, 8):
            nodes = [f"n{n}" for n in range(count)]
            shares = [fair_share(shards, nodes, node) for node in nodes]
            assert sum(shares) == shards
            assert max(shares) - min(shares) <= 1


def test_a_node_alone_holds_all_and_gives_up_its_surplus_to_one_that_joins(house):
    a = house.join("a")
    house.beat(1)
    assert a.shards == (1, 2, 3, 4, 5)
    b = house.join("b")
    house.beat()
    assert house.shares() == {"a": 3, "b": 2}
    assert sorted([*a.shards, *b.shards]) == [1, 2, 3, 4, 5]
    house.join("c")
    house.beat()
    assert sorted(house.shares().values()) == [1, 2, 2]
    fences = house.open_rooms()
    assert sorted(fence.shard for fence in fences) == [1, 2, 3, 4, 5], "two writers of one shard, or none"
    assert a.holder(b.shards[0]) == "http://b"


def test_a_node_that_leaves_hands_everything_over_at_once(house):
    a, b = house.join("a"), house.join("b")
    house.beat()
    house.keepers.pop("a").stop()
    assert a.shards_in_hand() == []
    b.step()
    assert b.shards == (1, 2, 3, 4, 5)
    assert b.nodes == ("b",)


def test_a_dead_nodes_shards_are_taken_over_with_a_higher_epoch(house):
    a, b = house.join("a"), house.join("b")
    house.beat()
    before = {room.fence.shard: room.fence.epoch for room in house.rooms}
    mine = a.shards
    assert len(mine) == 3
    house.keepers.pop("a").pace = FRAIL
    a.step()
    time.sleep(0.4)
    assert a.shards == (), "by its own clock it holds nothing any more"
    assert a.room(mine[0]) is None
    b.step()
    assert b.shards == (1, 2, 3, 4, 5)
    assert all(room.fence.epoch > before[room.fence.shard] for room in house.rooms[-3:])
    a.step()
    assert [room.fence for room in house.rooms if room.closed and room.fence.node == "a"]
    assert set(a.shards).isdisjoint(mine)
    a.stop()


def test_a_node_that_the_database_does_not_hear_answers_for_nothing_and_comes_back(house, postgresql):
    a = house.join("a")
    a.step()
    assert len(a.shards) == SHARDS
    a.pace = FRAIL
    a.step()
    postgresql.stop()
    try:
        with pytest.raises(StoreError):
            a.step()
        time.sleep(0.3)
        with pytest.raises(StoreError):
            a.step()
        assert a.shards == ()
        assert house.open_rooms() == []
    finally:
        postgresql.start()
    a.pace = CALM
    house.keepers["b"] = b = house.join("b")
    a.step()
    assert len(a.shards) == SHARDS, "nobody took them meanwhile"
    house.beat()
    assert (len(a.shards), len(b.shards)) == (3, 2)


def test_after_its_own_silence_a_node_does_not_rob_the_others(house, monkeypatch):
    """PostgreSQL came back: the first to beat must not take the others, who were as deaf, for dead."""
    a, b = house.join("a"), house.join("b")
    house.beat()
    shares = (a.shards, b.shards)
    with b.directory.database.connect() as connection, connection.begin():
        connection.execute(text("update alihdaya.node set until = 0"))
    beat = a.directory.beat
    monkeypatch.setattr(a.directory, "beat", lambda *_: (_ for _ in ()).throw(StoreError("gone")))
    with pytest.raises(StoreError):
        a.step()
    monkeypatch.setattr(a.directory, "beat", beat)
    a.step()
    b.step()
    assert (a.shards, b.shards) == shares
