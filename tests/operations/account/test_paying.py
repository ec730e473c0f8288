"""Payments and disputes: each booking once, in = matched + waiting + rejected, and the balance that follows."""

from datetime import date
from decimal import Decimal
from random import Random

import pytest
from test_amending import refused
from test_closing import claims, closing

from alihdaya.engagement.account.events import ItemRebooked
from alihdaya.engagement.account.payment import Booking, Statement, totals
from alihdaya.operations.books.account.close import rebook
from alihdaya.operations.books.account.dispute import decide, disputes, open_dispute
from alihdaya.operations.books.account.pay import dues, match_by_hand, payments, reject, take_in
from alihdaya.operations.books.account.statement import statement
from alihdaya.operations.books.replay import prove


def booking(amount, text="", reference="", payer="ACME", currency="USD", day=5):
    return Booking("ACC", date(2013, 3, day), Decimal(amount), currency, payer, text, reference)


def imported(small, *bookings):
    return take_in(small.desk, Statement("s.csv", "CSV", str(bookings), bookings), "bank")


def states(small):
    return [(one.state, [(m.invoice, m.amount, m.how) for m in one.matches]) for one in payments(small.store).values()]


def left(small):
    return {one.number: str(one.amount) for one in dues(small.store)}


@pytest.fixture
def billed(small_sqlite):
    """Two invoices of 2.01 and 3.02."""
    for month, n in ((1, 2), (2, 3)):
        claims(small_sqlite, month, n)
        closing(small_sqlite, f"2013-{month:02}")
    assert left(small_sqlite) == {"acme-00001": "2.01", "acme-00002": "3.02"}
    return small_sqlite


def test_a_payment_is_matched_by_reference_then_by_amount_else_it_waits(billed):
    assert imported(billed, booking("2.01", "invoice ACME 00001"), booking("3.02"), booking("9", "?")) == (3, 3)
    assert states(billed) == [
        ("matched", [("acme-00001", "2.01", "reference")]),
        ("matched", [("acme-00002", "3.02", "amount")]),
        ("waiting", []),
    ]
    assert left(billed) == {"acme-00001": "0.00", "acme-00002": "0.00"}


def test_part_payments_and_over_payments(billed):
    imported(billed, booking("1", "acme-00001", "a"), booking("5", "acme-00001", "b"))
    assert states(billed)[1] == ("waiting", [("acme-00001", "1.01", "reference")])
    assert totals(payments(billed.store))["USD"] == dict(
        zip(("in", "matched", "waiting", "rejected"), map(Decimal, ("6", "2.01", "3.99", "0")), strict=True)
    )
    match_by_hand(billed.desk, 2, "acme-00002", None, "accounts")
    assert left(billed)["acme-00002"] == "0.00"
    assert refused(match_by_hand, billed.desk, 2, "acme-00002", Decimal(1), "accounts") == ["bad-amount"]
    reject(billed.desk, 2, "paid back", "accounts")
    assert states(billed)[1][0] == "rejected"
    assert refused(reject, billed.desk, 2, "again", "accounts") == ["nothing-waits"]


def test_one_payment_for_two_invoices_must_fit_to_the_cent(billed):
    imported(billed, booking("5.02", "acme-00001, acme-00002", "a"), booking("5.03", "acme-00001 acme-00002", "b"))
    assert [state for state, _ in states(billed)] == ["waiting", "matched"]


def test_what_left_the_account_and_other_currencies_pay_nothing(billed):
    imported(billed, booking("-2.01", "acme-00001"), booking("2.01", "acme-00001", currency="EUR"))
    assert [state for state, _ in states(billed)] == ["rejected", "waiting"]
    assert refused(match_by_hand, billed.desk, 2, "acme-00001", None, "accounts") == ["other-currency"]
    assert refused(match_by_hand, billed.desk, 9, "acme-00001", None, "accounts") == ["no-payment"]


def test_a_booking_is_taken_in_once_whatever_file_it_comes_in(billed):
    same = booking("1", "cash")
    assert imported(billed, booking("1", "acme-00001", "r1"), same, same) == (3, 3)  # two equal ones are two
    seq = billed.store.last_seq()
    assert imported(billed, booking("1", "acme-00001", "r1"), same, same) == (3, 0)
    assert billed.store.last_seq() == seq
    assert imported(billed, booking("1", "told otherwise", "r1"), booking("2", "new", "r2"), same) == (3, 1)
    assert prove(billed.store).equal


def test_a_reference_that_begins_anew_with_every_statement_loses_no_booking(billed):
    assert imported(billed, booking("1", "monday", "1"), booking("4", "monday", "2")) == (2, 2)
    assert imported(billed, booking("1", "tuesday", "1", day=6), booking("2", "tuesday", "2")) == (2, 2)
    assert totals(payments(billed.store))["USD"]["in"] == 8
    assert imported(billed, booking("1.00", "monday", "1")) == (1, 0)


@pytest.mark.parametrize("text", ["bacme-00001", "acme-000011", "ref 7acme 00001"])
def test_a_number_within_a_word_or_a_longer_number_names_no_invoice(billed, text):
    imported(billed, booking("1", text))
    assert states(billed) == [("waiting", [])]


