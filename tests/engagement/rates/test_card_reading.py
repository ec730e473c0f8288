"""Rate cards as they are written: what is read, what the wire carries, and what is refused with its place."""

import json

import pytest
from cards import FLAT, PENALTY, card, rate_of, terms_of, unit

from alihdaya.engagement.terms import from_wire, parse, to_wire
from alihdaya.kernel.errors import TermsError

TWO_YEARS = """
periods = [
  { from = 2026-01-01, until = 2026-12-31, tiers = [{ price = 0.5 }] },
  { from = 2027-01-01, until = 2027-12-31, tiers = [{ up_to = 100, price = 0.6 }, { price = 0.55 }] },
]
"""
EVERYTHING = f"""
[service.rates.case]
name = {{ en = "Case", id = "Kasus" }}
scheme = "volume"
{TWO_YEARS}
minimum = {{ amount = 100 }}
conversion = {{ currency = "EUR", by = "day", back = 4 }}
[service.rates.talk]
name = {{ en = "Minute" }}
kind = "minute"
tiers = [{{ up_to = 1000, price = 0.40 }}, {{ price = 0.35 }}]
minimum = {{ quantity = 250.5 }}
measure = {{ increment = 6 }}
price_digits = 4
quantity_digits = 1
overtime = [
  {{ id = "holiday", name = {{ en = "Holiday" }}, on = "holidays", multiplier = 2 }},
  {{ id = "night", name = {{ en = "Night" }}, hours = ["00:00-06:00", "20:00-24:00"], multiplier = 1.5 }},
  {{ id = "weekend", name = {{ en = "Weekend" }}, days = ["saturday", "sunday"], multiplier = 1.25 }},
  {{ id = "late", name = {{ en = "Late" }}, on = "outside", multiplier = 1.1 }},
]
indexation = {{ steps = [{{ from = 2026-07-01, percent = 2.5 }}, {{ from = 2027-07-01, percent = -1 }}] }}
[service.rates.seat]
name = {{ en = "Seat" }}
kind = "seat"
tiers = [{{ price = 900 }}]
measure = {{ team = ["ana", "budi"] }}
indexation = {{ series = "CPI", from = 2027-01-01, cap = 4, floor = 0 }}
[service.rates.crew]
name = {{ en = "Full-time equivalent" }}
kind = "fte"
tiers = [{{ price = 1900 }}]
measure = {{ standard = 160, hours = "worked" }}
conversion = {{ currency = "KWD", by = "fixed", fixed = 3.25 }}
[service.rates.granted]
name = {{ en = "Granted" }}
kind = "outcome"
tiers = [{{ price = 3 }}]
measure = {{ of = "ruling", values = ["granted"] }}
[service.rates.go-live]
name = {{ en = "Go-live" }}
kind = "milestone"
tiers = [{{ price = 25000 }}]
[service.rates.letter]
name = {{ en = "Letter" }}
kind = "included"
"""
ALL_CREDITS = """
[service.penalty]
per_point = 2
at_risk = 12.5
earn_back = { months = 3, above = 97 }
critical = { below = 80, months = 2 }
[service.penalty.clocks.resolve]
bands = [{ below = 95, percent = 3 }, { below = 90, percent = 8 }]
"""


def problems(content):
    with pytest.raises(TermsError) as caught:
        parse(content, "terms.toml")
    return {one.code: (one.source.element, one.source.line) for one in caught.value.problems}


def test_every_kind_goes_over_the_wire_and_back():
    terms = parse(card(EVERYTHING, penalty=ALL_CREDITS), "terms.toml")
    again = from_wire(json.loads(json.dumps(to_wire(terms))))
    assert again == terms
    assert again.digest == terms.digest
    rates = {rate.unit: rate for rate in terms.services[0].rates}
    assert [rate.kind for rate in rates.values()] == [
        "item", "minute", "seat", "fte", "outcome", "milestone", "included",
    ]  # fmt: skip
    assert rates["talk"].overtime[1].periods == ((0, 360), (1200, 1440))
    assert rates["talk"].overtime[2].days == (5, 6)
    assert (rates["seat"].indexation.every, rates["seat"].indexation.lag) == (12, 2)
    penalty = terms.services[0].penalty
    assert (penalty.rule("respond")[0], len(penalty.rule("resolve")[1])) == (2, 2)


def test_what_a_card_does_not_say_changes_no_digest():
    wire = to_wire(terms_of())["service"][0]
    assert wire["rates"] == {"case": {"name": {"en": "Case", "id": "Kasus"}, "tiers": [{"price": "0.5"}]}}
    assert wire["penalty"] == {"per_point": "2", "at_risk": "10"}


TWICE_NINE = "tiers = [{ up_to = 9, price = 1 }, { up_to = 9, price = 2 }, { price = 3 }]"
MID_DECEMBER = TWO_YEARS.replace("2026-12-31", "2026-12-09").replace("2027-01-01", "2026-12-10")
BOTH = "[service.penalty.clocks.respond]\nper_point = 1\nbands = [{ below = 9, percent = 1 }]"
STEPS = "indexation = { steps = [{ from = 2026-07-01, percent = 2 }"
NIGHT = 'overtime = [{ id = "n", name = { en = "N" }, '


