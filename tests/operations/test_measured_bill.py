"""Quantities of all kinds of rates out of the log, the figures that prices need, and what is behind each line."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from claims_pack import TERMS, write_pack
from small_desk import SmallDesk

from alihdaya.engagement.account.events import ItemRebooked
from alihdaya.engagement.events import ExchangeQuoted, IndexPublished, MilestoneReached
from alihdaya.kernel.errors import Refused
from alihdaya.kernel.time import HOUR, MINUTE, micros
from alihdaya.operations.books.account.close import rebook
from alihdaya.operations.books.bill import bill, bills, line_facts, line_items
from alihdaya.operations.books.lines import facts_page, line_page
from alihdaya.operations.books.record import Record
from alihdaya.operations.books.replay import prove
from alihdaya.operations.books.retain import retain
from alihdaya.packs import load
from alihdaya.work.floor.events import LoggedIn, LoggedOut

NEW_YORK = ZoneInfo("America/New_York")
CARD = """
[service.rates.paid]
name = { en = "Paid" }
kind = "included"
[service.rates.judged]
name = { en = "Judged" }
tiers = [{ price = 4 }]
overtime = [{ id = "late", name = { en = "Late" }, on = "outside", multiplier = 1.5 }]
[service.rates.letter]
name = { en = "Letter" }
kind = "included"
[service.rates.yes]
name = { en = "Found for the client" }
kind = "outcome"
tiers = [{ price = 10 }]
measure = { of = "verdict", values = ["yes"] }
[service.rates.minutes]
name = { en = "Minutes" }
kind = "minute"
tiers = [{ up_to = 10, price = 1 }, { price = 0.5 }]
measure = { increment = 60 }
overtime = [
  { id = "holiday", name = { en = "Holiday" }, on = "holidays", multiplier = 2 },
  { id = "evening", name = { en = "Evening" }, hours = ["18:00-24:00"], multiplier = 1.25 },
]
[service.rates.hours]
name = { en = "Hours" }
kind = "hour"
tiers = [{ price = 30 }]
quantity_digits = 4
[service.rates.seats]
name = { en = "Seats" }
kind = "seat"
tiers = [{ price = 100 }]
minimum = { quantity = 3 }
[service.rates.crew]
name = { en = "Crew" }
kind = "fte"
tiers = [{ price = 2000 }]
measure = { standard = 160 }
quantity_digits = 4
[service.rates.team]
name = { en = "Team" }
kind = "fte"
tiers = [{ price = 2000 }]
measure = { standard = 160, hours = "present", team = ["ana", "budi"] }
[service.rates.go-live]
name = { en = "Go-live" }
kind = "milestone"
tiers = [{ price = 2500 }]
conversion = { currency = "EUR", by = "day" }
indexation = { series = "CPI", from = 2013-02-01, every = 1, lag = 1 }

