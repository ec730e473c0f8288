"""Accruals: what is on no invoice yet, to the cent, and its reversal; and what credit notes leave of the margin."""

from datetime import date
from decimal import Decimal

from claims_pack import write_pack
from small_desk import SmallDesk
from test_amending import DEARER, FEBRUARY_5, instant, refused, terms
from test_closing import change, claims, closing, rebooked
from test_measured_bill import terms_with

from alihdaya.engagement.account.events import ItemRebooked
from alihdaya.engagement.contribution import by_service
from alihdaya.operations.books.account.accrue import accruals, entries, shown
from alihdaya.operations.books.account.agree import amend
from alihdaya.operations.books.account.close import document_of, sums_of
from alihdaya.operations.books.account.dispute import decide, open_dispute
from alihdaya.operations.books.bill import bill, labour_of
from alihdaya.operations.books.shares import by_item
from alihdaya.packs import load
from alihdaya.store import open_store


def test_open_months_are_accrued_and_closed_ones_reversed_to_the_cent(small_sqlite):
    small = small_sqlite
    for month, n in ((1, 2), (2, 3), (3, 1)):
        claims(small, month, n)
    found, problems = accruals(small.store)
    assert problems == []
    assert sum(one.balance for one in found) == sums_of(small.store, small.terms).total.minor
    assert [(one.month, one.state, one.fees) for one in found] == [
        ("2013-01", "accrued", 201),
        ("2013-02", "accrued", 302),
        ("2013-03", "accrued", 101),
    ]
    closing(small, "2013-01")
    found, _ = accruals(small.store)
    assert (found[0].state, found[0].number, found[0].issued) == ("reversed", "acme-00001", "2013-02-01")
    assert [one.month for one in shown(found, None)] == ["2013-02", "2013-03"]
    assert [one.month for one in shown(found, "2013-01")] == ["2013-01"]
    sums = sums_of(small.store, small.terms)
    assert sum(one.balance for one in found) == (sums.open + sums.adjustments).minor
    reversed_ = [one for one in entries(found) if one["month"] == "2013-01"]
    assert sum(Decimal(one["amount"]) for one in reversed_) == 0
    assert {(one["entry"], one["day"], one["document"]) for one in reversed_} == {
        ("accrual", "2013-01-31", ""),
        ("reversal", "2013-02-01", "acme-00001"),
    }


def test_an_adjustment_that_waits_is_accrued_by_its_month(small_sqlite):
    small = small_sqlite
    items = claims(small, 1, 2)
    claims(small, 2, 1)
    closing(small, "2013-01")
    rebooked(small, items[0], ItemRebooked("", 0, "", "", False, "a test"))
    waiting = [one for one in accruals(small.store)[0] if one.state == "adjustment"]
    assert [(one.month, one.balance) for one in waiting] == [("2013-01", -100)]
    closing(small, "2013-02")
    assert sum(one.balance for one in accruals(small.store)[0]) == 0


def test_what_may_be_earned_back_is_expected_until_it_is_decided(tmp_path):
    card = terms_with(
        """
[service.rates.paid]
name = { en = "Paid" }
kind = "included"
[service.rates.letter]
name = { en = "Letter" }
kind = "included"
[service.rates.judged]
name = { en = "Judged" }
tiers = [{ price = 100 }]
[service.penalty]
earn_back = { months = 2, above = 90 }
"""
    )
    pack = load(write_pack(tmp_path / "claims", terms=card))
    with open_store(tmp_path / "back.db") as store:
        small = SmallDesk(store, tmp_path, pack=pack)
        for month, late in ((1, True), (2, False), (3, False)):
            small.at += (30 * 24 if month > 1 else 0) * 3_600_000_000
            item = small.receive("judge", 500)
            if late:
                small.later(hours=24 * 9)
            small.assign(item)
            small.complete(item, seconds=60, verdict="yes")
            small.commit()
            found = {one.month: one for one in accruals(store)[0]}
            credit = found["2013-01"].credits
            assert credit > 0
            assert found["2013-01"].expected == (credit if month < 3 else 0)
        assert found["2013-03"].earned == credit


