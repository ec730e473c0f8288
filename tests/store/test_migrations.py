import happenings
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from alihdaya.store import StoreError, StoreTooNew, StoreTooOld, migrations, open_store
from alihdaya.store.database import Database
from alihdaya.store.replay import compare, rebuilt
from alihdaya.store.schema import METADATA


def test_the_list_of_revisions_is_that_of_the_files():
    script = ScriptDirectory(migrations._HERE, recursive_version_locations=True)
    assert [step.revision for step in script.walk_revisions()][::-1] == list(migrations.REVISIONS)


def test_a_migrated_store_has_exactly_the_tables_of_the_schema(store):
    with store.snapshot() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, METADATA) == []


def shape(database):
    """The database's own words about its tables."""
    with database.connect() as connection:
        if database.is_sqlite:
            query = "select name, sql from sqlite_master where sql is not null and name not like 'alembic%' order by 1"
        else:
            query = (
                "select table_name, column_name, data_type, collation_name, is_nullable from information_schema.columns"
                " where table_schema = 'public' and table_name not like 'alembic%' order by 1, 2"
            )
        rows = [tuple(row) for row in connection.execute(text(query))]
        if not database.is_sqlite:
            indexes = text(
                "select indexdef from pg_indexes where schemaname='public' and tablename not like 'alembic%'"
            )
            rows += sorted(tuple(row) for row in connection.execute(indexes))
        return rows


def test_a_fresh_store_and_one_upgraded_step_by_step_are_the_same(store_url):
    open_store(store_url).close()
    fresh = Database(store_url)
    made = shape(fresh)
    with fresh.connect() as connection, connection.begin():
        assert migrations.revision(connection) == migrations.REVISIONS[-1]
        METADATA.drop_all(connection)
        connection.execute(text("drop table alembic_version"))
    for step in migrations.REVISIONS:
        with fresh.connect() as connection, connection.begin():
            migrations.upgrade(connection, to=step)
            assert migrations.revision(connection) == step
    assert shape(fresh) == made
    fresh.close()


def test_a_store_of_the_first_version_is_opened_upgraded_and_replays(tmp_path, request):
    """The dump was written by version 1 and is never made again: what a user's file of that time holds."""
    import sqlite3

    old = sqlite3.connect(tmp_path / "old.db")
    old.executescript((request.path.parent / "store_0001.sql").read_text())
    old.close()
    with open_store(tmp_path / "old.db") as store:
        entries = list(store.read_log())
        assert entries == happenings.year(items=21, seed=11)[: len(entries)]
        assert len(entries) > 40
        with rebuilt(store) as fresh:
            assert list(compare(store, fresh)) == []


def test_a_store_of_an_older_version_is_brought_up_by_any_command_that_writes(tmp_path):
    """After an upgrade a reader says what to do, and that works; what is no store stays none."""
    import sqlite3

    from alihdaya.cli.settings import Settings

    place = str(tmp_path / "old.db")
    database = Database(place)
    with database.connect() as connection, connection.begin():
        migrations.upgrade(connection, to=migrations.REVISIONS[0])
    database.close()
    with pytest.raises(StoreTooOld, match="alihdaya due"):
        open_store(place, read_only=True)
    with Settings("en", place).desk() as desk:
        assert desk.seq == 0
    open_store(place, read_only=True).close()
    empty = str(tmp_path / "empty.db")
    made = sqlite3.connect(empty)
    made.execute("pragma user_version = 1")
    made.close()
    with pytest.raises(StoreError, match="no tables"), Settings("en", empty).desk():
        pass


def test_a_store_of_a_newer_version_is_refused_by_name(store_url):
    open_store(store_url).close()
    database = Database(store_url)
    with database.connect() as connection, connection.begin():
        connection.execute(text("update alembic_version set version_num = '9999'"))
    database.close()
    for read_only in (False, True):
        with pytest.raises(StoreTooNew, match=r"9999.*newer Alihdaya"):
            open_store(store_url, read_only=read_only)


def test_a_reader_refuses_an_empty_database(store_url):
    Database(store_url).connect().close()
    with pytest.raises(StoreError):
        open_store(store_url, read_only=True)