[service.penalty]
"""
MONTH = "2013-02"
HOLIDAY = date(2013, 2, 18)  # Presidents' Day


def on(day, clock, zone=NEW_YORK):
    return micros(datetime.combine(date(2013, 2, day), time.fromisoformat(clock), zone))


def terms_with(card):
    rates, penalty = TERMS.index("[service.rates.paid]"), TERMS.index("[service.penalty]")
    return (
        TERMS[:rates]
        + card
        + TERMS[penalty + len("[service.penalty]\n") :].replace(
            "overhead = { paid = 0.1, judged = 0.45 }", "overhead = { judged = 0.45 }"
        )
    )


WORK = [
    (4, "17:30", "ana", 400, "yes"),
    (4, "18:04", "ana", 500, "no"),
    (18, "10:00", "budi", 61, "yes"),
    (18, "20:00", "ana", 30, "yes"),
]
"""Day of February, end of work in New York, who, seconds, verdict."""


@pytest.fixture
def february(store, tmp_path):
    """Four judgments and one claim that is paid by rule; two people on the floor; one milestone."""
    pack = load(write_pack(tmp_path / "claims", terms=terms_with(CARD)))
    small = SmallDesk(store, tmp_path, pack=pack, at=on(1, "12:00"))
    stays = [(2, "09:00", LoggedIn("ana", (100,))), (2, "13:30", LoggedOut("ana", "left"))]
    stays += [(3, "09:00", LoggedIn("citra", (100,))), (3, "10:00", LoggedIn("budi", (100,)))]
    for day, clock, fact in stays:
        small.desk.note(on(day, clock), "floor", fact)
    small.desk.note(on(3, "11:15"), "floor", LoggedOut("budi", "left"))
    for n, (day, clock, who, seconds, verdict) in enumerate(WORK, 1):
        small.at = on(day, clock) - 20 * MINUTE
        assert small.receive("judge", 500) == n
        small.assign(n, who)
        small.at = on(day, clock)
        small.complete(n, who, seconds=seconds, verdict=verdict)
    small.receive("plain", 5)
    small.at = on(25, "12:00")
    small.command(Record(MilestoneReached("acme", "claims-desk", "go-live", "Pilot over", "2013-02-20", "Protocol 7")))
    small.commit()
    return small


def figures(small):
    small.command(Record(ExchangeQuoted("EUR", "USD", "2013-02-28", "1.30", "bank")))
    small.command(Record(IndexPublished("CPI", "2012-12", "100", "bureau")))
    small.command(Record(IndexPublished("CPI", "2013-01", "101", "bureau")))
    small.commit()


def test_each_kind_counts_the_facts_of_the_log(february):
    figures(february)
    made = bill(february.store, february.terms, MONTH).invoice
    found = {
        (line.unit, line.part, line.overtime or line.tier): (str(line.quantity), str(line.amount.amount))
        for line in made.lines
    }
    assert found == {
        ("judged", "usage", 1): ("4", "16.00"),
        ("judged", "overtime", "late"): ("4", "8.00"),  # 17:30, 18:04, and twice on the holiday
        ("yes", "usage", 1): ("3", "30.00"),
        # 400, 500, 61 and 30 s, each in whole minutes: 7 + 9 + 2 + 1
        ("minutes", "usage", 1): ("10", "10.00"),
        ("minutes", "usage", 2): ("9.00", "4.50"),
        ("minutes", "overtime", "holiday"): ("3.00", "3.00"),
        ("minutes", "overtime", "evening"): ("4.67", "1.17"),  # 240 s after 18:00, and the 40 s rounded up
        ("hours", "usage", 1): ("0.2753", "8.26"),  # 991 s
        ("seats", "usage", 1): ("2", "200.00"),
        ("seats", "shortfall", 1): ("1", "100.00"),
        ("crew", "usage", 1): ("0.0025", "5.00"),  # 991 s / 0.7 are 0.39 h of 160
        ("team", "usage", 1): ("0.04", "80.00"),  # 4.5 h and 1.25 h
        ("go-live", "usage", 1): ("1", "3282.50"),  # 2,500 EUR + 1 %, at 1.30
    }


def test_what_is_behind_each_line(february):
    figures(february)
    made = bill(february.store, february.terms, MONTH).invoice
    behind = {
        (line.unit, line.overtime or line.part, line.tier): line_items(february.store, february.terms, MONTH, line)
        for line in made.lines
    }
    assert behind["judged", "late", 1] == [1, 2, 3, 4]
    assert behind["yes", "usage", 1] == [1, 3, 4]
    assert behind["minutes", "usage", 1] == [1, 2]
    assert behind["minutes", "usage", 2] == [2, 3, 4]
    assert behind["minutes", "holiday", 1] == [3, 4]
    assert behind["minutes", "evening", 1] == [2]
    assert sorted(behind["seats", "usage", 1]) == [1, 2, 3, 4]
    assert behind["seats", "shortfall", 1] == []
    (milestone,) = [line for line in made.lines if line.unit == "go-live"]
    (fact,) = line_facts(february.store, february.terms, MONTH, milestone)
    assert (fact.who, fact.at) == ("Pilot over", on(20, "00:00"))


def test_a_bill_without_its_figures_is_refused_and_says_which(february):
    with pytest.raises(Refused, match="no value of the index CPI is recorded for 2013-01"):
        bill(february.store, february.terms, MONTH)
    february.command(Record(IndexPublished("CPI", "2012-12", "100", "bureau")))
    february.command(Record(IndexPublished("CPI", "2013-01", "101", "bureau")))
    february.commit()
    with pytest.raises(Refused, match="no rate from EUR to USD is recorded for 2013-02-28"):
        bill(february.store, february.terms, MONTH)


def test_figures_are_facts_that_replay_and_are_corrected_visibly(february):
    quoted = ExchangeQuoted("EUR", "USD", "2013-02-28", "1.30", "bank")
    assert february.command(Record(quoted))
    assert not february.command(Record(quoted._replace(rate="1.300")))
    february.refused(february.command, Record(quoted._replace(rate="1.31")), code="recorded")
    february.command(Record(quoted._replace(rate="1.31"), instead=True))
    figures_ = [IndexPublished("CPI", month, "100", "") for month in ("2012-12", "2013-01")]
    for one in figures_:
        february.command(Record(one))
    february.commit()
    (line,) = [one for one in bill(february.store, february.terms, MONTH).invoice.lines if one.unit == "go-live"]
    assert (str(line.amount), line.exchanged) == ("3,275.00 USD", Decimal("1.31"))
    assert prove(february.store).equal


REACHED = MilestoneReached("acme", "claims-desk", "go-live", "Pilot", "2013-02-20", "")


@pytest.mark.parametrize(
    ("fact", "code"),
    [
        (ExchangeQuoted("EUR", "EUR", "2013-02-28", "1", ""), "same-currency"),
        (ExchangeQuoted("EUR", "USX", "2013-02-28", "1", ""), "unknown-currency"),
        (ExchangeQuoted("EUR", "USD", "2013-02-30", "1", ""), "bad-day"),
        (ExchangeQuoted("EUR", "USD", "2013-13", "1", ""), "bad-day"),
        (ExchangeQuoted("EUR", "USD", "2013-02-28", "-1", ""), "bad-number"),
        (ExchangeQuoted("EUR", "USD", "2013-02-28", "1e99", ""), "bad-number"),
        (ExchangeQuoted("EUR", "USD", "2013-02-28", "one", ""), "bad-number"),
        (IndexPublished("", "2013-02", "1", ""), "bad-text"),
        (IndexPublished("CPI", "2013-02-01", "1", ""), "bad-day"),
        (IndexPublished("CPI", "2013-02", "0", "\x1b[2J"), "bad-text"),
        (REACHED._replace(engagement="acne"), "no-engagement"),
        (REACHED._replace(unit="judged"), "no-milestone"),
        (REACHED._replace(day="2014-02-20"), "outside-engagement"),
        (REACHED._replace(day="2013-03-20"), "in-future"),
        (REACHED._replace(milestone="Pilot over", day="2013-02-21"), "recorded"),
    ],
)
def test_figures_that_cannot_be_are_refused(february, fact, code):
    february.refused(february.command, Record(fact), code=code)


EARNING = """
[service.rates.paid]
name = { en = "Paid" }
tiers = [{ price = 0 }]
[service.rates.judged]
name = { en = "Judged" }
tiers = [{ price = 100 }]
[service.rates.letter]
name = { en = "Letter" }
tiers = [{ price = 2 }]
[service.penalty]
earn_back = { months = 2, above = 99 }
critical = { below = 50, months = 2 }
"""


def test_a_credit_is_earned_back_after_two_good_months(store, tmp_path):
    """February is late, March and April are not; May is late again, and so is June: the client may terminate."""
    pack = load(write_pack(tmp_path / "claims", terms=terms_with(EARNING)))
    small = SmallDesk(store, tmp_path, pack=pack, at=micros(datetime(2013, 2, 1, 15, tzinfo=UTC)))
    tuesdays = ((2, 5), (3, 5), (4, 9), (5, 7), (6, 4))
    for n, ((month, day), hours) in enumerate(zip(tuesdays, (30, 1, 1, 30, 30), strict=True)):
        small.at = micros(datetime(2013, month, day, 15, tzinfo=UTC))
        item = small.receive("judge", 500)
        small.at += hours * HOUR
        for task in list(small.desk.queue):
            small.assign(task.item, "ana", task.token)
            small.complete(task.item, "ana", task.token, verdict="yes")
        assert item == n + 1
    small.commit()
    made = {month: bill(store, small.terms, month).invoice for month in ("2013-02", "2013-04", "2013-05", "2013-06")}
    given = made["2013-02"].credits
    assert [(one.kind, str(one.amount)) for one in given] == [("credit", "10.00 USD")]
    back = made["2013-04"].credits
    assert [(one.kind, one.clock, one.month, str(one.amount)) for one in back] == [
        ("earn-back", "respond", "2013-02", "-10.00 USD")
    ]
    assert str(made["2013-04"].total) == "110.00 USD"
    with pytest.raises(Refused, match="not a month"):  # before anybody looks for credits of the months before it
        bill(store, small.terms, "March")
    assert made["2013-05"].critical == ()
    rebook(small.desk, 3, ItemRebooked("", 3, "", "letter", True, "a mistake"), "accounts")  # counted anew, by parts
    again = {month: bill(store, small.terms, month).invoice for month in made}
    assert again["2013-04"].credits == back
    assert again["2013-06"].critical == made["2013-06"].critical
    assert [(one.clock, one.actuals) for one in made["2013-06"].critical] == [("respond", (Decimal(0), Decimal(0)))]


def test_months_with_a_minimum_or_work_alone_are_billed_too(february):
    """The card has a minimum, so January is billed for three seats in which nobody worked."""
    figures(february)
    for fact in (IndexPublished("CPI", "2013-02", "101", ""), ExchangeQuoted("EUR", "USD", "2013-01-31", "1.3", "")):
        february.command(Record(fact))
    february.commit()
    made, problems = bills(february.store, february.terms)
    assert problems == ()
    assert (made[0].month, [line.unit for line in made[0].invoice.lines]) == ("2013-01", ["seats"])
    assert str(made[0].invoice.total) == "300.00 USD"


def test_overhead_is_that_of_items_which_another_rate_pays_for_too(february):
    figures(february)
    cost = february.terms.services[0].cost
    service = replace(february.terms.services[0], cost=replace(cost, overhead=(("paid", Decimal("0.25")),)))
    terms = replace(february.terms, services=(service,))
    assert dict(bill(february.store, terms, MONTH).margin.overhead_by_unit)["paid"].minor == 25


def test_a_month_in_the_archive_is_counted_as_before(february, tmp_path):
    figures(february)
    before = bill(february.store, february.terms, MONTH).invoice
    behind = [line_items(february.store, february.terms, MONTH, line) for line in before.lines]
    pages = [facts_page(february.store, february.terms, MONTH, line, count=3) for line in before.lines]
    at = micros(datetime(2013, 6, 1, 12, tzinfo=UTC))
    gone = list(retain(february.desk, 1, at, by="keeper", folder=tmp_path / "archive"))
    assert MONTH in {one.month for one in gone}
    assert bill(february.store, february.terms, MONTH).invoice == before
    assert [line_items(february.store, february.terms, MONTH, line) for line in before.lines] == behind
    found = [facts_page(february.store, february.terms, MONTH, line, count=3) for line in before.lines]
    assert [[one[:4] for one in page] for page in found] == [[one[:4] for one in page] for page in pages]
    assert prove(february.store).equal


def test_what_is_not_counted_in_items_is_billed_after_a_correction_too(store, tmp_path):
    """Minutes, seats and minimums do not change when an item is not billed; its own line does."""
    card = EARNING.replace(
        "price = 2 }]",
        """price = 2 }]
