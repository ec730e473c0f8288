"""Closed invoices never change; all that changes later is on the next one, to the cent."""

import threading
from datetime import date
from decimal import Decimal
from random import Random

import pytest
from claims_pack import TERMS
from small_desk import MUCH_LATER, rows_of, source_of
from test_amending import DEARER, instant, refused, terms
from test_bill import cents, counted, credit_of

from alihdaya.cli.reading import StoreReader
from alihdaya.console.engagement.invoice_page import invoice_html
from alihdaya.engagement.account.adjust import hash_of
from alihdaya.engagement.account.events import InvoiceClosed, ItemRebooked
from alihdaya.kernel.time import DAY
from alihdaya.operations.books.account.accrue import accruals
from alihdaya.operations.books.account.agree import amend, terminate
from alihdaya.operations.books.account.close import close, document_of, rebook, sums_of
from alihdaya.operations.books.account.drafting import account_of
from alihdaya.operations.books.replay import prove
from alihdaya.operations.opening import open_desk
from alihdaya.operations.run.flow import run
from alihdaya.store import open_store
from alihdaya.store.views.ledger import facts

MONTHS = [f"2013-{n:02}" for n in range(1, 7)]


def closing(small, month, **more):
    return close(small.desk, "acme", month, MUCH_LATER, "accounts", **more)


def claims(small, month, n, day=10):
    small.at = instant(month, day)
    found = [small.receive("plain", 1) for _ in range(n)]
    small.commit()
    return found


def change(month="", unit="", *, billed=True):
    return ItemRebooked("", 0, month, unit, billed, "a mistake")


def rebooked(small, item, fact):
    rebook(small.desk, item, fact._replace(item=item), "accounts")


def test_an_invoice_gets_the_next_number_and_is_closed_once(small):
    claims(small, 1, 2)
    claims(small, 2, 1)
    assert refused(closing, small, "2013-02") == ["earlier-open"]
    january = closing(small, "2013-01")
    assert (january.number, january.issued) == ("acme-00001", "2013-02-01")
    assert january.document["total"] == "2.01"
    assert january.lines == hash_of(january.document)
    assert small.desk.at >= instant(2, 1, 5)
    before = small.store.last_seq()
    assert closing(small, "2013-01") == january
    assert small.store.last_seq() == before
    assert closing(small, "2013-02", issued=date(2013, 3, 4)).number == "acme-00002"
    assert refused(closing, small, "2013-03") == ["nothing-to-bill"]
    assert refused(close, small.desk, "acme", "2013-03", small.desk.at, "accounts") == ["not-over"]
    assert [one.event.number for one in facts(small.store, "acme")] == ["acme-00001", "acme-00002"]
    assert prove(small.store).equal


def test_the_console_shows_a_closed_invoice_as_it_was_closed_and_an_open_one_with_what_waits(small):
    claims(small, 1, 3)
    console = StoreReader(small.store)
    assert console.invoice("2013-01")["number"] == "acme-2013-01", "not closed yet"
    closed = closing(small, "2013-01")
    claims(small, 2, 1)
    rows = rows_of(("plain", 1), start=instant(1, 20), step=DAY)
    run(small.desk, small.service, source_of(rows), now=lambda: MUCH_LATER)
    january, february = (console.invoice(f"2013-{month:02}", items=True) for month in (1, 2))
    assert (january["number"], january["issued"]) == (closed.number, closed.issued)
    assert january["total"] == closed.document["total"]
    assert [line["items"] for line in january["lines"]] == [[1, 2, 3]]
    assert [line["items"] for line in february["lines"]] == [[4]]
    assert [line["items"] for line in february["adjustments"]] == [[5]]
    page = invoice_html(january, "en", alone=False)
    assert closed.number in page
    assert 'href="/invoice/2013-01/1?engagement=acme"' in page


def test_a_back_dated_item_is_an_adjustment_of_its_month_and_the_closed_invoice_stays(small):
    claims(small, 1, 3)
    closed = closing(small, "2013-01")
    claims(small, 2, 1)
    rows = rows_of(("plain", 1), ("plain", 1), start=instant(1, 20), step=DAY)
    run(small.desk, small.service, source_of(rows), now=lambda: MUCH_LATER)
    open_now = document_of(small.store, small.terms, "2013-02")
    (line,) = open_now["adjustments"]
    assert (line["month"], line["unit"], line["quantity"], line["items"]) == ("2013-01", "paid", "2", [5, 6])
    assert (line["price"], line["amount"], line["number"]) == ("0.75", "1.50", 2)  # the fourth and fifth of January
    assert [one["quantity"] for one in open_now["lines"]] == [1]
    assert document_of(small.store, small.terms, "2013-01") == closed.document
    assert closing(small, "2013-02").document["adjustments"] == [line]
    claims(small, 3, 1)
    assert document_of(small.store, small.terms, "2013-03")["adjustments"] == []
    assert prove(small.store).equal


