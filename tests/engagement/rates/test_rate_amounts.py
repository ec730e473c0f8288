"""Every kind of line against a second program that shares no code with ours: unit by unit, in whole fractions."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import floor

import pytest
from cards import rate_of, terms_of, unit
from hypothesis import given, settings
from hypothesis import strategies as st

from alihdaya.engagement.events import ExchangeQuoted, IndexPublished
from alihdaya.engagement.invoice import Known, invoice_to_plain, make_invoice
from alihdaya.engagement.rates.figures import Figures
from alihdaya.kernel.errors import Refused
from alihdaya.kernel.money import Money, exponent

MONTH = "2026-07"


def cents(amount, places):
    """Half up; all amounts here are 0 or above."""
    return floor(amount * 10**places + Fraction(1, 2))


def rounded(number, places):
    return Fraction(cents(number, places), 10**places)


class Naive:
    """One unit's month, item by item: no tier arithmetic, no shared code, exact fractions."""

    def __init__(self, tiers, *, volume, minimum, share, by, places):
        self.tiers, self.volume, self.share, self.places = tiers, volume, share, places
        self.minimum = minimum
        if by is not None:
            self.tiers = [(limit, rounded(price * by, 6)) for limit, price in tiers]

    def tier(self, position):
        return next(n for n, (limit, _) in enumerate(self.tiers) if limit is None or position <= limit)

    def total(self, count, overtime):
        kind, wanted = self.minimum
        least = floor(wanted * self.share + Fraction(1, 2)) if kind == "quantity" else 0
        usage = self._sum(1, count, max(count, least))
        total = usage + self._sum(count + 1, least, max(count, least))
        for multiplier, quantity in overtime:
            total += cents(self.tiers[0][1] * (multiplier - 1) * quantity, self.places)
        if kind == "amount":
            total += max(0, cents(wanted * self.share, self.places) - usage)
        return total

    def _sum(self, first, last, billed):
        """Cents of the units first to last: rounded once for all that have the same tier."""
        by_tier = {}
        for position in range(first, last + 1):
            tier = self.tier(billed if self.volume else position)
            by_tier[tier] = by_tier.get(tier, 0) + self.tiers[tier][1]
        return sum(cents(amount, self.places) for amount in by_tier.values())


prices = st.decimals(0, 60, places=4)
CURRENCIES = ("USD", "JPY", "KWD", "IDR", "CLF")


@st.composite
def months(draw):
    limits = sorted(draw(st.sets(st.integers(1, 60), max_size=3)))
    kind = draw(st.sampled_from(["none", "quantity", "amount"]))
    return {
        "currency": draw(st.sampled_from(CURRENCIES)),
        "tiers": [(limit, draw(prices)) for limit in [*limits, None]],
        "volume": draw(st.booleans()),
        "minimum": (kind, draw(st.integers(1, 90))),
        "until": date(2026, 7, draw(st.sampled_from([1, 10, 15, 30, 31]))),
        "percents": draw(st.lists(st.decimals(-20, 20, places=2), max_size=2)),
        "exchange": draw(st.none() | st.decimals("0.0001", 200, places=4)),
        "count": draw(st.integers(0, 120)),
        "multipliers": draw(st.lists(st.decimals("1.05", 3, places=2), max_size=2)),
        "parts": draw(st.lists(st.fractions(0, 1, max_denominator=4), min_size=2, max_size=2)),
    }


def toml(month):
    tiers = ", ".join(
        f"{{ up_to = {limit}, price = {price} }}" if limit else f"{{ price = {price} }}"
        for limit, price in month["tiers"]
    )
    lines = ["tiers = [" + tiers + "]"]
    if month["volume"]:
        lines.append('scheme = "volume"')
    if month["minimum"][0] != "none":
        lines.append("minimum = {{ {} = {} }}".format(*month["minimum"]))
    if month["percents"]:
        steps = [f"{{ from = 2026-0{n}-01, percent = {p} }}" for n, p in enumerate(month["percents"], 6)]
        lines.append("indexation = { steps = [" + ", ".join(steps) + "] }")
    if month["exchange"] is not None:
        lines.append('conversion = { currency = "EUR", by = "month" }')
    rules = [
        f'{{ id = "o{n}", name = {{ en = "O" }}, days = ["sunday"], multiplier = {m} }}'
        for n, m in enumerate(month["multipliers"])
    ]
    lines.append("overtime = [" + ", ".join(rules) + "]")
    return unit("\n".join(lines[1:]), tiers=lines[0])


