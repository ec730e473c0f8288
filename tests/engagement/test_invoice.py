"""Invoice, credits and margin against an independent recomputation, item by item."""

import json
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_terms import sample

from alihdaya.engagement.credit import credits_of, penalty_percent
from alihdaya.engagement.invoice import invoice_to_plain, make_invoice
from alihdaya.engagement.margin import Labour, make_margin, margin_to_plain
from alihdaya.engagement.ratecard import charges, price_of
from alihdaya.engagement.rates.card import Rate, Tier
from alihdaya.engagement.rates.credits import Band, Penalty
from alihdaya.engagement.sla import Attainment
from alihdaya.kernel.errors import Refused
from alihdaya.kernel.money import Money

TERMS = sample()
DESK = "disruption-desk"
prices = st.decimals(0, 50, places=4)


@st.composite
def rates(draw):
    limits = sorted(draw(st.sets(st.integers(1, 400), max_size=4)))
    tiers = [Tier(limit, draw(prices)) for limit in limits]
    return Rate("unit", (("en", "Unit"),), (*tiers, Tier(None, draw(prices))))


@settings(deadline=None)
@given(rates(), st.integers(0, 600))
def test_lines_equal_pricing_each_item_alone(rate, quantity):
    lines = list(charges(rate, quantity, "USD"))
    covered = [position for line in lines for position in range(line.first, line.last + 1)]
    assert covered == list(range(1, quantity + 1))
    for line in lines:
        exact = sum(Fraction(price_of(rate, position)) for position in range(line.first, line.last + 1))
        assert line.amount.minor == int(exact * 100 + Fraction(1, 2))  # half up, all amounts being positive
        assert line.quantity == line.last - line.first + 1
        assert all(price_of(rate, position) == line.price for position in (line.first, line.last))


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 40_000), st.integers(0, 4000), st.integers(0, 900))
def test_invoice_total_equals_the_sum_over_items(screening, decision, judgment):
    units = {"screening": screening, "decision": decision, "judgment": judgment}
    invoice = make_invoice(TERMS, "2013-05", {DESK: units})
    cents = 0
    for unit, quantity in units.items():
        by_price: dict[int, Fraction] = {}
        edges = [tier.up_to for tier in TERMS.services[0].rate(unit).tiers if tier.up_to]
        for position in range(1, quantity + 1):
            tier = sum(position > edge for edge in edges)
            by_price[tier] = by_price.get(tier, Fraction(0)) + Fraction(TERMS.services[0].rate(unit).tiers[tier].price)
        cents += sum(int(total * 100 + Fraction(1, 2)) for total in by_price.values())
    assert invoice.total.minor == cents
    assert [line.number for line in invoice.lines] == list(range(1, len(invoice.lines) + 1))


def test_tier_edges_by_hand():
    lines = make_invoice(TERMS, "2013-01", {DESK: {"screening": 20_001}}).lines
    assert [(line.first, line.last, str(line.amount)) for line in lines] == [
        (1, 20_000, "240.00 USD"),
        (20_001, 20_001, "0.01 USD"),
    ]
    assert len(make_invoice(TERMS, "2013-01", {DESK: {"screening": 20_000}}).lines) == 1


def attained(met, missed, clock="respond", month="2013-01", target=95):
    return Attainment(DESK, clock, month, met, missed, Decimal(target))


@pytest.mark.parametrize(
    ("met", "missed", "percent"), [(95, 5, 0), (949, 51, 2), (94, 6, 2), (939, 61, 4), (0, 0, 0), (0, 9, 190)]
)
def test_each_begun_point_below_target_counts(met, missed, percent):
    assert penalty_percent(TERMS.services[0].penalty, attained(met, missed)) == percent


@pytest.mark.parametrize(("met", "percent"), [(95, 0), (94, 3), (90, 3), (89, 8), (0, 8)])
def test_bands_take_the_deepest(met, percent):
    penalty = Penalty(Decimal(0), (Band(Decimal(95), Decimal(3)), Band(Decimal(90), Decimal(8))), Decimal(100))
    assert penalty_percent(penalty, attained(met, 100 - met)) == percent


