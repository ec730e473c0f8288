"""What an hour costs, by hand; and shares that add up to the last cent."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_terms import TEXT, sample

from alihdaya.engagement.margin import Labour, labour_cost, labour_parts
from alihdaya.engagement.rates.loading import PARTS, Loading, apportion, hour
from alihdaya.engagement.terms import Cost, from_wire, parse, to_wire
from alihdaya.kernel.errors import TermsError

LOADING = """
[service.cost.loading]
burden = 10
benefits = 5
space = 0.50
attrition = 40
replacement = 1000
training = 320
hours = 1600
idle = 20
spread = "items"
"""


@given(st.integers(-(10**12), 10**12), st.lists(st.integers(0, 10**9), max_size=30))
def test_shares_add_up_and_none_is_off_by_more_than_one(total, weights):
    shares = list(apportion(total, weights))
    assert len(shares) == len(weights)
    whole = sum(weights)
    if weights:
        assert sum(shares) == total
    if whole:
        assert all(
            abs(share - Fraction(total * weight, whole)) <= 1 for share, weight in zip(shares, weights, strict=True)
        )


def test_a_loaded_hour_by_hand():
    loading = parse((TEXT + LOADING).encode()).services[0].cost.loading
    assert loading.spread == "items"
    # 10 + 10 % + 5 % + 0.50 + 40 % x 1000 / 1600 + 320 / 1600
    assert hour(loading, Decimal(10)) == tuple(map(Decimal, ("10", "1.0", "0.5", "0.50", "0.25", "0.2")))
    cost = Cost(Decimal(25), Decimal(10), (), loading)
    # 6 hours worked = 7.5 at work = 10 paid, at 12.45, and a tenth on top
    labour = Labour("desk", "ana", 6 * 3600, Decimal(10), "USD")
    assert str(labour_cost(cost, labour).amount) == "136.95"
    parts = dict(zip(PARTS, labour_parts(cost, labour), strict=True))
    assert parts == {
        "wage": 6000,
        "burden": 600,
        "benefits": 300,
        "space": 300,
        "attrition": 150,
        "training": 120,
        "shrinkage": 3113,  # 2.5 hours at 12.45 are 31.125; the half cent that this has more, idle has less
        "idle": 1867,
        "support": 1245,
    }


@given(
    st.integers(0, 10**6),
    st.decimals(0, 100, places=2),
    st.builds(
        Loading,
        burden=st.decimals(0, 50, places=1),
        space=st.decimals(0, 3, places=2),
        idle=st.decimals(0, 90, places=1),
        attrition=st.decimals(0, 90, places=0),
        replacement=st.decimals(0, 9000, places=0),
    ),
)
def test_the_parts_of_labour_add_up_to_its_cost(seconds, wage, loading):
    cost = Cost(Decimal(30), Decimal(12), (), loading)
    labour = Labour("desk", "ana", seconds, wage, "USD")
    assert sum(labour_parts(cost, labour)) == labour_cost(cost, labour).minor


def test_loading_is_a_term_and_without_it_the_digest_stays():
    assert "loading" not in to_wire(sample())["service"][0]["cost"]
    loaded = parse((TEXT + LOADING).encode())
    assert from_wire(to_wire(loaded)) == loaded
    assert loaded.digest != sample().digest


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("idle = 20", "idle = 96", "at most 95"),
        ("hours = 1600", "hours = 0", "over 0"),
        ('spread = "items"', 'spread = "people"', "time|items"),
        ("attrition = 40", "turnover = 40", "turnover"),
        ("attrition = 40", "attrition = 0", "without attrition"),
    ],
)
def test_a_loading_that_cannot_be_is_refused_with_its_line(old, new, why):
    with pytest.raises(TermsError) as refused:
        parse((TEXT + LOADING.replace(old, new)).encode(), "terms.toml")
    assert any(why in str(one) and "loading" in str(one) for one in refused.value.problems)