def test_a_correction_takes_an_item_back_and_names_it(small_sqlite):
    small = small_sqlite
    items = claims(small, 1, 4)
    closing(small, "2013-01")
    rebooked(small, items[0], change(billed=False))
    rebooked(small, items[1], change(unit="letter"))
    claims(small, 2, 1)
    found = document_of(small.store, small.terms, "2013-02")["adjustments"]
    assert [(one["unit"], one["quantity"], one["amount"], one["items"]) for one in found] == [
        ("paid", "-1", "-1.01", items[:2]),
        ("paid", "-1", "-0.75", items[:2]),
        ("letter", "1", "2.00", [items[1]]),
    ]
    assert refused(rebooked, small, 99, change()) == ["not-delivered"]
    assert refused(rebooked, small, items[0], change(unit="none")) == ["no-price"]
    assert refused(rebooked, small, items[0], change(month="2013-14")) == ["bad-month"]
    assert refused(rebooked, small, items[0], change(month="2014-01")) == ["outside-engagement"]


def test_a_rate_that_is_changed_for_the_past_takes_the_old_price_back(small_sqlite):
    small = small_sqlite
    claims(small, 1, 4)
    closing(small, "2013-01")
    amend(small.desk, DEARER, date(2013, 1, 5), "agreed late", "manager", retroactive=True)
    claims(small, 2, 1)
    found = document_of(small.store, small.terms, "2013-02")
    assert [(one["price"], one["quantity"], one["amount"]) for one in found["adjustments"]] == [
        ("1.005", "-3", "-3.02"),
        ("2", "3", "6.00"),
    ]
    assert found["total"] == "4.98"


def test_a_minimum_counts_for_the_days_on_which_it_was_agreed(small_sqlite):
    """6 a month, agreed for 24 of 31 days: 4.65, so 5; what the earlier terms bill counts towards it."""
    small = small_sqlite
    claims(small, 1, 3, day=4)
    tiers = next(line for line in TERMS.split("\n") if "price = 1.005" in line)
    least = terms((tiers, tiers + "\nminimum = { quantity = 6 }"))
    amend(small.desk, least, date(2013, 1, 8), "a minimum", "manager", retroactive=True)
    claims(small, 1, 1, day=20)
    lines = document_of(small.store, small.terms, "2013-01")["lines"]
    assert [(one["quantity"], one.get("part", "usage")) for one in lines] == [
        (3, "usage"),
        (1, "usage"),
        (1, "shortfall"),
    ]


def test_a_minimum_ends_with_the_termination_and_its_months_are_closed_in_their_turn(small_sqlite):
    """6 a month until 15 of March's 31 days: 2.90, so 3; without deliveries in February, 6; none in April."""
    small = small_sqlite
    claims(small, 1, 6, day=10)
    tiers = next(line for line in TERMS.split("\n") if "price = 1.005" in line)
    least = terms((tiers, tiers + "\nminimum = { quantity = 6 }"))
    amend(small.desk, least, date(2013, 1, 20), "a minimum", "manager")
    claims(small, 3, 1, day=4)
    terminate(small.desk, "acme", date(2013, 3, 15), "moved away", "manager")

    def billed(month):
        return sum(one["quantity"] for one in document_of(small.store, small.terms, month)["lines"])

    assert (billed("2013-02"), billed("2013-03"), billed("2013-04")) == (6, 3, 0)
    closing(small, "2013-01")
    assert [(one.month, one.state) for one in accruals(small.store)[0]] == [
        ("2013-01", "reversed"),
        ("2013-02", "accrued"),
        ("2013-03", "accrued"),
    ]
    assert refused(closing, small, "2013-03") == ["earlier-open"]


def test_a_minimum_that_was_dropped_is_accrued_for_its_time(small_sqlite):
    small = small_sqlite
    tiers = next(line for line in TERMS.split("\n") if "price = 1.005" in line)
    least = terms((tiers, tiers + "\nminimum = { quantity = 6 }"))
    claims(small, 1, 6, day=4)
    amend(small.desk, least, date(2013, 1, 8), "a minimum", "manager", retroactive=True)
    amend(small.desk, DEARER, date(2013, 3, 1), "none any more", "manager")
    claims(small, 4, 1)
    assert [one.month for one in accruals(small.store)[0]] == ["2013-01", "2013-02", "2013-04"]


def test_no_invoice_is_issued_before_the_one_with_the_number_before_it(small_sqlite):
    small = small_sqlite
    for month in (1, 2, 3):
        claims(small, month, 1)
    closing(small, "2013-01", issued=date(2013, 5, 2))
    assert refused(closing, small, "2013-02", issued=date(2013, 5, 1)) == ["bad-day"]
    assert closing(small, "2013-02").issued == "2013-05-02"
    assert closing(small, "2013-03", issued=date(2013, 5, 3)).issued == "2013-05-03"


def test_a_month_with_nothing_but_adjustments_can_be_closed(small_sqlite):
    small = small_sqlite
    items = claims(small, 1, 1)
    closing(small, "2013-01")
    rebooked(small, items[0], change(billed=False))
    assert closing(small, "2013-02").document["total"] == "-1.01"