[service.rates.minutes]
name = { en = "Minutes" }
kind = "minute"
tiers = [{ price = 1 }]
[service.rates.seats]
name = { en = "Seats" }
kind = "seat"
tiers = [{ price = 100 }]
minimum = { quantity = 3 }""",
    )
    pack = load(write_pack(tmp_path / "claims", terms=terms_with(card)))
    small = SmallDesk(store, tmp_path, pack=pack, at=micros(datetime(2013, 2, 5, 15, tzinfo=UTC)))
    for _ in range(2):
        item = small.receive("judge", 500)
        small.assign(item, "ana")
        small.complete(item, "ana", seconds=600, verdict="yes")
    small.commit()
    before = bill(store, small.terms, "2013-02").invoice
    rebook(small.desk, 1, ItemRebooked("", 1, "", "", False, "a test"), "accounts")
    after = bill(store, small.terms, "2013-02").invoice
    shown = [[(line.unit, line.part, str(line.amount)) for line in one.lines] for one in (before, after)]
    rest = [("minutes", "usage", "20.00 USD"), ("seats", "usage", "100.00 USD"), ("seats", "shortfall", "200.00 USD")]
    assert shown == [[("judged", "usage", "200.00 USD"), *rest], [("judged", "usage", "100.00 USD"), *rest]]
    assert line_items(store, small.terms, "2013-02", after.lines[0]) == [2]
    assert line_items(store, small.terms, "2013-02", after.lines[1]) == [1, 2]


def test_outcomes_and_overtime_are_counted_anew_after_a_correction(february):
    """The first judgment is billed no more: it was within hours, and found something for the client."""
    figures(february)

    def counts():
        lines = bill(february.store, february.terms, MONTH).invoice.lines
        return {(line.unit, line.overtime): line.quantity for line in lines if line.unit in {"judged", "yes"}}

    before = counts()
    rebook(february.desk, 1, ItemRebooked("", 1, "", "", False, "a test"), "accounts")
    after = counts()
    moved = {key: n - after.get(key, 0) for key, n in before.items() if n != after.get(key, 0)}
    assert moved == {("judged", ""): 1, ("judged", "late"): 1, ("yes", ""): 1}


def test_pages_of_any_line_are_what_lies_behind_it_in_its_order(february):
    figures(february)
    for line in bill(february.store, february.terms, MONTH).invoice.lines:
        whole = line_items(february.store, february.terms, MONTH, line)
        paged = [
            line_page(february.store, february.terms, MONTH, line, first=first, count=2)
            for first in range(1, len(whole) + 3, 2)
        ]
        assert [item for page in paged for item in page] == whole, (line.unit, line.part, line.overtime)
