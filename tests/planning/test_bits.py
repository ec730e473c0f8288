"""Bits an expert hour and calibration, against sums by hand, the information's own laws, and repetition."""

from math import log2

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alihdaya.planning.spectrum.bits import (
    Asked,
    Given,
    divergence,
    hours_of,
    read_bits,
    realised_bits,
    reliability,
    scores,
    stated_bits,
    wilson,
)

NOBODY = {}


def none_spent(_):
    return NOBODY


def test_bits_and_hours_by_hand():
    one = Asked("q", (0.5, 0.5), (Given("ana", (0.75, 0.25), 30.0, 0, 2), Given("bo", (0.25, 0.75), 0.0, 7)), 1)
    first = 0.75 * log2(1.5) + 0.25 * log2(0.5)
    second = 0.25 * log2(1 / 3) + 0.75 * log2(3)
    assert stated_bits(one) == pytest.approx(first + second)
    assert realised_bits(one) == pytest.approx(log2(0.75 / 0.5)), "what came between cancels out"
    assert realised_bits(Asked("q", one.prior, one.answers)) == 0
    again = Asked("r", (0.5, 0.5), (Given("bo", (0.5, 0.5), 6.0, 7), Given("ana", (0.6, 0.4), 0.0, 7)))
    spent = {7: {"bo": 60.0, "ana": 12.0, "cy": 99.0}}
    assert hours_of([one, again], lambda item: spent[item]) == pytest.approx([1.5, 0.3]), "an item once for each person"


@st.composite
def chances(draw):
    raw = draw(st.lists(st.integers(1, 100), min_size=3, max_size=3))
    return tuple(one / sum(raw) for one in raw)


@given(chances(), chances())
def test_the_divergence_is_never_below_nothing_and_nothing_only_for_the_same(after, before):
    assert divergence(after, before) >= -1e-12
    assert divergence(after, after) == 0
    entropy = -sum(one * log2(one) for one in after)
    assert divergence(after, (1 / 3,) * 3) == pytest.approx(log2(3) - entropy, abs=1e-9)


@given(chances(), chances())
def test_over_what_is_believed_both_kinds_of_bits_are_the_same(after, before):
    answer = (Given("a", after, 60.0),)
    expected = sum(share * realised_bits(Asked("q", before, answer, n)) for n, share in enumerate(after))
    assert expected == pytest.approx(stated_bits(Asked("q", before, answer)), abs=1e-9)


def asked(chance, count, sure=1.0):
    """Questions whose truth is drawn from what a perfect judge believes; `sure` over 1: who answers is too sure."""
    found = []
    for n in range(count):
        truth = float(chance.beta(1, 1) * 0.9 + 0.05)
        odds = (truth / (1 - truth)) ** sure
        said = odds / (1 + odds)
        came = int(chance.random() >= truth)
        found.append(Asked(f"q{n}", (0.5, 0.5), (Given(f"p{n % 3}", (said, 1 - said), float(10 + n % 7)),), came))
    return found


def test_a_good_judge_brings_what_they_state_and_one_too_sure_brings_less():
    chance = np.random.default_rng(4)
    good, sure = read_bits(asked(chance, 3000), none_spent), read_bits(asked(chance, 3000, 3.0), none_spent)
    assert good.realised == pytest.approx(good.stated, rel=0.15)
    assert sure.realised < 0.5 * sure.stated
    (whole, *people) = scores(asked(np.random.default_rng(4), 3000))
    assert [one.person for one in people] == ["p0", "p1", "p2"]
    assert sum(one.answers for one in people) == whole.answers == 3000
    assert whole.brier < whole.prior_brier == pytest.approx(0.5)
    assert whole.log < whole.prior_log == pytest.approx(1)
    fits = [row.true_low <= row.mean <= row.true_high for row in reliability(asked(np.random.default_rng(4), 3000))]
    off = [row.true_low <= row.mean <= row.true_high for row in reliability(asked(np.random.default_rng(4), 3000, 3.0))]
    assert sum(fits) >= len(fits) - 1
    assert sum(off) <= len(off) / 2
    three = Asked("q", (0.4, 0.3, 0.3), (Given("a", (0.25, 0.25, 0.5), 1.0),), 2)
    assert [(row.stated, row.true) for row in reliability([three, *asked(np.random.default_rng(4), 1)])][:1] == [(2, 0)]


def test_the_interval_holds_the_truth_about_as_often_as_it_says():
    chance = np.random.default_rng(8)
    truth = read_bits(asked(chance, 40_000), none_spent, draws=50).rate
    held = 0
    for seed in range(100):
        found = read_bits(asked(chance, 120), none_spent, seed=seed, draws=150)
        held += found.low <= truth <= found.high
    assert 88 <= held <= 99


def test_few_questions_and_no_answers_have_no_rate():
    some = asked(np.random.default_rng(1), 99)
    assert read_bits(some, none_spent).state == "too few"
    assert read_bits(some, none_spent).rate is None
    bare = read_bits([Asked("q", (0.5, 0.5))], none_spent)
    assert (bare.state, bare.answers, bare.rate) == ("no facts", 0, None)
    assert scores([Asked("q", (0.5, 0.5))]) == []
    assert read_bits(asked(np.random.default_rng(1), 150), none_spent, seed=3) == read_bits(
        asked(np.random.default_rng(1), 150), none_spent, seed=3
    )


def test_a_share_of_none_and_of_all_still_has_an_interval():
    assert wilson(0.0, 10) == pytest.approx((0.0, 0.2775), abs=1e-4)
    assert wilson(1.0, 10) == pytest.approx((0.7225, 1.0), abs=1e-4)