def _close_when_free(url, month, found):
    with open_store(url) as store:
        desk = open_desk(store, recorded=lambda: 0, patience=100)
        found.append(close(desk, "acme", month, MUCH_LATER, threading.current_thread().name))
        store.unlock()


def test_of_two_who_close_at_once_one_does_and_both_get_the_invoice(small, store_url):
    claims(small, 1, 3)
    small.store.unlock()
    found = []
    threads = [threading.Thread(target=_close_when_free, args=(store_url, "2013-01", found)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(100)
    assert {one.number for one in found} == {"acme-00001"}
    assert len(found) == 4
    assert [type(one.event) for one in facts(small.store)] == [InvoiceClosed]


def naive(small, prices_at):
    """All items ever delivered, priced one by one from the log alone: cents."""
    units, _, clocks = counted(small.store)
    received = {}
    moved = {}
    for entry in small.store.read_log():
        for one in entry.events:
            if type(one).__name__ == "ItemReceived":
                received[entry.item] = entry.at
            elif isinstance(one, ItemRebooked):
                moved[one.item] = one
    delivered = {}
    for month, found in units.items():
        for unit, items in found.items():
            for item in items:
                fact = moved.get(item, change())
                if fact.billed:
                    delivered.setdefault(fact.month or month, []).append((item, fact.unit or unit))
    total = 0
    for month, items in delivered.items():
        positions, fees = {}, {}
        for item, unit in sorted(items, key=lambda one: prices_at(received[one[0]])[0]):  # earlier terms first
            _, prices = prices_at(received[item])
            place = positions[unit] = positions.get(unit, 0) + 1
            bounds = {"paid": (3, 5), "judged": (2,), "letter": ()}[unit]
            tier = sum(place > bound for bound in bounds)
            price = Decimal(prices[unit][tier])
            fees[id(prices), unit, tier] = fees.get((id(prices), unit, tier), 0) + price
        fee = sum(map(cents, fees.values()))
        total += fee - credit_of(fee, clocks, month)
    return total


OLD = {"paid": ("1.005", "0.75", "0.333"), "judged": ("4", "3.3"), "letter": ("2",)}
NEW = {**OLD, "paid": ("2", "0.75", "0.333")}
NEWEST = {**OLD, "paid": ("1.111", "0.75", "0.333")}


@pytest.mark.parametrize("seed", range(12))
def test_closed_invoices_and_what_is_open_come_to_all_items_counted_anew(small_sqlite, seed):
    small, random = small_sqlite, Random(seed)
    effects, held, done = [(0, OLD)], [], []
    small.at = instant(1, 2)
    for month, name in enumerate(MONTHS, 1):
        small.at = max(small.at, instant(month, 2), small.desk.at)
        for _ in range(random.randint(1, 12)):
            small.at += random.randrange(2 * DAY)
            if instant(month + 1, 1, 4) <= small.at:
                break
            if random.random() < 0.3:
                held.append(small.receive("judge"))
                small.assign(held[-1])
            else:
                done.append(small.receive("plain", 1))
            if held and random.random() < 0.5:
                item = held.pop(random.randrange(len(held)))
                small.complete(item, seconds=60, verdict="yes")
                done.append(item)
        small.commit()
        if done and random.random() < 0.5:
            wanted = random.choice(["", *MONTHS[:month]])
            unit = random.choice(["", "letter", "paid"])
            rebooked(small, random.choice(done), change(wanted, unit, billed=random.random() < 0.8))
        for prices, wanted in ((NEW, DEARER), (NEWEST, terms(("price = 1.005", "price = 1.111")))):
            if len(effects) < 3 and prices not in [one for _, one in effects] and random.random() < 0.4:
                day = date(2013, max(month - 1, 1), random.randint(2, 27))
                start = instant(day.month, day.day, 5 if day < date(2013, 3, 11) else 4)
                if start > effects[-1][0]:
                    amend(small.desk, wanted, day, "why", "manager", retroactive=True)
                    effects.append((start, prices))
        sums = sums_of(small.store, small.terms)
        prices_at = lambda at: [one for one in effects if one[0] <= at][-1]  # noqa: E731
        assert sums.total.minor == naive(small, prices_at)
        if name in {one.month for one in account_of(small.store, "acme").book.invoices.values()}:
            continue
        if random.random() < 0.7 and document_of(small.store, small.terms, name)["lines"]:
            for earlier in MONTHS[:month]:
                if document_of(small.store, small.terms, earlier)["lines"]:
                    closing(small, earlier)
            assert sums_of(small.store, small.terms).total.minor == naive(small, prices_at)
    kept = [one.event for one in facts(small.store, "acme") if isinstance(one.event, InvoiceClosed)]
    assert [one.number for one in kept] == [f"acme-{n:05}" for n in range(1, len(kept) + 1)]
    assert all(one.lines == hash_of(one.document) for one in kept)