@settings(deadline=None, max_examples=150)
@given(months())
def test_an_invoice_is_the_sum_over_its_items(month):
    currency, count = month["currency"], month["count"]
    terms = terms_of(toml(month), currency=currency, until=month["until"].isoformat())
    overtime = {f"o{n}": int(count * month["parts"][n]) for n in range(len(month["multipliers"]))}
    quoted = ExchangeQuoted("EUR", currency, MONTH, str(month["exchange"]), "bank")
    figures = Figures.of([quoted] if month["exchange"] is not None else [])
    known = Known(figures, {("desk", "case"): overtime})
    invoice = make_invoice(terms, MONTH, {"desk": {"case": count}}, known=known)

    by = None
    if month["percents"] or month["exchange"] is not None:
        by = Fraction(month["exchange"] if month["exchange"] is not None else 1)
        for percent in month["percents"]:
            by *= 1 + Fraction(percent) / 100
    naive = Naive(
        [(limit, Fraction(price)) for limit, price in month["tiers"]],
        volume=month["volume"],
        minimum=month["minimum"],
        share=Fraction(month["until"].day, 31),
        by=by,
        places={"USD": 2, "JPY": 0, "KWD": 3, "IDR": 2, "CLF": 4}[currency],
    )
    multipliers = [(Fraction(m), overtime[f"o{n}"]) for n, m in enumerate(month["multipliers"])]
    assert invoice.total.minor == naive.total(count, multipliers)
    usage = [line for line in invoice.lines if line.part == "usage"]
    assert sum(line.quantity for line in usage) == count
    for line in invoice.lines:
        assert line.amount.minor == cents(Fraction(line.price) * Fraction(line.quantity), exponent(currency))
        assert line.last - line.first + 1 == line.quantity


@settings(deadline=None)
@given(st.integers(0, 10**7), st.lists(st.integers(1, 2000), max_size=3, unique=True), prices)
def test_minutes_are_priced_by_the_hundredth(hundredths, limits, price):
    limits = sorted(limits)
    tiers = ", ".join(f"{{ up_to = {limit}, price = {price + n} }}" for n, limit in enumerate(limits))
    tiers = f"tiers = [{tiers}{', ' if limits else ''}{{ price = {price + len(limits)} }}]"
    invoice = make_invoice(
        terms_of(unit('kind = "minute"', tiers=tiers)), MONTH, {"desk": {"case": Decimal(hundredths) / 100}}
    )
    low, total = 0, 0
    for n, limit in enumerate([*limits, None]):
        high = hundredths if limit is None else min(hundredths, 100 * limit)
        total += cents(Fraction(max(0, high - low), 100) * Fraction(price + n), 2)
        low = max(low, high)
    assert invoice.total.minor == total


def lines(body, quantity, *, tiers="tiers = [{ up_to = 10, price = 2 }, { price = 1.5 }]", known=None, **given):
    terms = terms_of(unit(body, tiers=tiers), **given)
    made = make_invoice(terms, MONTH, {"desk": {"case": quantity}}, known=known or Known())
    return [(one.part, one.quantity, str(one.price), str(one.amount)) for one in made.lines]


def test_graduated_and_volume_tiers_by_hand():
    graduated = [("usage", 10, "2", "20.00 USD"), ("usage", 2, "1.5", "3.00 USD")]
    assert lines("", 12) == graduated
    assert lines('scheme = "volume"', 12) == [("usage", 12, "1.5", "18.00 USD")]
    assert lines('scheme = "volume"', 10) == [("usage", 10, "2", "20.00 USD")]


def test_a_shortfall_by_hand():
    assert lines("minimum = { quantity = 12 }", 8) == [
        ("usage", 8, "2", "16.00 USD"),
        ("shortfall", 2, "2", "4.00 USD"),
        ("shortfall", 2, "1.5", "3.00 USD"),
    ]
    volume = 'scheme = "volume"\nminimum = { quantity = 12 }'
    assert lines(volume, 8) == [("usage", 8, "1.5", "12.00 USD"), ("shortfall", 4, "1.5", "6.00 USD")]
    assert lines("minimum = { amount = 30 }", 12)[-1] == ("shortfall", 1, "7.00", "7.00 USD")
    assert lines("minimum = { amount = 30 }", 0) == [("shortfall", 1, "30.00", "30.00 USD")]
    assert lines("minimum = { quantity = 12 }", 12)[-1][0] == "usage"


def test_a_minimum_of_a_month_that_ends_early():
    assert lines("minimum = { amount = 31 }", 0, until="2026-07-10") == [("shortfall", 1, "10.00", "10.00 USD")]


