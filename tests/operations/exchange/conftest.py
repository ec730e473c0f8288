import pytest
from talking import Talk


@pytest.fixture
def talk(store, tmp_path):
    """Open the desk of a pack made of these processes, once on each kind of store."""
    return lambda *parts, **others: Talk(store, tmp_path, *parts, **others)
