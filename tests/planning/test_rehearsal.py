"""The rehearsal's draws: equal for equal names, spread as the script says, and never out of bounds."""

from statistics import median

from alihdaya.planning.rehearsal import Script, answer, handling_seconds, uniform

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