def test_nobody_pays_parts_of_a_cent(billed):
    imported(billed, booking("1"))
    assert refused(match_by_hand, billed.desk, 1, "acme-00001", Decimal("0.001"), "accounts") == ["bad-amount"]


def test_what_a_credit_note_takes_back_is_not_adjusted_too_nor_the_other_way_round(billed):
    def correct(item):
        rebook(billed.desk, item, ItemRebooked("", item, "", "", False, "why"), "accounts")

    open_dispute(billed.desk, "acme-00001", {}, [1], reason="r", by="client")
    assert refused(correct, 1) == ["disputed-already"]
    decide(billed.desk, "acme", 1, "yes", "accounts", upheld=True)
    assert refused(correct, 1) == ["disputed-already"]
    correct(2)
    for _ in range(2):  # while the adjustment waits, and once it is invoiced
        assert refused(open_dispute, billed.desk, "acme-00001", {}, [2], reason="r", by="c") == ["corrected-already"]
        one = {"1": Decimal(1)}
        assert refused(open_dispute, billed.desk, "acme-00001", one, [], reason="r", by="c") == ["not-invoiced"]
        closing(billed, "2013-03")


@pytest.mark.parametrize("much", ["0.5", "0.000000000000000000001", "1.5"])
def test_parts_of_an_item_are_not_disputed(billed, much):
    wanted = {"1": Decimal(much)}
    assert refused(open_dispute, billed.desk, "acme-00001", wanted, [], reason="r", by="c") == ["not-invoiced"]


def test_a_payment_that_came_before_its_invoice_is_matched_at_the_next_import(billed):
    imported(billed, booking("1.01", "acme-00003"))
    claims(billed, 3, 1)
    closing(billed, "2013-03")
    assert states(billed) == [("waiting", [])]
    imported(billed, booking("1.01", "acme-00003"))
    assert states(billed) == [("matched", [("acme-00003", "1.01", "reference")])]


def test_a_dispute_that_is_upheld_issues_a_credit_note_and_moves_the_balance(billed):
    items = [3, 4]
    assert open_dispute(billed.desk, "acme-00002", {}, items, reason="twice", by="client").fact.quantities == (
        ("1", "2"),
    )
    assert refused(open_dispute, billed.desk, "acme-00002", {}, [3], reason="r", by="c") == ["disputed-already"]
    assert refused(open_dispute, billed.desk, "acme-00002", {"1": Decimal(2)}, [], reason="r", by="c") == [
        "not-invoiced"
    ]
    assert refused(open_dispute, billed.desk, "acme-00002", {}, [1], reason="r", by="c") == ["not-invoiced"]
    assert refused(open_dispute, billed.desk, "acme-00009", {}, [1], reason="r", by="c") == ["no-invoice"]
    open_dispute(billed.desk, "acme-00002", {"1": Decimal(1)}, [], reason="late", by="client")
    note = decide(billed.desk, "acme", 1, "they are right", "accounts", upheld=True, issued=date(2013, 3, 9)).fact
    assert (note.number, note.invoice, note.gross, note.quantities) == (
        "acme-C00001",
        "acme-00002",
        "2.01",
        (("1", "2"),),
    )
    assert decide(billed.desk, "acme", 2, "it was in time", "accounts", upheld=False).fact is None
    assert refused(decide, billed.desk, "acme", 2, "again", "accounts", upheld=True) == ["no-dispute"]
    assert [one.upheld for one in disputes(billed.store)] == [True, False]
    assert left(billed)["acme-00002"] == "1.01"
    imported(billed, booking("1.01", "acme-00002", day=12))
    assert [(row.kind, str(row.amount), str(row.balance)) for row in statement(billed.store, "acme")] == [
        ("invoice", "2.01", "2.01"),
        ("invoice", "3.02", "5.03"),
        ("credit note", "-2.01", "3.02"),
        ("payment", "-1.01", "2.01"),
    ]
    assert prove(billed.store).equal


@pytest.mark.parametrize("seed", range(5))
def test_nothing_of_what_came_in_is_lost(billed, seed):
    random = Random(seed)
    for _ in range(4):
        some = [
            booking(
                random.choice(["2.01", "3.02", "1", "-1", "5.03", "0.5"]),
                random.choice(["", "acme-00001", "acme-00002", "acme-00001 acme-00002", "x"]),
                random.choice(["", "a", "b", "c"]),
            )
            for _ in range(random.randint(0, 4))
        ]
        imported(billed, *some)
        waiting = [one for one in payments(billed.store).values() if one.state == "waiting"]
        if waiting and random.random() < 0.5:
            reject(billed.desk, random.choice(waiting).number, "not ours", "accounts")
        found = payments(billed.store)
        sums = totals(found).get("USD", dict.fromkeys(("in", "matched", "waiting", "rejected"), Decimal(0)))
        assert sums["in"] == sums["matched"] + sums["waiting"] + sums["rejected"]
        assert sums["in"] == sum(one.amount for one in found.values())
        assert all(one.amount >= 0 for one in dues(billed.store))
        assert sums["matched"] == Decimal("5.03") - sum(one.amount for one in dues(billed.store))