@pytest.mark.parametrize(
    ("body", "tiers", "code", "element"),
    [
        ('kind = "litre"', None, "wrong-type", "kind"),
        ('scheme = "sum"', None, "wrong-type", "scheme"),
        ("", "", "missing", "tiers"),
        ("", "tiers = [{ up_to = 9, price = 1 }]", "gap", "tiers"),
        ("", TWICE_NINE, "tiers-out-of-order", "tiers"),
        ("", "tiers = [{ price = -1 }]", "out-of-range", "tiers[1].price"),
        ("minimum = { quantity = -5 }", None, "out-of-range", "minimum.quantity"),
        ("minimum = { quantity = 5.5 }", None, "wrong-type", "minimum.quantity"),
        ("minimum = { quantity = 5, amount = 1 }", None, "two-rules", "minimum"),
        ('kind = "milestone"\nminimum = { amount = 5 }', None, "two-rules", "minimum"),
        ('kind = "included"', None, "two-rules", "tiers"),
        ('kind = "outcome"', None, "missing", "measure.of"),
        ('kind = "fte"', None, "missing", "measure.standard"),
        ('kind = "fte"\nmeasure = { standard = 160, hours = "present" }', None, "missing", "measure.team"),
        ("measure = { increment = 6 }", None, "unknown-key", "measure.increment"),
        ('kind = "seat"\n' + NIGHT + 'on = "outside", multiplier = 2 }]', None, "no-overtime", "overtime"),
        (NIGHT + "multiplier = 2 }]", None, "two-rules", "overtime[1].on"),
        (NIGHT + 'on = "outside", multiplier = 1 }]', None, "out-of-range", "overtime[1].multiplier"),
        (NIGHT + 'hours = ["20:00-06:00"], multiplier = 2 }]', None, "bad-period", "overtime[1].hours"),
        (NIGHT + 'days = ["Sonntag"], multiplier = 2 }]', None, "wrong-type", "overtime[1].days"),
        (STEPS + ", { from = 2026-07-01, percent = 1 }] }", None, "bad-dates", "indexation.steps"),
        ("indexation = { steps = [{ from = 2026-07-15, percent = 2 }] }", None, "within-month", "indexation"),
        (STEPS + '], series = "CPI" }', None, "two-rules", "indexation"),
        ('indexation = { series = "CPI", from = 2027-01-01, cap = 1, floor = 2 }', None, "bad-range", "indexation.cap"),
        ('conversion = { currency = "EUX" }', None, "unknown-currency", "conversion.currency"),
        ('conversion = { currency = "USD" }', None, "two-rules", "conversion.currency"),
        ('conversion = { currency = "EUR", by = "fixed" }', None, "two-rules", "conversion.fixed"),
        ('conversion = { currency = "EUR", by = "month", back = 2 }', None, "two-rules", "conversion.back"),
        (TWO_YEARS, None, "two-rules", "tiers"),
        (STEPS + "] }" + TWO_YEARS, "", "two-rules", "indexation"),
        (TWO_YEARS.replace("2027-01-01", "2026-12-01"), "", "overlap", "periods[2]"),
        (TWO_YEARS.replace("2027-01-01", "2027-02-01"), "", "gap", "periods[2]"),
        (TWO_YEARS.replace("2026-01-01", "2026-02-01"), "", "gap", "periods[1]"),
        (TWO_YEARS.replace("2027-12-31", "2027-11-30"), "", "gap", "periods[2]"),
        (MID_DECEMBER, "", "within-month", "periods[2]"),
    ],
)  # fmt: skip
def test_a_card_that_cannot_be_is_refused_with_its_place(body, tiers, code, element):
    content = card(unit(body) if tiers is None else unit(body, tiers=tiers))
    found = problems(content)
    assert found.get(code, ("", 0))[0] == f"service[1].rates.case.{element}"
    assert found[code][1] > card("").decode().count("\n") - PENALTY.count("\n")


@pytest.mark.parametrize(
    ("penalty", "code"),
    [
        (PENALTY + "earn_back = { months = 0, above = 97 }", "out-of-range"),
        (PENALTY + "critical = { below = 101 }", "out-of-range"),
        ("[service.penalty]\nearn_back = { months = 1, above = 97 }", "two-rules"),
        (PENALTY + BOTH, "two-rules"),
    ],
)  # fmt: skip
def test_credits_that_cannot_be_are_refused(penalty, code):
    assert code in problems(card(FLAT, penalty=penalty))


def test_the_tiers_of_dated_prices_begin_with_the_first():
    assert rate_of(unit(TWO_YEARS, tiers="")).tiers[0].price == rate_of(FLAT).tiers[0].price
