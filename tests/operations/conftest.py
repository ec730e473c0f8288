import pytest
from small_desk import SmallDesk


@pytest.fixture
def small(store, tmp_path):
    """The claims desk, open on a new store, once of each kind of store."""
    return SmallDesk(store, tmp_path)


@pytest.fixture
def small_sqlite(tmp_path):
    """The claims desk on a new SQLite file, where the kind of store does not matter."""
    from alihdaya.store import open_store

    with open_store(tmp_path / "small.db") as store:
        yield SmallDesk(store, tmp_path)
