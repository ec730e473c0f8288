"""A month with several rate cards against a second program, item by item; and a change of nothing changes nothing."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from math import floor

import pytest
from cards import terms_of, unit
from hypothesis import given, settings
from hypothesis import strategies as st

from alihdaya.engagement.account.parts import Days, Part, part_lines
from alihdaya.engagement.invoice import Known, make_invoice
from alihdaya.engagement.rates.figures import Figures
from alihdaya.kernel.errors import Refused

JULY = Days(date(2026, 7, 1), date(2026, 7, 31))
FEBRUARY = Days(date(2027, 2, 1), date(2027, 2, 28))
LATE = "overtime = [{ id = 'late', name = { en = 'Late' }, on = 'outside', multiplier = 1.5 }]"


def cents(amount):
    return floor(amount * 100 + Fraction(1, 2))


def tiers_of(bounds, prices):
    limits = [f"up_to = {bound}, " for bound in bounds] + [""]
    return "tiers = [" + ", ".join(f"{{ {a}price = {p} }}" for a, p in zip(limits, prices, strict=False)) + "]"


@st.composite
def cards(draw):
    """One card: tiers of an item, of a seat, and their minimums."""
    made = {}
    for name in ("case", "seat"):
        bounds = sorted(draw(st.sets(st.integers(1, 30), max_size=2)))
        prices = [draw(st.integers(1, 9999)) for _ in range(3)]
        kind = draw(st.sampled_from(["", "quantity", "amount"]))
        least = draw(st.integers(1, 40)) if kind else 0
        made[name] = (bounds, [Fraction(price, 1000) for price in prices], kind, least, draw(st.booleans()))
    return made


def written(card):
    text = ""
    for name, (bounds, prices, kind, least, volume) in card.items():
        body = [f"minimum = {{ {kind} = {least} }}"] if kind else []
        body += ["scheme = 'volume'"] if volume else []
        body += [LATE] if name == "case" else ["kind = 'seat'"]
        text += unit("\n".join(body), name=name, tiers=tiers_of(bounds, [float(price) for price in prices]))
    return terms_of(text)


def tier_of(bounds, position):
    return sum(position > bound for bound in bounds)


def naive_cases(found, days):
    """Cents of all cases: every one has its position in the month, whichever card it is of."""
    counts = [count for _, _, count, _, _ in found]
    whole = sum(counts)
    quantity = [(card["case"], held) for card, held, *_ in found]
    least = sum((Fraction(one[3]) * held / days.month for one, held in quantity if one[2] == "quantity"), Fraction(0))
    least = floor(least + Fraction(1, 2))
    total, usage, position = 0, 0, 0
    for card, _, count, late, _ in found:
        bounds, prices, _, _, volume = card["case"]
        lines = {}
        for _ in range(count):
            position += 1
            tier = tier_of(bounds, max(whole, least) if volume else position)
            lines[tier] = lines.get(tier, Fraction(0)) + prices[tier]
        usage += sum(map(cents, lines.values()))
        total += cents(prices[0] / 2 * late)
    bounds, prices, _, _, volume = found[-1][0]["case"]
    lines = {}
    for position in range(whole + 1, least + 1):
        tier = tier_of(bounds, least if volume else position)
        lines[tier] = lines.get(tier, Fraction(0)) + prices[tier]
    short = sum(map(cents, lines.values()))
    amount = sum((Fraction(one[3]) * held / days.month for one, held in quantity if one[2] == "amount"), Fraction(0))
    return total + usage + short + max(0, cents(amount) - usage - short)


def naive_seats(found, days, seats):
    total = 0
    for card, held, *_ in found:
        bounds, prices, kind, least, volume = card["seat"]
        share = Fraction(held, days.billed)
        shared = [Fraction(floor(price * share * 10**6 + Fraction(1, 2)), 10**6) for price in prices]
        wanted = max(seats, least if kind == "quantity" else 0)
        usage = 0
        for first, last in ((1, seats), (seats + 1, wanted)):
            lines = {}
            for position in range(first, last + 1):
                tier = tier_of(bounds, wanted if volume else position)
                lines[tier] = lines.get(tier, Fraction(0)) + shared[tier]
            usage += sum(map(cents, lines.values()))
        total += max(usage, cents(Fraction(least) * held / days.month)) if kind == "amount" and held else usage
    return total


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(cards(), st.integers(0, 25), st.integers(0, 25)), min_size=1, max_size=3),
    st.integers(0, 6),
    st.data(),
)
def test_the_lines_of_all_cards_come_to_what_a_second_program_counts(parts, seats, data):
    cuts = sorted(data.draw(st.sets(st.integers(1, 30), min_size=len(parts) - 1, max_size=len(parts) - 1)))
    held = [b - a for a, b in zip([0, *cuts], [*cuts, 31], strict=True)]
    found = [(card, days, count, min(late, count), 0) for (card, count, late), days in zip(parts, held, strict=True)]
    made = [
        Part(
            written(card),
            JULY.first + timedelta(days=since),
            days,
            {"desk": {"case": count, "seat": seats}},
            {("desk", "case"): {"late": late}} if late else {},
        )
        for (card, days, count, late, _), since in zip(found, [0, *cuts], strict=True)
    ]
    lines = [one.line for one in part_lines(made, JULY, Figures())]
    by_unit = {name: sum(line.amount.minor for line in lines if line.unit == name) for name in ("case", "seat")}
    assert by_unit == {"case": naive_cases(found, JULY), "seat": naive_seats(found, JULY, seats)}
    assert [line.number for line in lines] == list(range(1, len(lines) + 1))


@settings(max_examples=60, deadline=None)
@given(cards(), st.lists(st.integers(0, 25), min_size=2, max_size=3), st.integers(0, 6))
def test_a_change_that_leaves_a_rate_alone_leaves_its_quantities_tiers_and_minimum_alone(card, counts, seats):
    """Cut anywhere, the exact sum of quantity times price is that of the month in one piece."""
    terms = written(card)
    whole = {"desk": {"case": sum(counts), "seat": seats}}
    one = make_invoice(terms, "2027-02", whole, (), Known()).lines
    days = [7, 7, 14] if len(counts) == 3 else [14, 14]
    parts = [
        Part(terms, FEBRUARY.first + timedelta(days=n), held, {"desk": {"case": count, "seat": seats}}, {})
        for n, (count, held) in enumerate(zip(counts, days, strict=True))
    ]
    cut = [found.line for found in part_lines(parts, FEBRUARY, Figures())]
    if card["seat"][2] != "amount" and card["case"][2] != "amount":

        def exact(lines):
            return {
                (unit, tier): sum(
                    (Decimal(line.quantity) * line.price for line in lines if (line.unit, line.tier) == (unit, tier)),
                    Decimal(0),
                )
                for unit, tier in {(line.unit, line.tier) for line in lines}
            }

        assert exact(cut) == pytest.approx(exact(one), abs=Decimal("0.0005"))
    assert abs(sum(line.amount.minor for line in cut) - sum(line.amount.minor for line in one)) <= len(cut) + 2


def test_a_month_by_hand():
    """30 days by one card, 10 cases at 1.00 up to the 12th, 0.50 after; from the 16th 2.00 and 1.00; a seat 310."""
    old = terms_of(
        unit("", tiers="tiers = [{ up_to = 12, price = 1 }, { price = 0.5 }]")
        + unit("kind = 'seat'", name="seat", tiers="tiers = [{ price = 310 }]")
    )
    new = terms_of(
        unit("", tiers="tiers = [{ up_to = 12, price = 2 }, { price = 1 }]")
        + unit("kind = 'seat'", name="seat", tiers="tiers = [{ price = 620 }]")
    )
    parts = [
        Part(old, date(2026, 1, 1), 15, {"desk": {"case": 10, "seat": 2}}, {}),
        Part(new, date(2026, 7, 16), 16, {"desk": {"case": 5, "seat": 2}}, {}),
    ]
    lines = [one.line for one in part_lines(parts, JULY, Figures())]
    assert [(x.unit, x.since, x.first, x.last, x.quantity, f"{x.price:f}", str(x.amount.amount)) for x in lines] == [
        ("case", "2026-01-01", 1, 10, 10, "1", "10.00"),
        ("seat", "2026-01-01", 1, 2, 2, "150.000000", "300.00"),
        ("case", "2026-07-16", 11, 12, 2, "2", "4.00"),
        ("case", "2026-07-16", 13, 15, 3, "1", "3.00"),
        ("seat", "2026-07-16", 1, 2, 2, "320.000000", "640.00"),
    ]
    assert [line.days for line in lines] == ["", "15/31", "", "", "16/31"]


def test_a_unit_that_the_terms_of_its_part_do_not_price_is_refused():
    part = Part(terms_of(), JULY.first, 31, {"desk": {"other": 1}}, {})
    with pytest.raises(Refused, match="price no unit 'other'"):
        part_lines([part], JULY, Figures())