def test_cap_is_shared_by_the_clocks_in_their_order():
    fee = Money(100_001, "USD")
    found = list(credits_of(TERMS.services[0].penalty, fee, [attained(915, 85), attained(8, 2, "resolve")]))
    assert [(c.clock, c.uncapped, c.percent, c.amount.minor) for c in found] == [
        ("respond", 8, 8, 8000),
        ("resolve", 30, 2, 2000),
    ]


@settings(deadline=None)
@given(st.integers(0, 10**7), st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), max_size=4))
def test_credits_never_pass_what_is_at_risk(minor, pairs):
    found = credits_of(TERMS.services[0].penalty, Money(minor, "USD"), [attained(*pair) for pair in pairs])
    total = sum(credit.amount.minor for credit in found)
    assert 0 <= total <= int(Decimal(minor * 10 / Decimal(100)).quantize(Decimal(1), ROUND_HALF_UP))


def test_credits_come_off_the_invoice_of_their_own_month():
    usage = {DESK: {"judgment": 100}}
    invoice = make_invoice(TERMS, "2013-01", usage, [attained(90, 10), attained(0, 9, month="2013-02")])
    assert (str(invoice.fees), str(invoice.credited), str(invoice.total)) == ("360.00 USD", "36.00 USD", "324.00 USD")
    assert len(invoice.credits) == 1


@pytest.mark.parametrize(
    ("month", "usage", "code"),
    [
        ("2015-01", {}, "outside-engagement"),
        ("2013-13", {}, "bad-month"),
        ("2013-1", {}, "bad-month"),
        ("2013-01", {DESK: {"judgement": 1}}, "no-price"),
        ("2013-01", {"desk": {"judgment": 1}}, "no-price"),
        ("2013-01", {DESK: {"judgment": -1}}, "negative-quantity"),
    ],
)
def test_what_cannot_be_billed_is_refused(month, usage, code):
    with pytest.raises(Refused) as caught:
        make_invoice(TERMS, month, usage)
    assert caught.value.problems[0].code == code


def test_a_broken_month_is_covered_in_part():
    terms = replace(TERMS, until=TERMS.start.replace(month=2, day=10))
    invoice = make_invoice(terms, "2013-02", {})
    assert (invoice.first_day.day, invoice.last_day.day, invoice.total.minor) == (1, 10, 0)


def test_plain_invoice_goes_through_json_and_adds_up():
    invoice = make_invoice(TERMS, "2013-01", {DESK: {"screening": 26_500, "judgment": 500}}, [attained(90, 10)])
    plain = json.loads(json.dumps(invoice_to_plain(invoice)))
    lines = sum(Decimal(line["amount"]) for line in plain["lines"])
    assert Decimal(plain["total"]) == lines - sum(Decimal(credit["amount"]) for credit in plain["credits"])
    assert plain["lines"][0]["price"] == "0.012"


def test_margin_by_hand():
    """1,000 judgments of 6 minutes: 100 h worked = 142.857 h paid, at 9.80 and 12 % support: 1,568.00."""
    invoice = make_invoice(TERMS, "2013-01", {DESK: {"judgment": 1000}})
    labour = [Labour(DESK, "a", 300_000, Decimal("9.80"), "USD"), Labour(DESK, "b", 60_000, Decimal("9.80"), "USD")]
    margin = make_margin(TERMS, invoice, labour)
    assert str(invoice.total) == "3,135.00 USD"  # 150 x 3.60 + 250 x 3.30 + 600 x 2.95
    assert (str(margin.labour), str(margin.overhead)) == ("1,568.00 USD", "450.00 USD")
    assert (str(margin.amount), margin.percent) == ("1,117.00 USD", Decimal("35.63"))
    assert margin_to_plain(margin)["labour_by_person"] == {"a": "1306.67", "b": "261.33"}


def test_margin_refuses_foreign_wages_and_strange_services():
    invoice = make_invoice(TERMS, "2013-01", {})
    assert make_margin(TERMS, invoice, []).percent is None
    for labour in (Labour(DESK, "a", 1, Decimal(1), "IDR"), Labour("desk", "a", 1, Decimal(1), "USD")):
        with pytest.raises(Refused):
            make_margin(TERMS, invoice, [labour])
