"""The client's invoice: what is owed and for which items, never what the provider keeps."""

import json
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from scene import HOSTILE, INVOICE

from alihdaya.console.engagement.invoice_page import invoice_html, invoice_json, ranges
from alihdaya.console.terminal import invoice_table, make_console
from alihdaya.console.words import words
from alihdaya.kernel.money import Money


def test_a_file_of_its_own_shows_lines_credits_and_total():
    page = invoice_html(INVOICE, "id")
    for shown in ("Hak diputuskan menurut aturan", "US$0,012", "-US$139,73", "US$2.189,12", "Juli 2013", "92,63%"):
        assert shown in page
    assert "1–20000" in page
    assert "4–6, 9, 4711" in page
    assert "/static/" not in page
    assert "/item/" not in page


def test_in_the_console_each_line_leads_to_what_is_behind_it():
    adjustment = {"month": "2013-06", "number": 7, "names": {"en": "Late"}, "unit": "late", "tier": 1, "quantity": "2"}
    adjusted = {**INVOICE, "adjustments": [{**adjustment, "price": "0.75", "amount": "1.50", "items": [5, 6]}]}
    short = {**INVOICE["lines"][5], "number": 8, "part": "shortfall"}
    page = invoice_html({**adjusted, "lines": [*INVOICE["lines"], short]}, "en", alone=False)
    for number in (1, 6, 7):
        assert f'href="/invoice/2013-07/{number}?engagement=hudson-disruption"' in page
    assert "/2013-07/8?" not in page, "nothing is behind what is short of the minimum"
    assert "/item/" not in page
    assert 'href="/invoices?engagement=hudson-disruption"' in page
    assert "/invoice" not in invoice_html(adjusted, "en")


def test_a_closed_invoice_says_when_it_was_issued():
    assert "Diterbitkan 2013-08-01" in invoice_html({**INVOICE, "issued": "2013-08-01"}, "id")
    assert "Diterbitkan" not in invoice_html(INVOICE, "id")


def test_margin_and_cost_never_reach_the_client():
    plain = {**INVOICE, "margin": "12.00", "cost": {"labour": "1"}}
    assert b"12.00" not in invoice_json(plain)
    assert "12.00" not in invoice_html(plain, "en")
    assert json.loads(invoice_json(plain)) == INVOICE


def test_hostile_names_stay_text():
    client = {**INVOICE["client"], "name": HOSTILE}
    assert HOSTILE not in invoice_html({**INVOICE, "client": client}, "en")


@given(st.sets(st.integers(1, 60)))
def test_ranges_name_exactly_the_items(numbers):
    named = set()
    for run in filter(None, ranges(numbers).split(", ")):
        first, _, last = run.partition("–")
        named |= set(range(int(first), int(last or first) + 1))
    assert named == numbers


def test_the_total_due_of_a_closed_invoice_has_its_tax_in_it():
    """The page, the terminal, the account and the EN 16931 file ask for the same."""
    total = Decimal(INVOICE["total"])
    taxed = {**INVOICE, "payable": str(total + Decimal("12.34"))}
    due = words("en").money(Money.of(total + Decimal("12.34"), INVOICE["currency"]))
    console = make_console()
    with console.capture() as shown:
        console.print(invoice_table(words("en"), taxed))
    for text in (invoice_html(taxed, "en"), shown.get()):
        assert "Total without VAT" in text
        assert "12.34" in text
        assert due in text
        assert "No tax is included" not in text
    for plain in (INVOICE, {**INVOICE, "payable": INVOICE["total"]}):
        assert "VAT" not in invoice_html(plain, "en")
        assert "No tax is included" in invoice_html(plain, "en")