def test_the_index_by_hand():
    """CPI 104.2 after 100.7 is 3.4756 %, so 3.48 %; then 99.9 after 104.2 is a fall, and the floor is 0."""
    body = 'indexation = { series = "CPI", from = 2026-06-01, every = 1, lag = 2, cap = 4, floor = 0 }'
    values = {"2026-03": "100.7", "2026-04": "104.2", "2026-05": "99.9"}
    figures = Figures.of(IndexPublished("CPI", month, value, "bureau") for month, value in values.items())
    found = lines(body, 10, tiers="tiers = [{ price = 2 }]", known=Known(figures))
    assert found == [("usage", 10, "2.069600", "20.70 USD")]
    with pytest.raises(Refused, match="no value of the index CPI is recorded for 2026-04"):
        lines(body, 10)


def test_a_rate_of_the_day_of_a_day_before_and_of_none():
    known = Known(Figures.of([ExchangeQuoted("EUR", "USD", "2026-07-29", "1.0850", "bank")]))
    body = 'conversion = {{ currency = "EUR", by = "day", back = {} }}'
    assert lines(body.format(2), 10, known=known) == [("usage", 10, "2.170000", "21.70 USD")]
    with pytest.raises(Refused, match="no rate from EUR to USD is recorded from 2026-07-30 to 2026-07-31"):
        lines(body.format(1), 10, known=known)
    with pytest.raises(Refused, match="no rate from EUR to USD is recorded for 2026-07-31"):
        lines(body.format(0), 10, known=known)
    fixed = 'conversion = { currency = "EUR", by = "fixed", fixed = 1.1 }'
    assert lines(fixed, 10) == [("usage", 10, "2.200000", "22.00 USD")]


def test_dated_prices_change_with_the_month():
    periods = (
        "periods = [{ from = 2026-01-01, until = 2026-06-30, tiers = [{ price = 1 }] },"
        " { from = 2026-07-01, until = 2027-12-31, tiers = [{ price = 3 }] }]"
    )
    terms = terms_of(unit("", tiers=periods))
    totals = [str(make_invoice(terms, month, {"desk": {"case": 2}}).total) for month in ("2026-06", MONTH)]
    assert totals == ["2.00 USD", "6.00 USD"]


def test_included_items_give_no_line():
    assert lines('kind = "included"', 7, tiers="") == []


@pytest.mark.parametrize("parts", [{"o0": -1}, {"o0": 4}])
def test_overtime_beyond_the_quantity_is_refused(parts):
    body = 'overtime = [{ id = "o0", name = { en = "O" }, on = "outside", multiplier = 2 }]'
    with pytest.raises(Refused, match="cannot be overtime o0"):
        lines(body, 3, known=Known(overtime={("desk", "case"): parts}))


def test_a_plain_line_says_how_its_price_came_about():
    known = Known(Figures.of([ExchangeQuoted("EUR", "USD", MONTH, "1.0850", "bank")]))
    body = 'kind = "hour"\nconversion = { currency = "EUR", by = "month" }\n'
    body += "indexation = { steps = [{ from = 2026-07-01, percent = 10 }] }"
    terms = terms_of(unit(body, tiers="tiers = [{ price = 2 }]"))
    plain = invoice_to_plain(make_invoice(terms, MONTH, {"desk": {"case": Decimal("1.50")}}, known=known))["lines"][0]
    shown = {key: plain[key] for key in ("kind", "quantity", "price", "agreed", "indexed", "exchanged", "amount")}
    assert shown == {
        "kind": "hour",
        "quantity": "1.50",
        "price": "2.387000",
        "agreed": "2",
        "indexed": "1.1",
        "exchanged": "1.085",
        "amount": "3.58",
    }


def test_currencies_have_the_decimals_of_iso_4217():
    """CLDR, beside which ours is held, differs where nobody uses the minor unit any more; invoices keep to ISO."""
    from babel import Locale
    from babel.numbers import get_currency_precision

    from alihdaya.engagement.einvoice.codes import code_lists

    today = set(Locale("en").currencies) & code_lists()["iso-4217"]
    assert len(today) > 140
    customary = {code for code in today if exponent(code) != get_currency_precision(code)}
    assert all(exponent(code) in {2, 3} and get_currency_precision(code) == 0 for code in customary)
    assert {code: exponent(code) for code in ("JPY", "KWD", "CLF", "ALL")} == {"JPY": 0, "KWD": 3, "CLF": 4, "ALL": 2}


def test_money_beyond_28_digits_is_rounded_once():
    assert Money.of(Decimal("123456789012345678901234567890.4949"), "USD").minor == 12345678901234567890123456789049


def test_a_rate_knows_whether_items_say_all():
    assert rate_of(unit("")).simple
    assert not rate_of(unit('kind = "seat"')).simple
