"""The rehearsal's draws: equal for equal names, spread as the script says, and never out of bounds."""

from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alihdaya.kernel.time import SECOND
from alihdaya.planning.rehearsal import Letter, Script, answer, handling_seconds, uniform

SCRIPT = Script.of({"median_minutes": 10, "spread": 0.5, "answers": {"cause": {"carrier": 3, "weather": 1}}})


def test_a_draw_depends_on_its_names_alone():
    assert uniform(7, "seconds", 12, 1) == uniform(7, "seconds", 12, 1)
    assert len({uniform(seed, "seconds", item, 1) for seed in range(3) for item in range(50)}) == 150


def test_handling_times_have_the_median_of_the_script_and_stay_in_bounds():
    times = [handling_seconds(SCRIPT, 1, item, 1) for item in range(2000)]
    assert 570 <= median(times) <= 630
    assert min(times) >= 60
    assert max(times) <= 14_400
    assert len(set(times)) > 500


def test_answers_follow_their_weights_and_only_they_are_given():
    given = [answer(SCRIPT, 1, item, 1)["cause"] for item in range(2000)]
    assert set(given) == {"carrier", "weather"}
    assert 0.72 <= given.count("carrier") / 2000 <= 0.78


def test_a_script_without_answers_gives_an_empty_result():
    assert answer(Script(), 1, 1, 1) == {}


@given(st.integers(0, 10**15), st.integers(0, 10**12), st.integers(1, 10_000), st.integers())
def test_a_message_is_due_at_the_same_instant_from_wherever_one_looks(at, later, seconds, seed):
    letter = Letter(seconds)
    due = letter.due(seed, at, "reply", 1, 2)
    assert at <= due < at + seconds * SECOND
    again = letter.due(seed, at + later, "reply", 1, 2)
    assert (again - due) % (seconds * SECOND) == 0
    assert again == due or at + later > due


def test_the_share_says_how_many_write_at_all():
    letter = Letter(60, 0.3)
    written = [letter.due(7, 0, "reply", item, 1) for item in range(2000)]
    assert 0.25 < sum(due is not None for due in written) / 2000 < 0.35


@pytest.mark.parametrize("table", [{"within_hours": 0}, {"share": 0}, {"share": 1.1}, {"answers": {"a": {"b": 0}}}])
def test_a_message_that_cannot_be_played_is_refused(table):
    with pytest.raises(ValueError, match=r"above 0|at most 1"):
        Letter.of(table)
