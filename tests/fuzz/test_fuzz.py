import pytest
from fuzz_feel import fuzz


@pytest.mark.parametrize("seed", [1, 2026])
def test_a_piece_of_the_fuzzing_finds_nothing(seed):
    report = fuzz(seconds=120, seed=seed, cases=600)
    assert report["failures"] == []
    assert report["parsed"] > 100
    assert report["files read"] > 5
