import pytest
from claims_pack import MANIFEST, write_pack
from facts_pack import FACTS
from small_desk import SmallDesk

from alihdaya.packs import load


@pytest.fixture
def proving(store, tmp_path):
    """The claims desk whose judge says things about people, on a new store, once of each kind of store."""
    return SmallDesk(store, tmp_path, pack=load(write_pack(tmp_path / "claims", pack=MANIFEST + FACTS)))
