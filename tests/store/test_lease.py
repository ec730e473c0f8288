"""Many nodes over one real PostgreSQL: who holds a shard, who may commit, and what becomes of those who are late."""

import time

import happenings
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from alihdaya.kernel.time import HOUR
from alihdaya.store import LeaseLost, StoreError, open_store
from alihdaya.store.database import Database, Session, is_lost
from alihdaya.store.errors import ConnectionLost
from alihdaya.store.lease.directory import Directory, look
from alihdaya.store.lease.fence import SCHEMA, Fence
from alihdaya.store.store import open_shard

LONG = HOUR


@pytest.fixture
def url(postgresql):
    return postgresql.new_database()


@pytest.fixture
def nodes(url):
    """Make nodes over one directory of four shards; `nodes("a")` lives for an hour."""
    made = {}

    def node(name, ttl=LONG):
        if name not in made:
            made[name] = Directory(url, name)
            made[name].lay_out(4, "house")
        made[name].beat(f"{name}.example:1", ttl)
        return made[name]

    yield node
    for one in made.values():
        one.close()


def test_a_directory_is_laid_out_once_and_never_with_another_number(nodes, url):
    first = nodes("a")
    assert first.lay_out(4, "another") == "house"
    with pytest.raises(StoreError, match="4 shards for ever, not 5"):
        first.lay_out(5, "house")
    for number in (0, 257):
        with pytest.raises(StoreError, match="are possible"):
            first.lay_out(number, "house")
    with pytest.raises(StoreError, match="no schemas"):
        Directory("sqlite:///x.db", "a")


def test_each_shard_has_one_holder_and_a_dead_nodes_shards_go_first(nodes):
    a, b = nodes("a"), nodes("b")
    assert [(one.shard, one.epoch) for one in a.take(2)] == [(1, 1), (2, 1)]
    assert [one.shard for one in b.take(1)] == [3]
    b.beat("b", -1)
    assert nodes("a").beat("a", LONG).nodes == ("a",)
    assert [(one.shard, one.node, one.epoch) for one in a.take(1)] == [(3, "a", 2)]
    assert [one.shard for one in a.take(9)] == [4]
    assert b.take(9) == []
    view = b.beat("b.example:2", LONG)
    assert view.nodes == ("a", "b")
    assert {(one.node, one.lives) for one in view.tenures} == {("a", True)}


def test_a_former_holder_commits_nothing_any_more(nodes, url):
    entries = happenings.year(items=9)
    a, b = nodes("a"), nodes("b")
    (old,) = a.take(1)
    with open_shard(url, old, patience=4) as late:
        late.commit(entries[:8], recorded_at=0)
        a.release(old)
        (new,) = [one for one in b.take(4) if one.shard == old.shard]
        assert new.epoch > old.epoch
        with pytest.raises(LeaseLost, match="no longer held by a"):
            late.commit(entries[8:12], recorded_at=0)
        with open_shard(url, new, patience=4) as store:
            assert store.last_seq() == 8
            store.commit(entries[8:], recorded_at=0)
            with pytest.raises(LeaseLost):
                late.commit(entries[8:12], recorded_at=0)
            assert list(store.read_log()) == entries
    with pytest.raises(LeaseLost):
        open_shard(url, old, patience=4)


def test_a_takeover_waits_for_the_commit_under_way(nodes, url):
    a, b = nodes("a"), nodes("b")
    (fence,) = a.take(1)
    database = Database(url)
    with database.connect() as connection:
        with connection.begin():
            fence.check(connection, "here")
            a.beat("a", -1)
            assert fence.shard not in [one.shard for one in b.take(4)]
        assert [(one.shard, one.epoch) for one in b.take(1)] == [(fence.shard, 2)]
        with connection.begin(), pytest.raises(LeaseLost):
            fence.check(connection, "here")
    database.close()


def test_a_dead_nodes_session_in_the_middle_of_a_commit_does_not_keep_its_shard(nodes, url):
    a, b = nodes("a"), nodes("b")
    (fence,) = a.take(1)
    database = Database(url, schema=fence.schema, session=Session("alihdaya a", 30))
    with database.connect() as hanging:
        hanging.begin()
        fence.check(hanging, "here")
        a.beat("a", -1)
        taken, end = [one.shard for one in b.take(4)], time.monotonic() + 100
        while fence.shard not in taken and time.monotonic() < end:  # its session may take a moment to end
            taken += [one.shard for one in b.take(4)]
        assert fence.shard in taken
        assert is_cut(hanging)
    database.close()


def is_cut(connection):
    with pytest.raises(DBAPIError) as error:
        connection.execute(text("select 1"))
    return is_lost(error.value)


def test_a_session_that_falls_silent_within_a_transaction_is_ended_by_the_server(url):
    database = Database(url, session=Session("alihdaya a", 1))
    with database.connect() as hanging:
        hanging.execute(text("select 1"))
        time.sleep(1.5)
        assert is_cut(hanging)
    database.close()


def test_a_release_is_of_this_tenure_only(nodes):
    a, b = nodes("a"), nodes("b")
    (old,) = a.take(1)
    a.release(old)
    (new,) = b.take(1)
    a.release(old)
    a.ready(old)
    b.ready(new)
    (found,) = [one for one in b.beat("b", LONG).tenures if one.shard == new.shard]
    assert (found.node, found.epoch) == ("b", 3)
    assert found.ready_at >= found.taken_at


def test_any_reader_sees_the_directory_and_shards_are_stores_of_their_own(nodes, url):
    a = nodes("a")
    one, two = a.take(2)
    for fence, items in ((one, 3), (two, 6)):
        with open_shard(url, fence, patience=4) as store:
            store.commit(happenings.year(items=items), recorded_at=0)
    with open_store(url, schema=one.schema, read_only=True) as store:
        assert store.next_item() == 4
    with open_store(url, schema=two.schema, read_only=True) as store:
        assert store.next_item() == 7
    reader = Database(url, schema=SCHEMA)
    assert [one.node for one in look(reader).tenures] == ["a", "a", None, None]
    reader.close()


def test_a_lost_connection_is_told_as_our_error_when_reading(postgresql):
    url = postgresql.new_database()
    with open_store(url) as store:
        store.commit(happenings.year(items=3), recorded_at=0)
        with pytest.raises(ConnectionLost, match="cannot be read"):
            _read_while_cut(store)
        assert store.last_seq() > 0, "the next read opens another connection"
    with pytest.raises(StoreError, match="cannot be opened"):
        open_store(url.replace("test_", "no_such_"))


def _read_while_cut(store):
    cut = (
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where datname = current_database() and pid != pg_backend_pid()"
    )
    with store.snapshot() as connection:
        with store.database.connect() as other:
            other.execute(text(cut))
        connection.execute(text("select 1"))


def test_who_was_never_there_holds_nothing(nodes, url):
    nodes("a").take(4)
    with pytest.raises(LeaseLost):
        open_shard(url, Fence(1, "stranger", 1), patience=4)


def test_nodes_that_left_are_forgotten(nodes):
    a, b = nodes("a"), nodes("b")
    a.take(4)
    a.leave()
    assert b.beat("b", LONG).nodes == ("b",)
    assert len(b.take(4)) == 4
