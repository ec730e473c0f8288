"""Months with two rate cards, of every kind of rate: what each line bills, and the facts behind it."""

from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from claims_pack import write_pack
from small_desk import MUCH_LATER, SmallDesk
from test_amending import refused
from test_measured_bill import CARD, terms_with

from alihdaya.engagement.account.events import ItemRebooked
from alihdaya.engagement.events import ExchangeQuoted, IndexPublished, MilestoneReached
from alihdaya.engagement.terms import parse
from alihdaya.kernel.time import micros
from alihdaya.operations.books.account.accrue import accruals
from alihdaya.operations.books.account.agree import amend
from alihdaya.operations.books.account.close import close, document_of, rebook
from alihdaya.operations.books.bill import bill, line_facts, line_items
from alihdaya.operations.books.lines import facts_behind
from alihdaya.operations.books.record import Record
from alihdaya.operations.books.replay import prove
from alihdaya.packs import load

NEW_YORK = ZoneInfo("America/New_York")
MONTH = "2013-02"
EFFECT = date(2013, 2, 15)
OLD = terms_with(CARD)
NEW = OLD
for _price, _other in (
    ("tiers = [{ price = 4 }]", "tiers = [{ price = 6 }]"),
    ("multiplier = 1.5 }]", "multiplier = 2 }]"),
    ("tiers = [{ price = 10 }]", "tiers = [{ price = 20 }]"),
    ("tiers = [{ up_to = 10, price = 1 }, { price = 0.5 }]", "tiers = [{ up_to = 10, price = 2 }, { price = 1 }]"),
    ("tiers = [{ price = 100 }]", "tiers = [{ price = 128 }]"),
):
    assert NEW.count(_price) == 1, _price
    NEW = NEW.replace(_price, _other)


def on(day, clock):
    return micros(datetime.combine(date(2013, 2, day), time.fromisoformat(clock), NEW_YORK))


WORK = [
    (4, "17:30", "ana", 400, "yes"),
    (5, "10:04", "ana", 500, "no"),
    (18, "10:00", "budi", 61, "yes"),
    (19, "19:00", "ana", 30, "yes"),
]


@pytest.fixture
def february(small_folder):
    small = small_folder
    for n, (day, clock, who, seconds, verdict) in enumerate(WORK, 1):
        small.at = on(day, clock) - 1_200_000_000
        assert small.receive("judge", 500) == n
        small.assign(n, who)
        small.at = on(day, clock)
        small.complete(n, who, seconds=seconds, verdict=verdict)
    small.at = on(20, "09:00")
    small.command(Record(MilestoneReached("acme", "claims-desk", "go-live", "Pilot", "2013-02-06", "")))
    for month, value in (("2012-12", "100"), ("2013-01", "101")):
        small.command(Record(IndexPublished("CPI", month, value, "")))
    small.command(Record(ExchangeQuoted("EUR", "USD", "2013-02-28", "1.3", "a bank")))
    small.commit()
    amend(small.desk, parse(NEW.encode()), EFFECT, "dearer", "manager", retroactive=True)
    return small


@pytest.fixture
def small_folder(small_sqlite_folder):
    folder, store = small_sqlite_folder
    pack = load(write_pack(folder / "claims", terms=OLD))
    return SmallDesk(store, folder, pack=pack, at=on(1, "12:00"))


@pytest.fixture
def small_sqlite_folder(tmp_path):
    from alihdaya.store import open_store

    with open_store(f"sqlite:///{tmp_path / 'parts.db'}") as store:
        yield tmp_path, store


def told(lines):
    return [
        (line.unit, line.since[5:], line.overtime or line.part, str(line.quantity), str(line.amount.amount))
        for line in lines
    ]


