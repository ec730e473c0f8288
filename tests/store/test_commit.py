import happenings
import pytest
from sqlalchemy import select

from alihdaya.kernel.event import Entry
from alihdaya.store import GapError, StoreError, StoreLocked, open_store
from alihdaya.store.schema import LOG, METADATA


def contents(store):
    with store.snapshot() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key.columns))]
            for table in METADATA.sorted_tables
        }


def test_the_log_comes_back_as_it_was_written(store):
    entries = happenings.year()
    for batch in happenings.batches(entries):
        store.commit(batch, recorded_at=7)
    assert list(store.read_log()) == entries
    assert list(store.read_log(after=5, limit=3)) == entries[5:8]
    assert list(store.read_log(item=3)) == [entry for entry in entries if entry.item == 3]
    assert store.last_seq() == len(entries)
    assert store.next_item() == 41
    with store.snapshot() as connection:
        assert set(connection.execute(select(LOG.c.recorded_at)).scalars()) == {7}


def test_reading_pages_through_a_long_log(store, monkeypatch):
    monkeypatch.setattr("alihdaya.store.log._PAGE", 4)
    entries = happenings.year(items=10)
    store.commit(entries, recorded_at=0)
    assert list(store.read_log()) == entries
    assert list(store.read_log(after=2, limit=9)) == entries[2:11]


@pytest.mark.parametrize("seq", [0, 1, 2, 9])
def test_a_gap_is_refused_and_nothing_is_written(store, seq):
    store.commit(happenings.numbered([(0, ())]), recorded_at=0)
    before = contents(store)
    stray = [Entry(2, 0, 0, "x", ()), Entry(seq, 0, 5, "x", happenings.straight(5)[0])]
    with pytest.raises(GapError, match=f"entry {seq} cannot follow 2"):
        store.commit(stray, recorded_at=0)
    assert contents(store) == before


def test_an_item_received_twice_is_refused_whole_and_the_store_goes_on(store):
    entries = happenings.year(items=20)
    store.commit(entries, recorded_at=0)
    before = contents(store)
    twice = happenings.numbered([(21, happenings.straight(21)[0]), (22, happenings.straight(5)[0])], after=len(entries))
    with pytest.raises(StoreError, match="nothing was committed"):
        store.commit(twice, recorded_at=0)
    assert contents(store) == before
    store.commit(twice[:1], recorded_at=0)
    assert store.known("file", ["f-21", "f-99", "f-1"]) == {"f-21": 21, "f-1": 1}


def test_many_external_ids_are_looked_up_at_once(store):
    log = [(item, happenings.straight(item)[0]) for item in range(1, 1_201)]
    store.commit(happenings.numbered(log), recorded_at=0)
    found = store.known("file", [f"f-{n}" for n in range(1, 2_500)])
    assert found == {f"f-{item}": item for item in range(1, 1_201)}
    assert store.known("mail", ["f-1"]) == {}


def test_a_writer_that_was_overtaken_is_refused(store_url):
    """Two writers can only meet where the lock failed; the log's order still holds."""
    with open_store(store_url) as one, open_store(store_url) as two:
        one.commit(happenings.numbered([(0, ())]), recorded_at=0)
        one.unlock()
        two.commit(happenings.numbered([(0, ())], after=1), recorded_at=0)
        two.unlock()
        with pytest.raises(GapError):
            one.commit(happenings.numbered([(0, ())], after=1), recorded_at=0)


def test_a_reader_cannot_write(store, store_url):
    store.commit(happenings.year(items=3), recorded_at=0)
    with open_store(store_url, read_only=True) as reader:
        assert reader.last_seq() == store.last_seq()
        with pytest.raises(StoreError, match="read only"):
            reader.commit([], recorded_at=0)
        with pytest.raises(Exception, match=r"(?i)read-?\s?only"), reader.snapshot() as connection:
            connection.exec_driver_sql("delete from item")


def test_readers_see_one_moment_and_do_not_block_the_writer(store):
    entries = happenings.year(items=10)
    store.commit(entries[:12], recorded_at=0)
    with store.snapshot() as connection:
        first = connection.execute(select(LOG.c.seq)).all()
        store.commit(entries[12:], recorded_at=0)
        assert connection.execute(select(LOG.c.seq)).all() == first
    assert store.last_seq() == len(entries)


def test_a_second_writer_in_the_same_process_is_refused_too(store, store_url):
    store.lock()
    with open_store(store_url) as other, pytest.raises(StoreLocked, match="another process"):
        other.lock()


@pytest.mark.parametrize("url", ["mysql://x/y", "sqlite://", "sqlite:///:memory:", "post gres://"])
def test_what_is_no_store_is_refused(url):
    with pytest.raises(StoreError):
        open_store(url)


def test_a_file_that_is_no_database_is_refused(tmp_path):
    (tmp_path / "x.db").write_text("this is no database, but a letter to somebody\n" * 100)
    with pytest.raises(StoreError, match="cannot be opened"):
        open_store(tmp_path / "x.db")
    with pytest.raises(StoreError, match="no such file"):
        open_store(tmp_path / "y.db", read_only=True)
