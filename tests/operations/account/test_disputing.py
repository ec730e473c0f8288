"""What is disputed of amended, corrected and taxed months: never more than was charged, and to the cent."""

from datetime import date
from decimal import Decimal

import pytest
from claims_pack import TERMS, write_pack
from small_desk import SmallDesk
from test_amending import instant, refused, terms
from test_closing import change, claims, closing, rebooked
from test_measured_bill import CARD, terms_with
from test_paying import left

from alihdaya.engagement.account.adjust import charged, fees
from alihdaya.engagement.account.document import core_of
from alihdaya.engagement.einvoice.make import credit_note
from alihdaya.engagement.einvoice.totals import totals_of
from alihdaya.engagement.terms import parse
from alihdaya.operations.books.account.agree import amend
from alihdaya.operations.books.account.dispute import decide, open_dispute
from alihdaya.operations.books.account.drafting import account_of
from alihdaya.operations.books.bill import bill, terms_under
from alihdaya.operations.books.replay import prove
from alihdaya.packs import load
from alihdaya.store import open_store

OUTSIDE = """conversion = { currency = "EUR", by = "day" }
indexation = { series = "CPI", from = 2013-02-01, every = 1, lag = 1 }"""
INCLUDED = """
[service.rates.paid]
name = { en = "Paid" }
kind = "included"
[service.rates.judged]
name = { en = "Judged" }
tiers = [{ price = 4 }]
[service.rates.letter]
name = { en = "Letter" }
kind = "included"

[service.penalty]
"""
PARTIES = {
    "[client]": '[client.invoice]\nvat = "FR12345678901"\n',
    "[provider]": '[provider.invoice]\nvat = "DE123456789"\n',
}


def taxed(percent, account="DE02120300000000202051"):
    text = TERMS.replace("price = 1.005", "price = 100")
    for table, added in PARTIES.items():
        text = text.replace(table, f"{added}{table}")
    rates = text.index("[service.rates")
    vat = f'[service.vat]\ncategory = "S"\nrate = {percent}\n'
    return f'{text[:rates]}{vat}{text[rates:]}\n[invoice]\ndays = 30\naccount = "{account}"\n'


def desk(store, folder, text):
    return SmallDesk(store, folder, pack=load(write_pack(folder / "claims", terms=text)), at=instant(1, 2))


@pytest.fixture
def sqlite(tmp_path):
    with open_store(tmp_path / "own.db") as store:
        yield store


def dispute(small, invoice, quantities=(), items=(), reference=None):
    wanted = {line: Decimal(quantity) for line, quantity in dict(quantities).items()}
    return open_dispute(small.desk, invoice, wanted, items, reason="why", by="client", reference=reference).fact


def uphold(small, number):
    return decide(small.desk, "acme", number, "they are right", "accounts", upheld=True).fact


def no_dispute(small, *arguments, **more):
    return refused(dispute, small, *arguments, **more)


def test_a_line_that_is_taken_back_piece_by_piece_comes_to_what_it_charged(small):
    """Two at 1.005 are 2.01; one is 1.01, and so the other is 1.00."""
    claims(small, 1, 2)
    closed = closing(small, "2013-01")
    notes = []
    for number in (1, 2):
        dispute(small, closed.number, {"1": "1"})
        notes.append(uphold(small, number))
    assert [one.net for one in notes] == ["1.01", "1.00"]
    assert left(small) == {closed.number: "0.00"}
    assert account_of(small.store, "acme").book.noted("2013-01") == {"claims-desk": Decimal("2.01")}
    assert bill(small.store, small.terms, "2013-01").margin.revenue.minor == 0
    assert prove(small.store).equal