def test_each_part_is_priced_by_its_own_card_whatever_is_counted(february):
    """By hand. Minutes: 7 + 9 by the old card (10 at 1.00, 6 at 0.50), then 2 + 1 at the new card's 1.00."""
    lines = bill(february.store, february.terms, MONTH).invoice.lines
    wanted = {unit: [one for one in told(lines) if one[0] == unit] for unit in ("judged", "yes", "minutes", "seats")}
    assert wanted == {
        "judged": [
            ("judged", "01-01", "usage", "2", "8.00"),
            ("judged", "01-01", "late", "1", "2.00"),
            ("judged", "02-15", "usage", "2", "12.00"),
            ("judged", "02-15", "late", "2", "12.00"),
        ],
        "yes": [("yes", "01-01", "usage", "1", "10.00"), ("yes", "02-15", "usage", "2", "40.00")],
        "minutes": [
            ("minutes", "01-01", "usage", "10", "10.00"),
            ("minutes", "01-01", "usage", "6.00", "3.00"),
            ("minutes", "02-15", "usage", "3.00", "3.00"),
            ("minutes", "02-15", "holiday", "2.00", "4.00"),
            ("minutes", "02-15", "evening", "1.00", "0.50"),
        ],
        "seats": [
            ("seats", "01-01", "usage", "2", "100.00"),
            ("seats", "01-01", "shortfall", "1", "50.00"),
            ("seats", "02-15", "usage", "2", "128.00"),
            ("seats", "02-15", "shortfall", "1", "64.00"),
        ],
    }
    (milestone,) = (line for line in lines if line.kind == "milestone")
    assert (milestone.since, str(milestone.amount.amount)) == ("2013-01-01", "3282.50")


def test_behind_each_line_are_its_own_facts(february):
    lines = bill(february.store, february.terms, MONTH).invoice.lines
    behind = {
        (line.unit, line.since[5:], line.overtime or line.part, line.tier): line_items(
            february.store, february.terms, MONTH, line
        )
        for line in lines
    }
    assert behind["judged", "01-01", "usage", 1] == [1, 2]
    assert behind["judged", "02-15", "late", 1] == [3, 4]
    assert behind["yes", "02-15", "usage", 1] == [3, 4]
    assert behind["minutes", "01-01", "usage", 2] == [2]
    assert behind["minutes", "02-15", "usage", 2] == [3, 4]
    assert behind["seats", "02-15", "usage", 1] == [1, 2, 3, 4]
    milestone = next(line for line in lines if line.kind == "milestone")
    assert [fact.who for fact in line_facts(february.store, february.terms, MONTH, milestone)] == ["Pilot"]


def test_time_worked_is_the_same_in_one_piece_and_in_two(february):
    """Hours in two parts add up to the hours of the month, as rounded once."""
    lines = bill(february.store, february.terms, MONTH).invoice.lines
    hours = [line.quantity for line in lines if line.unit == "hours"]
    assert len(hours) == 2
    assert sum(hours) == (Decimal(400 + 500 + 61 + 30) / 3600).quantize(Decimal("0.0001"))


def test_a_corrected_item_leaves_its_outcome_and_overtime(february):
    """Item 4 is billed no more: neither as a judgment, nor late, nor as found for the client. Its minute was worked."""
    before = {one[:3]: one[3:] for one in told(bill(february.store, february.terms, MONTH).invoice.lines)}
    rebook(february.desk, 4, ItemRebooked("", 4, "", "", False, "a test"), "accounts")
    after = {one[:3]: one[3:] for one in told(bill(february.store, february.terms, MONTH).invoice.lines)}
    moved = {key: (before[key], after[key]) for key in before if before[key] != after.get(key)}
    assert moved == {
        ("judged", "02-15", "usage"): (("2", "12.00"), ("1", "6.00")),
        ("judged", "02-15", "late"): (("2", "12.00"), ("1", "6.00")),
        ("yes", "02-15", "usage"): (("2", "40.00"), ("1", "20.00")),
    }


def test_an_outcome_that_is_moved_to_another_month_is_billed_there(february):
    rebook(february.desk, 4, ItemRebooked("", 4, "2013-01", "", True, "a test"), "accounts")
    for fact in (
        IndexPublished("CPI", "2012-11", "100", ""),
        ExchangeQuoted("EUR", "USD", "2013-01-31", "1.3", "a bank"),
    ):
        february.command(Record(fact))
    february.commit()
    lines = bill(february.store, february.terms, "2013-01").invoice.lines
    assert [one for one in told(lines) if one[0] == "yes"] == [("yes", "02-15", "usage", "1", "20.00")]


