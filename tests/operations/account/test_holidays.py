"""A holiday that is added later: open clocks are due anew, finished ones are counted anew, closed invoices stay."""

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from claims_pack import TERMS, write_pack
from small_desk import MUCH_LATER, SmallDesk
from test_amending import refused

from alihdaya.engagement.terms import parse
from alihdaya.kernel.time import HOUR, micros
from alihdaya.operations.books.account.close import close, document_of
from alihdaya.operations.books.account.holiday import Wish, add, holidays
from alihdaya.operations.books.bill import attainments, bill
from alihdaya.operations.books.replay import prove
from alihdaya.operations.instance.sla import explain
from alihdaya.packs import load
from alihdaya.store import open_store, views

CALENDAR = parse(TERMS.encode()).services[0].calendar
ZONE = ZoneInfo(CALENDAR.time_zone)
WEDNESDAY = date(2013, 2, 6)


def on(day, hour=10, month=2):
    return micros(datetime(2013, month, day, hour, tzinfo=ZONE))


def wish(day=WEDNESDAY, *, service="", retroactive=False):
    return Wish("acme", service, day, "Election", "declared by the government", retroactive)


@pytest.fixture
def desk(tmp_path):
    with open_store(tmp_path / "days.db") as store:
        yield SmallDesk(store, tmp_path, at=on(5, 16))


def resolve_due(small, item):
    (task,) = (one for one in small.store.open_tasks() if one.item == item)
    return task.resolve_due


def test_what_is_open_is_due_by_as_much_later_as_the_day_was_worked(desk):
    item = desk.receive("judge", 500)
    desk.commit()
    before = resolve_due(desk, item)
    made = add(desk.desk, wish(), "manager")
    assert made.moved == (item,)
    worked = sum(closes - opens for opens, closes in CALENDAR.week[2]) // 60 * HOUR
    after = resolve_due(desk, item)
    assert after > before
    assert desk.service.clock.clock.working_between(before, after) in {0, worked}
    told = explain(desk.store, item, on(8))
    assert told.agreed
    assert {part.why for part in told.clocks[1].segments if part.state == "closed"} >= {"Election"}
    assert prove(desk.store).equal


def test_what_comes_in_afterwards_is_due_by_the_new_calendar_with_this_desk_and_the_next(desk):
    desk.commit()
    add(desk.desk, wish(), "manager")
    dues = []
    for _ in range(2):
        item = desk.receive("judge", 500)
        desk.commit()
        dues.append(resolve_due(desk, item))
        desk.open()
    assert dues[0] == dues[1]
    assert explain(desk.store, 1, on(8)).agreed
    assert explain(desk.store, 2, on(8)).agreed


def test_a_holiday_that_changes_nothing_or_is_past_is_refused(desk):
    desk.receive("judge", 500)
    desk.commit()
    before = desk.store.last_seq()
    saturday = date(2013, 2, 16)
    assert refused(add, desk.desk, wish(saturday), "m") == ["no-working-day"]
    assert refused(add, desk.desk, wish(date(2013, 2, 18)), "m") == ["closed-already"]  # Presidents' Day
    assert refused(add, desk.desk, wish(date(2014, 2, 18)), "m") == ["outside-engagement"]
    assert refused(add, desk.desk, wish(date(2013, 2, 4)), "m") == ["in-the-past"]
    assert refused(add, desk.desk, wish(service="other"), "m") == ["no-service"]
    assert desk.store.last_seq() == before
    add(desk.desk, wish(), "m")
    assert refused(add, desk.desk, wish(), "m") == ["closed-already"]


def test_finished_clocks_are_counted_anew_and_a_closed_invoice_is_adjusted(desk):
    """Late by a day's work that turns out to have been a holiday: met, and the service credit is taken back."""
    items = [desk.receive("judge", 500) for _ in range(3)]
    desk.commit()
    due = resolve_due(desk, items[0])
    for item in items:
        desk.at = max(desk.at, due + HOUR // 2 if item != items[2] else desk.at)
        desk.assign(item)
        desk.complete(item, seconds=60, verdict="yes")
    desk.commit()
    (missed,) = (one for one in attainments(desk.store, desk.terms, "2013-02") if one.clock == "resolve")
    closed = close(desk.desk, "acme", "2013-02", MUCH_LATER, "accounts")
    made = add(desk.desk, wish(retroactive=True), "manager")
    (met,) = (one for one in attainments(desk.store, desk.terms, "2013-02") if one.clock == "resolve")
    assert missed.missed == 3
    assert (met.met, met.missed) == (3, 0)
    assert made.facts[0].items == tuple(items)
    assert made.moved == ()
    again = bill(desk.store, desk.terms, "2013-02").invoice
    following = document_of(desk.store, desk.terms, "2013-03")
    adjusted = sum(Decimal(one["amount"]) for one in following["adjustments"])
    assert Decimal(closed.document["total"]) + adjusted == again.total.amount
    assert adjusted > 0
    assert document_of(desk.store, desk.terms, "2013-02") == closed.document
    assert [one.day for _, one in holidays(desk.store)] == ["2013-02-06"]
    assert prove(desk.store).equal


def test_overtime_on_a_day_that_turns_out_a_holiday_is_billed_on_the_next_invoice(tmp_path):
    rate = next(line for line in TERMS.split("\n") if "price = 4" in line)
    late = "overtime = [{ id = 'free', name = { en = 'Holiday' }, on = 'holidays', multiplier = 2 }]"
    pack = load(write_pack(tmp_path / "claims", terms=TERMS.replace(rate, f"{rate}\n{late}")))
    with open_store(tmp_path / "days.db") as store:
        small = SmallDesk(store, tmp_path, pack=pack, at=on(5))
        item = small.receive("judge", 500)
        small.assign(item)
        small.complete(item, seconds=60, verdict="yes")
        small.commit()
        close(small.desk, "acme", "2013-02", MUCH_LATER, "accounts")
        add(small.desk, wish(date(2013, 2, 5), retroactive=True), "manager")
        (line,) = document_of(store, small.terms, "2013-03")["adjustments"]
        assert (line["kind"], line["quantity"], line["amount"]) == ("overtime:free", "1", "4.00")
        assert len(views.items(store)) == 1
