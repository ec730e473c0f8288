from decimal import Decimal

import happenings
import pytest
from sqlalchemy import delete, insert, select, update

from alihdaya.engine.applying import apply
from alihdaya.store import open_store
from alihdaya.store.archive.partitions import Partitions
from alihdaya.store.replay import Difference, compare, rebuilt, replay
from alihdaya.store.resume import sends
from alihdaya.store.schema import ARCHIVE, FINISHED, ITEM, PROJECTED, RESULTED


@pytest.mark.parametrize("seed", range(3))
def test_a_replay_gives_every_row_again(store, seed):
    for batch in happenings.batches(happenings.year(seed=seed), seed=seed):
        store.commit(batch, recorded_at=0)
    heard = []
    with rebuilt(store, on_progress=heard.append) as fresh:
        assert list(compare(store, fresh)) == []
        assert heard == [store.last_seq()]


@pytest.mark.parametrize("seed", range(3))
def test_a_writer_that_stops_and_starts_between_batches_writes_the_same(store_url, seed):
    """Nothing that the projection remembers may be missing from the tables."""
    for batch in happenings.batches(happenings.year(seed=seed), seed=seed):
        with open_store(store_url) as store:
            store.commit(batch, recorded_at=0)
    with open_store(store_url) as store, rebuilt(store) as fresh:
        assert list(compare(store, fresh)) == []


def test_instances_that_the_writer_folded_give_the_same_rows_and_are_left_alone(store):
    """Half the batches come with instances, half without: the projection must never fold into a borrowed one."""
    folded = {}
    for number, batch in enumerate(happenings.batches(happenings.year(seed=5))):
        for entry in batch:
            for event in entry.events:
                if type(event).__module__ == "alihdaya.engine.events":
                    folded[entry.item] = apply(folded.get(entry.item), event)
        before = {item: repr(instance) for item, instance in folded.items()}
        store.commit(batch, recorded_at=0, instances=folded if number % 2 else {})
        assert {item: repr(instance) for item, instance in folded.items()} == before
    with rebuilt(store) as fresh:
        assert list(compare(store, fresh)) == []
    for item, instance in folded.items():
        assert store.waiting_instance(item) in (instance, None)
        assert (store.waiting_instance(item) is None) == (instance.status != "running")


def test_both_databases_hold_the_same(tmp_path, postgresql):
    with open_store(tmp_path / "a.db") as one, open_store(postgresql.new_database()) as two:
        for batch in happenings.batches(happenings.year(seed=4)):
            one.commit(batch, recorded_at=0)
            two.commit(batch, recorded_at=0)
        assert list(compare(one, two)) == []


def planted(column):
    return {"int": 987_654_321, "text": "planted", "blob": b"planted", "bool": True}[column.info["kind"]]


@pytest.fixture
def pair(store):
    entries = happenings.year(items=200, seed=2)
    store.commit(entries, recorded_at=0)
    entries += happenings.sends(entries)
    store.commit(entries[-5:], recorded_at=0)
    exchanged = happenings.exchanges(entries)
    store.commit(exchanged, recorded_at=0)
    entries += exchanged
    entries += happenings.leases(entries)
    store.commit(entries[-1:], recorded_at=0)
    store.commit(happenings.presences(entries), recorded_at=0)
    with rebuilt(store) as fresh:
        for one in (store, fresh):
            archive(one)
        yield store, fresh


def archive(store):
    """Plant the row of a month that went; and, in PostgreSQL, make room for items of 1970."""
    with store.database.connect() as connection, connection.begin():
        row = {column.name: planted(column) for column in ARCHIVE.c} | {"month": "2012-12", "at": 1}
        connection.execute(insert(ARCHIVE).values(row))
        if not store.database.is_sqlite:
            for table in (ITEM, FINISHED, RESULTED):
                Partitions().make(connection, table, [987_654_321])


def differences(one, two):
    return {(found.table, found.left is None, found.right is None) for found in compare(one, two)}


def first_rows(store):
    """The first row of each table, as column name -> value."""
    with store.snapshot() as connection:
        return {
            table: dict(connection.execute(select(table).order_by(*table.primary_key.columns).limit(1)).one()._mapping)
            for table in PROJECTED
        }


def plant(store, statement_of):
    """Carry out one statement for each table."""
    with store.database.connect() as connection, connection.begin():
        for table, row in first_rows(store).items():
            this = [column == row[column.name] for column in table.primary_key.columns]
            connection.execute(statement_of(table, this))


def test_a_changed_row_is_found_in_each_table(pair):
    store, fresh = pair
    last = {table: next(c for c in reversed(list(table.c)) if not c.primary_key) for table in PROJECTED}
    plant(fresh, lambda table, this: update(table).where(*this).values({last[table].name: planted(last[table])}))
    assert differences(store, fresh) == {(table.name, False, False) for table in PROJECTED}


def test_a_missing_row_is_found_in_each_table(pair):
    store, fresh = pair
    plant(fresh, lambda table, this: delete(table).where(*this))
    assert differences(store, fresh) == {(table.name, False, True) for table in PROJECTED}
    assert differences(fresh, store) == {(table.name, True, False) for table in PROJECTED}


def test_a_row_too_many_is_found_in_each_table(pair):
    store, fresh = pair
    plant(fresh, lambda table, _: insert(table).values({column.name: planted(column) for column in table.c}))
    assert differences(store, fresh) == {(table.name, True, False) for table in PROJECTED}


def test_a_difference_says_what_it_is():
    assert str(Difference("item", (3,), (3, "waiting"), None)) == "item (3,): (3, 'waiting') against None"


def test_replaying_an_empty_log_gives_empty_tables(store):
    with rebuilt(store) as fresh:
        assert list(compare(store, fresh)) == []
        assert replay(store, fresh) == 0


@pytest.mark.parametrize("batch", [1, 2, 5])
def test_what_goes_out_is_the_same_from_the_log_however_it_was_committed(store, batch):
    entries = happenings.year(items=20)
    store.commit(entries, recorded_at=0)
    more = happenings.sends(entries)
    for start in range(0, len(more), batch):
        store.commit(more[start : start + batch], recorded_at=0)
    found = {number: (send.attempts, send.dead, send.reason) for (_, number), send in sends(store).items()}
    assert found == {0: (2, False, "HTTP 503"), 1: (0, False, ""), 2: (1, True, "HTTP 404")}
    assert {send.payload["amount"] for send in sends(store).values()} == {Decimal("1.50")}
    with rebuilt(store) as fresh:
        assert list(compare(store, fresh)) == []