def test_a_closed_month_that_is_amended_for_the_past_is_adjusted_to_the_cent(february):
    """Closed as amended, then amended again: closed invoice and adjustments are the month counted anew."""
    assert refused(close, february.desk, "acme", MONTH, MUCH_LATER, "accounts") == ["earlier-open"], "a minimum"
    close(february.desk, "acme", "2013-01", MUCH_LATER, "accounts")
    closed = close(february.desk, "acme", MONTH, MUCH_LATER, "accounts").document
    newest = NEW.replace("tiers = [{ price = 128 }]", "tiers = [{ price = 64 }]")
    amend(february.desk, parse(newest.encode()), date(2013, 2, 22), "cheaper", "manager", retroactive=True)
    for fact in (
        IndexPublished("CPI", "2013-02", "101", ""),
        ExchangeQuoted("EUR", "USD", "2013-03-31", "1.3", "a bank"),
    ):
        february.command(Record(fact))
    february.commit()
    following = document_of(february.store, february.terms, "2013-03")
    again = bill(february.store, february.terms, MONTH).invoice
    adjusted = sum(Decimal(one["amount"]) for one in following["adjustments"])
    assert Decimal(closed["total"]) + adjusted == again.total.amount
    assert {one["unit"] for one in following["adjustments"]} == {"seats"}
    assert prove(february.store).equal


def test_what_an_amendment_leaves_alone_costs_what_it_cost(small_folder):
    """A tier's bound, a volume and a minimum are the month's, wherever it is cut."""
    small = small_folder
    for day in (4, 5, 18, 19):
        small.at = on(day, "10:00")
        small.assign(item := small.receive("judge", 500))
        small.complete(item, seconds=600, verdict="yes")
    small.command(Record(ExchangeQuoted("EUR", "USD", "2013-02-28", "1.3", "a bank")))
    small.commit()
    before = bill(small.store, small.terms, MONTH).invoice
    service = small.terms.services[0]
    other = replace(small.terms, services=(replace(service, sla=replace(service.sla, attainment=Decimal(91))),))
    amend(small.desk, other, EFFECT, "another target", "manager", retroactive=True)
    after = bill(small.store, small.terms, MONTH).invoice

    def by_unit(invoice):
        return {
            rate.unit: sum(line.amount.minor for line in invoice.lines if line.unit == rate.unit)
            for rate in service.rates
            if rate.kind not in {"fte", "hour"}  # a cent of rounding a line
        }

    assert by_unit(after) == by_unit(before)
    assert abs(after.fees.minor - before.fees.minor) <= 3


def test_a_currency_without_a_rate_on_the_day_bills_no_part_of_an_amended_month(small_folder):
    """The month is named with the day that lacks a rate; it is accrued as soon as the rate is there."""
    small = small_folder
    small.at = on(20, "09:00")
    small.command(Record(MilestoneReached("acme", "claims-desk", "go-live", "Pilot", "2013-02-06", "")))
    for month, value in (("2012-12", "100"), ("2013-01", "101")):
        small.command(Record(IndexPublished("CPI", month, value, "")))
    small.commit()
    amend(small.desk, parse(NEW.encode()), EFFECT, "dearer", "manager", retroactive=True)
    assert refused(bill, small.store, small.terms, MONTH) == ["no-rate"]
    found, problems = accruals(small.store)
    assert MONTH not in {one.month for one in found}
    assert any(MONTH in one.message and "2013-02-28" in one.message for one in problems)
    small.command(Record(ExchangeQuoted("EUR", "USD", "2013-02-28", "1.3", "a bank")))
    small.commit()
    assert MONTH in {one.month for one in accruals(small.store)[0]}


def test_an_item_is_not_rebooked_as_what_bills_no_items(february):
    """Under such a unit it would be on no line: its fee would be gone, and nobody told."""
    small = february
    before = bill(small.store, small.terms, MONTH)
    for unit in ("minutes", "seats", "crew", "yes", "go-live"):
        assert refused(rebook, small.desk, 1, ItemRebooked("", 1, "", unit, True, "a slip"), "accounts") == ["no-price"]
    assert bill(small.store, small.terms, MONTH) == before


def test_the_work_behind_a_closed_amended_month_is_told_where_nothing_counts_otherwise_since(february):
    """Closed after it was amended: each line's facts are what they were, and the month was not touched since."""
    lines = bill(february.store, february.terms, MONTH).invoice.lines
    before = {line.number: facts_behind(february.store, february.terms, MONTH, line.number) for line in lines}
    close(february.desk, None, "2013-01", MUCH_LATER, "accounts")
    close(february.desk, None, MONTH, MUCH_LATER, "accounts")
    found = {line.number: facts_behind(february.store, february.terms, MONTH, line.number) for line in lines}
    assert found == before