def test_a_credit_note_is_less_margin_of_its_month_by_service_and_by_item(small_sqlite):
    small = small_sqlite
    claims(small, 1, 3)
    closing(small, "2013-01")
    before = bill(small.store, small.terms, "2013-01")
    open_dispute(small.desk, "acme-00001", {"1": Decimal(2)}, [], reason="twice", by="client")
    assert bill(small.store, small.terms, "2013-01").margin == before.margin
    note = decide(small.desk, "acme", 1, "they are right", "accounts", upheld=True).fact
    after = bill(small.store, small.terms, "2013-01")
    assert note.net == "2.01"
    assert before.margin.revenue.minor - after.margin.revenue.minor == 201
    (row,) = by_service(small.terms, after.invoice, labour_of(small.store, small.terms, "2013-01"), after.margin)
    assert row.amount == after.margin.amount.minor
    shares = by_item(small.store, small.terms, after)
    assert sum(one.fees - one.credits - one.labour - one.overhead for one in shares) == after.margin.amount.minor


def test_an_adjustment_that_charges_can_be_disputed_and_is_credited_in_its_own_month(small_sqlite):
    """Billed anew at 2.00 for January on February's invoice: that line is disputed, and its credit is January's."""
    small = small_sqlite
    claims(small, 1, 2)
    closing(small, "2013-01")
    amend(small.desk, DEARER, date(2013, 1, 5), "agreed late", "manager", retroactive=True)
    claims(small, 2, 1)
    february = closing(small, "2013-02")
    taken, charged = february.document["adjustments"]
    line = str(charged["number"])
    assert refused(
        open_dispute, small.desk, february.number, {str(taken["number"]): Decimal(1)}, [], reason="r", by="client"
    ) == ["not-invoiced"]
    assert refused(
        open_dispute, small.desk, february.number, {line: Decimal(3)}, [], reason="too much", by="client"
    ) == ["not-invoiced"]
    revenue = {month: bill(small.store, small.terms, month).margin.revenue.minor for month in ("2013-01", "2013-02")}
    open_dispute(small.desk, february.number, {line: Decimal(2)}, [], reason="not agreed", by="client")
    note = decide(small.desk, "acme", 1, "right", "accounts", upheld=True).fact
    assert note.gross == "4.00"
    after = {month: bill(small.store, small.terms, month).margin.revenue.minor for month in ("2013-01", "2013-02")}
    assert after == {"2013-01": revenue["2013-01"] - 400, "2013-02": revenue["2013-02"]}
    assert document_of(small.store, small.terms, "2013-02") == february.document


def test_an_invoice_is_not_issued_before_its_month_is_over(small_sqlite):
    small = small_sqlite
    claims(small, 1, 2)
    for day in (date(2013, 1, 30), date(2024, 1, 1)):
        assert refused(closing, small, "2013-01", issued=day) == ["bad-day"]
    assert closing(small, "2013-01", issued=date(2013, 1, 31)).issued == "2013-01-31"


def test_fees_fall_on_the_items_that_a_line_bills_whatever_order_they_were_delivered_in(small_sqlite):
    """The first came in under the old terms and was delivered last; a third is billed as a letter, another is not."""
    small = small_sqlite
    small.at = instant(2, 1)
    old = small.receive("judge")
    small.assign(old)
    small.at = instant(2, 11)
    new, letter, free = (small.receive("judge") for _ in range(3))
    for item in (new, letter, free, old):
        if item != old:
            small.assign(item)
        small.complete(item, seconds=60, verdict="yes")
        small.later(minutes=5)
    small.commit()
    amend(small.desk, terms(("up_to = 2, price = 4", "up_to = 2, price = 7")), FEBRUARY_5, "r", "m", retroactive=True)
    rebooked(small, letter, change(unit="letter"))
    rebooked(small, free, change(billed=False))
    made = bill(small.store, small.terms, "2013-02")
    shares = {one.item: one.fees for one in by_item(small.store, small.terms, made) if one.item}
    assert shares == {old: 400, new: 700, letter: 200, free: 0}
    assert made.invoice.fees.minor == 1300
