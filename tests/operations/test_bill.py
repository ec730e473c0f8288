"""Invoices and margins against a second opinion that counts the log's own entries, item by item."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

import pytest
from claims_pack import person, write_pack
from small_desk import MUCH_LATER, NOON, SmallDesk, rows_of, scripts_of, source_of
from sqlalchemy import text

from alihdaya.engagement.contribution import by_service, in_all
from alihdaya.engagement.events import EngagementSigned
from alihdaya.engagement.rates.loading import Loading
from alihdaya.engagement.terms import to_wire
from alihdaya.kernel.errors import Refused
from alihdaya.kernel.time import HOUR, MINUTE, SECOND, micros, moment
from alihdaya.operations.books.bill import bill, labour_of, line_items, span, terms_of
from alihdaya.operations.books.lines import line_page
from alihdaya.operations.books.replay import prove
from alihdaya.operations.books.retain import retain
from alihdaya.operations.books.shares import by_item, by_person
from alihdaya.operations.run.flow import run
from alihdaya.packs import load
from alihdaya.store import views
from alihdaya.work.events import ItemDelivered, ItemReceived, TaskAssigned, TaskDone, TaskQueued

NEW_YORK = ZoneInfo("America/New_York")
PRICES = {
    "paid": [(3, Decimal("1.005")), (2, Decimal("0.75")), (None, Decimal("0.333"))],
    "judged": [(2, Decimal(4)), (None, Decimal("3.3"))],
    "letter": [(None, Decimal(2))],
}
OVERHEAD = {"paid": Decimal("0.1"), "judged": Decimal("0.45")}
WAGES = dict.fromkeys(("ana", "eko", "citra", "dodi"), Decimal("9.80")) | {"budi": Decimal("7.15")}


def month_of(at):
    return f"{moment(at, NEW_YORK):%Y-%m}"


def cents(amount):
    return int((amount * 100).quantize(Decimal(1), ROUND_HALF_UP))


def counted(store):
    """(month -> unit -> items in the order of delivery), seconds by (month, person), kept clocks by month."""
    units, seconds, clocks = {}, Counter(), Counter()
    dues, responded = {}, {}
    for entry in store.read_log():
        for one in entry.events:
            if isinstance(one, TaskQueued):
                dues.setdefault(entry.item, (one.respond_due, one.resolve_due))
            elif isinstance(one, TaskAssigned):
                responded.setdefault(entry.item, entry.at)
            elif isinstance(one, TaskDone):
                seconds[month_of(entry.at), one.person] += one.seconds
            elif isinstance(one, ItemDelivered):
                month = month_of(entry.at)
                units.setdefault(month, {}).setdefault(one.unit, []).append(entry.item)
                if entry.item in dues:
                    respond, resolve = dues[entry.item]
                    answered = responded.get(entry.item)
                    clocks[month, "respond", answered is not None and answered <= respond] += 1
                    clocks[month, "resolve", entry.at <= resolve] += 1
    return units, seconds, clocks


def fee_of(units):
    total = 0
    for unit, items in units.items():
        left = len(items)
        for size, price in PRICES[unit]:
            n = left if size is None else min(size, left)
            total += cents(n * price)
            left -= n
    return total


def credit_of(fee, clocks, month):
    left, rest, credited = Decimal(10), cents(Decimal(fee) / 100 * Decimal("0.1")), 0
    for clock in ("respond", "resolve"):
        met, missed = clocks[month, clock, True], clocks[month, clock, False]
        if not met + missed or 100 * met >= 90 * (met + missed):
            continue
        points = -((100 * met - 90 * (met + missed)) // (met + missed))  # begun points below 90
        percent = min(Decimal(2 * points), left)
        left -= percent
        amount = min(cents(Decimal(fee) / 100 * percent / 100), rest)
        rest -= amount
        credited += amount
    return credited


SHORT_HANDED = person("ana", shift="01:00-04:00") + person("budi", wage="7.15", shift="03:00-05:00")
SHORT_HANDED += person("citra", certificate="", shift="01:00-04:00")


@pytest.fixture
def quarter(store, tmp_path):
    """Eleven weeks of claims, played by people who are too few to be in time for all."""
    small = SmallDesk(store, tmp_path, pack=load(write_pack(tmp_path / "claims", roster=SHORT_HANDED)))
    kinds = [("plain", 10), ("judge", 1), ("plain", 10), ("split", 1), ("assess", 5), ("judge", 1), ("assess", 2000)]
    rows = rows_of(*(kinds * 12), step=21 * HOUR + 7 * MINUTE)
    run(
        small.desk,
        small.service,
        source_of(rows),
        now=lambda: MUCH_LATER,
        seed=4,
        scripts=scripts_of(small.pack),
    )
    return small


def test_every_invoice_and_margin_is_what_the_logs_entries_add_up_to(quarter):
    store, terms = quarter.store, quarter.terms
    units, seconds, clocks = counted(store)
    assert sorted(units) == views.months(store, "acme")
    assert len(units) >= 3
    for month, found in units.items():
        made = bill(store, terms, month)
        assert {line.unit for line in made.invoice.lines} == set(found)
        fee = fee_of(found)
        assert made.invoice.fees.minor == fee
        kept = {one.clock: (one.met, one.missed) for one in made.attainments}
        assert kept == {clock: (clocks[month, clock, True], clocks[month, clock, False]) for clock in kept}
        assert set(kept) == {"respond", "resolve"}
        assert made.invoice.credited.minor == credit_of(fee, clocks, month)
        assert made.invoice.total.minor == fee - made.invoice.credited.minor
        labour = {
            who: cents(Decimal(worked) / 3600 / Decimal("0.7") * WAGES[who] * Decimal("1.12"))
            for (when, who), worked in seconds.items()
            if when == month
        }
        assert {who: cost.minor for who, cost in made.margin.labour_by_person} == labour
        overhead = sum(cents(len(items) * OVERHEAD.get(unit, Decimal(0))) for unit, items in found.items())
        assert made.margin.overhead.minor == overhead
        assert made.margin.amount.minor == made.invoice.total.minor - sum(labour.values()) - overhead
    assert sum(len(items) for found in units.values() for items in found.values()) == 84
    assert any(credit_of(fee_of(found), clocks, month) for month, found in units.items()), "no credit was ever tried"


def test_every_line_names_its_items_and_the_tiers_share_the_months_items_out(quarter):
    units, _, _ = counted(quarter.store)
    for month, found in units.items():
        named = {}
        for line in bill(quarter.store, quarter.terms, month).invoice.lines:
            items = line_items(quarter.store, quarter.terms, month, line)
            assert len(items) == line.quantity == line.last - line.first + 1
            named.setdefault(line.unit, []).extend(items)
        assert named == found


def _pages_agree(store, terms, month):
    for line in bill(store, terms, month).invoice.lines:
        whole = line_items(store, terms, month, line)
        for first in {1, 2, 3, line.quantity // 2 + 1, line.quantity, line.quantity + 1, 10**9}:
            for count in (0, 1, 7, 10**9):
                page = line_page(store, terms, month, line, first=first, count=count)
                assert page == whole[first - 1 :][:count], (line, first, count)


def test_any_page_of_a_line_is_that_part_of_its_items(quarter):
    for month in views.months(quarter.store, "acme"):
        _pages_agree(quarter.store, quarter.terms, month)


def test_pages_stay_right_where_the_client_moved_to_another_time_zone(quarter):
    moved = replace(quarter.terms, client=replace(quarter.terms.client, time_zone="Asia/Tokyo"))
    quarter.desk.note(quarter.desk.at, "test", EngagementSigned("acme", moved.digest, to_wire(moved)))
    quarter.desk.commit()
    assert terms_of(quarter.store).client.time_zone == "Asia/Tokyo"
    for month in views.months(quarter.store, "acme"):
        _pages_agree(quarter.store, moved, month)


def _loaded(quarter, spread):
    """The same engagement with gross wages and a fifth of the time idle."""
    loading = Loading(burden=Decimal(10), space=Decimal("0.5"), idle=Decimal(20), spread=spread)
    services = [replace(one, cost=replace(one.cost, loading=loading)) for one in quarter.terms.services]
    return replace(quarter.terms, services=tuple(services))


@pytest.mark.parametrize("spread", ["time", "items", None])
def test_shares_of_items_services_and_persons_add_up_to_the_margin(quarter, spread):
    store, terms = quarter.store, quarter.terms if spread is None else _loaded(quarter, spread)
    units, seconds, _ = counted(store)
    for month in units:
        made = bill(store, terms, month)
        whole = (made.invoice.fees.minor, made.invoice.credited.minor, made.margin.labour.minor)
        whole += (made.margin.overhead.minor,)
        shares = by_item(store, terms, made)
        assert tuple(map(sum, zip(*[one[4:] for one in shares], strict=True))) == whole
        assert sum(one.seconds for one in shares) == sum(n for (when, _), n in seconds.items() if when == month)
        delivered = [(one.unit, one.item) for one in shares if one.unit]
        assert {unit: [item for of, item in delivered if of == unit] for unit in units[month]} == units[month]
        (service,) = by_service(terms, made.invoice, labour_of(store, terms, month), made.margin)
        persons = by_person(store, terms, made)
        for rows in ([service], persons):
            total = in_all(rows, "")
            assert (total.fees, total.credits, total.labour, total.overhead) == whole
            assert total.amount == made.margin.amount.minor
            assert sum(total.parts) == total.labour
        assert {one.name: one.seconds for one in persons if one.name} == {
            who: n for (when, who), n in seconds.items() if when == month
        }


def test_an_items_fee_is_its_tiers_price_and_its_labour_is_by_time(quarter):
    made = bill(quarter.store, quarter.terms, "2013-01")
    shares = by_item(quarter.store, quarter.terms, made)
    judged = [one for one in shares if one.unit == "judged"]
    assert [one.fees for one in judged] == [400, 400, *[330] * (len(judged) - 2)]
    assert all(one.overhead == 45 for one in judged)
    wages = Decimal("9.8") / Decimal("0.7") * Decimal("1.12") / 36
    alone = [one for one in judged if one.labour]
    assert alone
    for one in alone:
        assert one.labour <= one.seconds * wages + 2


def test_the_shares_of_an_archived_month_are_those_that_they_were(quarter, tmp_path):
    store, terms = quarter.store, _loaded(quarter, "items")
    months = list(counted(store)[0])

    def told():
        made = {month: bill(store, terms, month) for month in months}
        items = {month: sorted(by_item(store, terms, one)) for month, one in made.items()}
        return items, {month: by_person(store, terms, one) for month, one in made.items()}

    before = told()
    at = max(quarter.desk.at, micros(datetime(2013, 12, 1, tzinfo=UTC)))
    gone = list(retain(quarter.desk, 1, at, by="keeper", folder=tmp_path / "archive", unbilled=True))
    assert gone
    assert sum(one.items for one in gone) > 10
    assert told() == before


def test_a_line_that_does_not_match_its_items_is_refused(quarter):
    (line, *_) = bill(quarter.store, quarter.terms, "2013-01").invoice.lines
    with pytest.raises(Refused, match="line 1 bills 99 items"):
        line_items(quarter.store, quarter.terms, "2013-01", replace(line, quantity=99))


@pytest.mark.parametrize(
    ("month", "start", "end"),
    [
        ("2013-01", datetime(2013, 1, 1, 5, tzinfo=UTC), datetime(2013, 2, 1, 5, tzinfo=UTC)),
        ("2013-03", datetime(2013, 3, 1, 5, tzinfo=UTC), datetime(2013, 4, 1, 4, tzinfo=UTC)),
        ("2013-11", datetime(2013, 11, 1, 4, tzinfo=UTC), datetime(2013, 12, 1, 5, tzinfo=UTC)),
        ("2013-12", datetime(2013, 12, 1, 5, tzinfo=UTC), datetime(2014, 1, 1, 5, tzinfo=UTC)),
    ],
)
def test_a_month_begins_and_ends_at_the_clients_midnight(small_sqlite, month, start, end):
    assert span(small_sqlite.terms, month) == (micros(start), micros(end))


def test_what_is_delivered_a_second_before_the_clients_midnight_is_last_months(small):
    midnight = micros(datetime(2013, 2, 1, 5, tzinfo=UTC))
    for at in (midnight - SECOND, midnight - 1, midnight, midnight + SECOND):
        small.at = at
        small.receive("plain", 1)
    small.commit()
    assert [views.usage(small.store, "acme", span(small.terms, month)) for month in ("2013-01", "2013-02")] == [
        {"claims-desk": {"paid": 2}},
        {"claims-desk": {"paid": 2}},
    ]
    assert views.months(small.store, "acme") == ["2013-01", "2013-02"]
    (line,) = bill(small.store, small.terms, "2013-01").invoice.lines
    assert line_items(small.store, small.terms, "2013-01", line) == [1, 2]
    days = {period.period: period.counts["delivered"] for period in views.tallies(small.store, "acme", by="day")}
    assert days == {"2013-01-31": 2, "2013-02-01": 2}


def test_work_counts_in_the_month_in_which_it_was_done(small):
    small.at = micros(datetime(2013, 1, 31, 20, tzinfo=UTC))
    item = small.receive("judge")
    small.assign(item)
    small.later(hours=10)
    small.complete(item, seconds=3600, verdict="yes")
    small.commit()
    assert bill(small.store, small.terms, "2013-01").margin.labour.minor == 0
    assert bill(small.store, small.terms, "2013-02").margin.labour.minor == cents(
        Decimal("9.8") / Decimal("0.7") * Decimal("1.12")
    )


def test_the_terms_signed_last_are_found_and_a_name_is_asked_for_where_it_matters(small):
    assert terms_of(small.store) == small.terms
    assert terms_of(small.store, "acme").digest == small.terms.digest
    with pytest.raises(Refused, match="acme"):
        terms_of(small.store, "nobody")
    with pytest.raises(Refused, match="not a month"):
        span(small.terms, "2013-13")
    with pytest.raises(Refused):
        bill(small.store, small.terms, "2012-01")


TAMPERED = [
    "update item set outcome = 'judged' where id = 1",
    "update item set closed_at = closed_at + 1 where id = 1",
    "delete from received where external_id = '1'",
    "update tally set n = n + 1 where measure = 'delivered'",
    "update labour set seconds = seconds - 60",
    "delete from refusal",
    "update source set cursor = cursor - 1",
    "update person set facts = (select facts from person where id = 'budi') where id = 'ana'",
    "insert into timer (item, timer, due) values (1, 1, 1)",
    "delete from definition",
]


@pytest.mark.parametrize("statement", TAMPERED)
def test_a_row_that_somebody_changed_is_found(small_sqlite, statement):
    small = small_sqlite
    rows = rows_of(("plain", 10), ("judge", 1), ("judge", 1))
    run(
        small.desk,
        small.service,
        source_of(rows),
        now=lambda: MUCH_LATER,
        seed=4,
        scripts=scripts_of(small.pack),
    )
    assert views.refusals(small.store)
    _tamper(small.store, statement)
    verdict = prove(small.store)
    assert not verdict.equal
    table = statement.split()[1] if statement.startswith("update") else statement.split()[2]
    assert {difference.table for difference in verdict.differences} == {table}
    assert verdict.entries == small.store.last_seq()


def test_a_changed_row_is_found_in_every_store_and_a_changed_log_too(small):
    small.receive("judge")
    small.receive("plain", 1)
    small.commit()
    assert prove(small.store).equal
    _tamper(small.store, "update item set status = 'delivered' where id = 1")
    (difference,) = prove(small.store).differences
    assert (difference.table, difference.key) == ("item", (1,))
    _tamper(small.store, "update item set status = 'waiting' where id = 1")
    assert prove(small.store).equal
    _tamper(small.store, f"update log set at = at + 1 where seq = {small.store.last_seq()}")
    assert not prove(small.store).equal


def _tamper(store, statement):
    with store.database.connect() as connection, connection.begin():
        assert connection.execute(text(statement)).rowcount > 0


def test_replay_hears_how_far_it_is(small):
    small.receive("plain", 1)
    small.commit()
    heard = []
    verdict = prove(small.store, report=lambda done, total: heard.append((done, total)))
    assert heard[-1] == (verdict.entries, verdict.entries)


def test_an_invoice_is_the_same_whenever_it_is_made(quarter):
    first = bill(quarter.store, quarter.terms, "2013-02")
    quarter.at = max(quarter.desk.at, NOON)
    quarter.receive("plain", 1)
    quarter.commit()
    assert bill(quarter.store, quarter.terms, "2013-02") == first
    assert first.invoice.first_day == date(2013, 2, 1)
    came = [one for entry in quarter.store.read_log() for one in entry.events if isinstance(one, ItemReceived)]
    assert first.invoice.terms == came[0].terms
