"""From our invoice to the core invoice of EN 16931: terms, totals to the cent, credit notes, and what is refused."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from einvoice_terms import BILLING, registered
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sample_terms import changed, sample

from alihdaya.engagement.einvoice.core import Address, Adjustment, CoreInvoice, CoreLine, Trader, Vat
from alihdaya.engagement.einvoice.make import credit_note, make_core
from alihdaya.engagement.einvoice.totals import totals_of
from alihdaya.engagement.invoice import make_invoice
from alihdaya.engagement.sla import Attainment
from alihdaya.engagement.terms import from_wire, parse, to_wire
from alihdaya.kernel.errors import Refused, TermsError

ISSUED = date(2013, 3, 1)
SOMEBODY = Trader("Somebody", Address("DE"))


def billed(terms, usage=None, attained=()):
    service = terms.services[0]
    units = {rate.unit: 1500 for rate in service.rates} if usage is None else usage
    return make_invoice(terms, "2013-02", {service.id: units}, attained)


def line(net, vat, number=1):
    return CoreLine(str(number), "Case", Decimal(1), "C62", Decimal(net), Decimal(net), vat)


def core(*lines, **more):
    return CoreInvoice("1", ISSUED, more.pop("currency", "EUR"), SOMEBODY, SOMEBODY, lines, **more)


def test_what_the_terms_say_of_invoices_goes_through_the_wire_and_leaves_other_digests_alone():
    terms = registered(billing=f'{BILLING}vat_currency = "EUR"\nexchange = [{{ from = 2013-01-01, rate = 0.75 }}]\n')
    assert from_wire(to_wire(terms)) == terms
    assert terms.digest != sample().digest
    assert "invoice" not in to_wire(sample())
    assert "vat" not in to_wire(sample())["service"][0]


@pytest.mark.parametrize(
    ("vat", "key"),
    [
        ('category = "S"', "rate"),
        ('category = "AE"\nrate = 19\nreason = "Reverse charge"', "rate"),
        ('category = "E"', "reason"),
        ('category = "Z"\nreason = "why"', "reason"),
        ('category = "X"\nrate = 19', "category"),
        ('category = "S"\nrate = 19\ncountry = "DE"', "country"),
    ],
)
def test_a_vat_that_contradicts_itself_is_named_with_its_key(vat, key):
    with pytest.raises(TermsError) as refusal:
        parse(changed("[service.calendar]", f"[service.vat]\n{vat}\n[service.calendar]"), "terms.toml")
    assert {problem.source.element for problem in refusal.value.problems} == {f"service[1].vat.{key}"}


@pytest.mark.parametrize(
    ("terms", "keys"),
    [
        (sample, {"service.vat.category", "invoice.days", "invoice.account"}),
        (lambda: registered(without={"vat"}), {"provider.invoice.vat"}),
        (lambda: registered('[service.vat]\ncategory = "O"\nreason = "Not a supply"\n', without={"registration"}),
         {"provider.invoice.registration"}),
        (lambda: registered('[service.vat]\ncategory = "AE"\ncode = "VATEX-EU-AE"\n', without={"vat"}),
         {"provider.invoice.vat", "client.invoice.vat"}),
        (lambda: registered(billing=f'{BILLING}vat_currency = "EUR"\nexchange = [{{ from = 2014-01-01, rate = 1 }}]\n'),
         {"invoice.exchange"}),
        (lambda: replace(registered(), currency="KWD"), {"currency"}),
    ],
)  # fmt: skip
def test_every_missing_term_is_named_with_the_place_to_write_it(terms, keys):
    made = terms()
    with pytest.raises(Refused) as refusal:
        make_core(billed(made), made, ISSUED)
    assert {problem.source.element for problem in refusal.value.problems} == keys


def test_lines_keep_their_numbers_and_credits_become_allowances():
    terms = registered()
    service = terms.services[0].id
    attained = [Attainment(service, "resolve", "2013-02", 90, 10, Decimal(95))]
    invoice = billed(terms, attained=attained)
    made = make_core(invoice, terms, ISSUED, "id")
    assert [one.id for one in made.lines] == [str(one.number) for one in invoice.lines]
    assert made.lines[0].name == dict(invoice.lines[0].names)["id"]
    assert [one.amount for one in made.adjustments] == [one.amount.amount for one in invoice.credits]
    assert "resolve 90 % < 95 %" in made.adjustments[0].reason
    totals = totals_of(made)
    assert totals.without_vat == invoice.total.amount
    assert made.due == date(2013, 3, 31)


def test_the_tax_of_a_rate_is_rounded_once_over_its_lines():
    lines = [line("0.02", Vat("S", Decimal(19)), n) for n in range(3)]  # 3 x 0.0038 would round to nothing
    assert totals_of(core(*lines)).vat == Decimal("0.01")
    half = core(line("0.50", Vat("S", Decimal(5))))
    assert (totals_of(half).vat, totals_of(half).with_vat) == (Decimal("0.03"), Decimal("0.53"))


def test_categories_rates_allowances_and_charges_by_pocket_calculator():
    taxed, less, free = Vat("S", Decimal(19)), Vat("S", Decimal(7)), Vat("E", Decimal(0), "why")
    made = core(
        line("100.00", taxed), line("50.50", less), line("10.00", free),
        adjustments=(
            Adjustment(Decimal("20.00"), taxed, "credit"),
            Adjustment(Decimal("5.00"), less, "freight", charge=True),
        ),
        prepaid=Decimal("40.00"), rounding=Decimal("0.02"), vat_currency="NOK", vat_rate=Decimal("11.5"),
    )  # fmt: skip
    totals = totals_of(made)
    assert {(one.vat, str(one.taxable), str(one.tax)) for one in totals.breakdown} == {
        (taxed, "80.00", "15.20"), (less, "55.50", "3.89"), (free, "10.00", "0.00"),
    }  # fmt: skip
    assert (totals.lines, totals.allowances, totals.charges) == (Decimal("160.50"), Decimal("20.00"), Decimal("5.00"))
    assert (totals.without_vat, totals.vat, totals.with_vat) == (
        Decimal("145.50"), Decimal("19.09"), Decimal("164.59"),
    )  # fmt: skip
    assert (totals.due, totals.vat_accounted) == (Decimal("124.61"), Decimal("219.54"))


def test_a_currency_without_decimals_has_none_on_the_invoice():
    totals = totals_of(core(line("1005", Vat("S", Decimal(10))), currency="JPY"))
    assert (str(totals.vat), str(totals.with_vat)) == ("101", "1106")


def test_an_accounting_currency_without_a_rate_is_refused():
    with pytest.raises(ValueError, match="EUR has no rate to NOK"):
        totals_of(core(line("1", Vat("S", Decimal(10))), vat_currency="NOK"))


@given(st.lists(st.tuples(st.integers(-(10**9), 10**9), st.sampled_from(["19", "7", "5.5"])), min_size=1, max_size=12))
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_totals_are_the_sums_of_the_breakdown(parts):
    lines = [line(Decimal(net).scaleb(-2), Vat("S", Decimal(rate)), n) for n, (net, rate) in enumerate(parts)]
    totals = totals_of(core(*lines))
    assert sum(one.taxable for one in totals.breakdown) == totals.without_vat == totals.lines
    assert sum(one.tax for one in totals.breakdown) == totals.vat == totals.with_vat - totals.without_vat
    exact = sum(Decimal(net) * Decimal(rate) / 10000 for net, rate in parts)
    assert abs(totals.vat - exact) <= Decimal("0.005") * len(totals.breakdown)


def test_a_credit_note_names_what_it_takes_back_and_leaves_the_invoice_alone():
    terms = registered()
    invoice = make_core(billed(terms), terms, ISSUED)
    whole = credit_note(invoice, "C-1", date(2013, 4, 1))
    assert (whole.kind, whole.preceding.number, whole.lines) == ("381", invoice.number, invoice.lines)
    assert totals_of(whole).due == totals_of(invoice).due
    part = credit_note(invoice, "C-2", date(2013, 4, 1), {"2": Decimal(3)})
    assert [(one.id, one.quantity) for one in part.lines] == [("2", 3)]
    assert part.lines[0].net == (invoice.lines[1].price * 3).quantize(Decimal("0.01"))


@pytest.mark.parametrize("quantities", [{"99": Decimal(1)}, {"1": Decimal(0)}, {"1": Decimal(10**6)}])
def test_nothing_is_credited_that_was_not_invoiced(quantities):
    terms = registered()
    with pytest.raises(Refused, match="not-invoiced"):
        credit_note(make_core(billed(terms), terms, ISSUED), "C", ISSUED, quantities)