def test_the_document_of_such_a_credit_note_has_its_sum(sqlite, tmp_path):
    small = desk(sqlite, tmp_path / "taxed", taxed(10).replace("price = 100", "price = 1.005"))
    claims(small, 1, 2)
    closed = closing(small, "2013-01")
    core = core_of(small.terms, closed.document, date(2013, 2, 1))
    one = {"1": Decimal(1)}
    note = credit_note(core, "C2", date(2013, 2, 2), one, one)
    assert [(line.quantity, line.price, line.net) for line in note.lines] == [(1, Decimal("1.00"), Decimal("1.00"))]
    assert totals_of(note).due == Decimal("1.10")
    assert refused(credit_note, core, "C3", date(2013, 2, 2), one, {"1": Decimal(2)}) == ["not-invoiced"]


def test_an_item_stands_for_one_of_each_line_that_bills_items_and_of_no_time(sqlite, tmp_path):
    """Done in the evening, with an outcome: its price, what overtime adds, and the outcome; no minutes."""
    small = desk(sqlite, tmp_path / "all", terms_with(CARD).replace(OUTSIDE, ""))
    small.at = instant(2, 5, 23)
    for _ in range(2):
        item = small.receive("judge")
        small.assign(item)
        small.complete(item, seconds=600, verdict="yes")
    small.commit()
    closing(small, "2013-01")
    closed = closing(small, "2013-02")
    units = {str(one["number"]): (one["unit"], one.get("part", "usage")) for one in closed.document["lines"]}
    wanted = dispute(small, closed.number, items=[item]).quantities
    assert [units[line] for line, _ in wanted] == [("judged", "usage"), ("judged", "overtime"), ("yes", "usage")]
    assert uphold(small, 1).net == "16.00"
    minutes = next(line for line, (unit, _) in units.items() if unit == "minutes")
    assert dispute(small, closed.number, {minutes: "2"}).quantities == ((minutes, "2"),)


def test_lines_that_an_amendment_split_share_what_was_corrected_of_them(small_sqlite):
    small = small_sqlite
    (early,), (late,) = claims(small, 1, 1, day=5), claims(small, 1, 1, day=20)
    amend(small.desk, terms(("attainment = 90", "attainment = 91")), date(2013, 1, 10), "x", "m", retroactive=True)
    closed = closing(small, "2013-01")
    assert [(one["quantity"], one["price"]) for one in closed.document["lines"]] == [(1, "1.005"), (1, "1.005")]
    rebooked(small, early, change(billed=False))
    assert no_dispute(small, closed.number, {"1": "1", "2": "1"}) == ["not-invoiced"]
    assert dispute(small, closed.number, items=[late]).quantities == (("2", "1"),)
    assert no_dispute(small, closed.number, {"1": "1"}) == ["not-invoiced"]


def test_what_was_credited_by_its_line_is_not_corrected_too(small_sqlite):
    small = small_sqlite
    items = claims(small, 1, 2)
    closed = closing(small, "2013-01")
    dispute(small, closed.number, {"1": "1"})
    uphold(small, 1)
    rebooked(small, items[0], change(billed=False))
    assert refused(rebooked, small, items[1], change(billed=False)) == ["disputed-already"]
    rebooked(small, items[0], change(billed=True))  # it was a mistake
    rebooked(small, items[1], change(unit="letter"))
    assert refused(rebooked, small, items[0], change(billed=False)) == ["disputed-already"]


def test_what_was_credited_is_not_credited_again_at_another_price(small_sqlite):
    small = small_sqlite
    claims(small, 1, 2)
    closed = closing(small, "2013-01")
    dispute(small, closed.number, {"1": "2"})
    uphold(small, 1)
    amend(small.desk, terms(("price = 1.005", "price = 2")), date(2013, 1, 5), "late", "m", retroactive=True)
    claims(small, 2, 1)
    second = closing(small, "2013-02")
    dearer = next(str(one["number"]) for one in second.document["adjustments"] if one["price"] == "2")
    assert no_dispute(small, second.number, {dearer: "2"}) == ["not-invoiced"]


def test_a_month_of_nothing_but_included_items_keeps_no_other_from_being_closed(sqlite, tmp_path):
    small = desk(sqlite, tmp_path / "included", INCLUDED_TERMS)
    items = claims(small, 1, 2)
    small.at = instant(2, 5)
    item = small.receive("judge")
    small.assign(item)
    small.complete(item, seconds=60, verdict="yes")
    small.commit()
    assert refused(closing, small, "2013-01") == ["nothing-to-bill"]
    rebooked(small, items[0], change(unit="letter"))
    assert closing(small, "2013-02").document["total"] == "4.00"
    rebooked(small, items[1], change(unit="judged"))
    assert refused(closing, small, "2013-03") == ["earlier-open"]
    assert closing(small, "2013-01").document["total"] == "4.00"


INCLUDED_TERMS = terms_with(INCLUDED)


@pytest.mark.parametrize("effect", [date(2013, 2, 10), date(2013, 3, 1)])
def test_another_tax_from_a_day_on_leaves_invoices_before_it_and_their_credit_notes_alone(store, tmp_path, effect):
    """Ten percent until then. February's invoice bears the tax of its last day."""
    small = desk(store, tmp_path / "taxed", taxed(10))
    claims(small, 1, 2)
    january = closing(small, "2013-01")
    before = core_of(terms_under(small.store, january.document), january.document, date(2013, 2, 1))
    amend(small.desk, parse(taxed(20, "DE75512108001245126199").encode()), effect, "law", "m", retroactive=True)
    again = core_of(terms_under(small.store, january.document), january.document, date(2013, 2, 1))
    assert again == before
    assert (january.document["payable"], totals_of(again).due) == ("220.00", 220)
    dispute(small, january.number, {"1": "2"})
    assert uphold(small, 1).gross == "220.00"
    claims(small, 2, 1)
    assert closing(small, "2013-02").document["payable"] == ("120.00" if effect.month == 2 else "110.00")
    assert left(small)["acme-00001"] == "0.00"


def test_what_adjusts_a_service_credit_can_be_disputed_as_far_as_it_charges_something():
    """Its unit is a clock, and no line of that name need be there."""
    line = {"number": 1, "service": "desk", "unit": "case", "tier": 1, "price": "1", "quantity": 3, "amount": "3.00"}
    less = {"number": 2, "month": "2013-01", "kind": "credit", "service": "desk", "unit": "resolve", "tier": 0}
    less |= {"price": "", "names": {}, "quantity": "0", "amount": "0.40", "items": []}
    document = {"month": "2013-02", "currency": "USD", "lines": [{**line, "names": {}}], "adjustments": [less]}
    lines = charged(document)
    assert fees([document]) == {lines["1"].of: Decimal("3.00"), lines["2"].of: Decimal("0.40")}
    again = {**less, "amount": "-0.10"}
    assert fees([document], [again])[lines["2"].of] == Decimal("0.30")
    assert fees([document], [{**again, "amount": "0.10"}])[lines["2"].of] == Decimal("0.40")


def test_credit_notes_are_numbered_in_the_order_of_their_days(small_sqlite):
    small = small_sqlite
    claims(small, 1, 3)
    closed = closing(small, "2013-01")
    for number in range(1, 4):
        dispute(small, closed.number, {"1": "1"}, reference=f"D-{number}")
        assert account_of(small.store, "acme").book.disputes[number].upheld is None
    issue = (small.desk, "acme", 2, "yes", "accounts")
    decide(small.desk, "acme", 1, "yes", "accounts", upheld=True, issued=date(2013, 3, 9))
    for day in (date(2013, 1, 31), date(2013, 3, 8), date(9999, 1, 1)):
        assert refused(decide, *issue, upheld=True, issued=day) == ["bad-day"]
    assert decide(*issue, upheld=True).fact.issued == "2013-03-09"
    assert uphold(small, 3).issued == "2013-03-09"


def test_what_comes_to_nothing_is_not_credited(sqlite, tmp_path):
    small = desk(sqlite, tmp_path, TERMS.replace("price = 1.005", "price = 0.004"))
    claims(small, 1, 3)
    closed = closing(small, "2013-01")
    dispute(small, closed.number, {"1": "1"})
    assert refused(uphold, small, 1) == ["nothing-credited"]
