"""Pages of finished tasks, found by an index and the days' counts, beside a plain walk over all that was made."""

import random
from decimal import Decimal
from fractions import Fraction

import pytest
from claims_pack import TERMS

from alihdaya.engagement import terms as agreement
from alihdaya.engagement.calendar import Months
from alihdaya.engagement.events import EngagementSigned
from alihdaya.kernel.event import HOUSE, Entry
from alihdaya.kernel.time import DAY, HOUR, SECOND
from alihdaya.operations.books.bill import draft, line_facts
from alihdaya.operations.books.lines import facts_page, line_page, page_behind
from alihdaya.operations.books.replay import prove
from alihdaya.people.events import PersonJoined
from alihdaya.store import views
from alihdaya.work.beside import TimeSpent
from alihdaya.work.events import ItemReceived, TaskDone

MONTH = "2013-03"  # daylight saving begins in it
CARD = """
[service.rates.paid]
name = { en = "Paid" }
kind = "included"
[service.rates.hours]
name = { en = "Hours" }
kind = "hour"
tiers = [{ up_to = 2, price = 30 }, { up_to = 5, price = 25 }, { price = 20 }]
[service.rates.minutes]
name = { en = "Minutes" }
kind = "minute"
tiers = [{ up_to = 90, price = 1 }, { price = 0.5 }]
measure = { increment = 60 }
overtime = [{ id = "late", name = { en = "Late" }, on = "outside", multiplier = 2 }]
[service.rates.crew]
name = { en = "Crew" }
kind = "fte"
tiers = [{ up_to = 3, price = 2000 }, { price = 1500 }]
measure = { standard = 1.5 }
[service.rates.seats]
name = { en = "Seats" }
kind = "seat"
tiers = [{ up_to = 2, price = 100 }, { up_to = 4, price = 90 }, { price = 80 }]
[service.rates.desks]
name = { en = "Desks" }
kind = "seat"
tiers = [{ up_to = 3, price = 10 }, { price = 9 }]
scheme = "volume"
"""
PERSONS = ("ana", "budi", "citra", "dewi", "eko", "fajar")
START, END = Months("America/New_York").limits(MONTH)


def terms_of_test(zone="America/New_York"):
    first, last = TERMS.index("[service.rates.paid]"), TERMS.index("[service.penalty]")
    text = TERMS[:first] + CARD + TERMS[last:].replace("overhead = { paid = 0.1, judged = 0.45 }", "")
    return agreement.parse(text.replace("America/New_York", zone, 1).encode())


def month_of_work(terms, seed, tasks):
    """Entries of about a month: items worked on again and again, ties, no time at all, time beside, other services."""
    dice = random.Random(seed)
    at = sorted(dice.choice((START - DAY, START, END - 1, END, *range(START, END + DAY, HOUR))) for _ in range(tasks))
    entries = [(START - 30 * DAY, HOUSE, (EngagementSigned("acme", terms.digest, agreement.to_wire(terms)),))]
    joined = [PersonJoined(one, one, "B", "A", "ID", "Asia/Jakarta", {}, (), {}, "5", "USD") for one in PERSONS]
    entries.append((START - 30 * DAY, HOUSE, tuple(joined)))
    items = max(tasks // 2, 1)
    for item in range(1, items + 1):
        service = "other" if item % 9 == 0 else "claims-desk"
        head = ("acme", service, "mail", f"i{item}", 0, 0, terms.digest, "d" * 64, {})
        entries.append((START - 20 * DAY, item, (ItemReceived(*head),)))
    for n, when in enumerate(at):
        item, who = dice.randint(1, items), PERSONS[min(dice.randrange(8), n // 5, 5)]
        seconds = dice.choice((0, 1, 59, 60, 61, 600, dice.randrange(3000)))
        entries.append((when, item, (TaskDone(dice.randint(1, 2), who, seconds, {}, False),)))
        if n % 4 == 0:
            entries.append((when, item, (TimeSpent(1, dice.choice(PERSONS), 300, "wrap-up"),)))
    return [Entry(seq, when, item, "test", events) for seq, (when, item, events) in enumerate(entries, 1)]


def done_in(entries):
    """The month's tasks of the service, in the order of the bill: (at, item, person, seconds)."""
    found = [
        (one.at, one.item, one.seq, fact.person, fact.seconds)
        for one in entries
        for fact in one.events
        if isinstance(fact, TaskDone) and one.item % 9 and START <= one.at < END
    ]
    return [(at, item, who, seconds) for at, item, _, who, seconds in sorted(found)]


def walked(line, done):
    """What a line bills, by walking over the month."""
    if line.kind == "seat":
        persons = list(dict.fromkeys(who for _, _, who, _ in done))
        return [one for one in done if one[2] in persons[line.first - 1 : line.last]]
    up = 60 if line.unit == "minutes" else 1
    unit = {
        "hours": Fraction(3600),
        "minutes": Fraction(60),
        "crew": Fraction(3600) * Fraction("0.7") * Fraction("1.5"),
    }
    found, low = [], Fraction(0)
    for at, item, who, seconds in done:
        whole = -(-seconds // up) * up
        high = low + whole / unit[line.unit]
        if low < line.last and high > line.first - 1:
            found.append((at, item, who, whole))
        low = high
    return found


@pytest.mark.parametrize(("seed", "tasks"), [(1, 3), (5, 15), (2, 60), (3, 200)])
def test_any_page_of_a_line_of_work_is_what_a_walk_over_the_month_finds(store, seed, tasks):
    terms = terms_of_test()
    entries = month_of_work(terms, seed, tasks)
    for start in range(0, len(entries), 40):
        store.commit(entries[start : start + 40], recorded_at=0)
    done, dice = done_in(entries), random.Random(seed)
    lines = draft(store, terms, MONTH).lines
    assert {line.unit for line in lines} <= {"hours", "minutes", "crew", "seats", "desks"}
    for line in lines:
        facts = line_facts(store, terms, MONTH, line)
        if line.part == "usage":
            assert [(one.at, one.item, one.who, one.seconds) for one in facts] == walked(line, done), line
        for size in (1, 7, 1000):
            first = dice.randint(1, len(facts) + 2)
            page = facts_page(store, terms, MONTH, line, first=first, count=size)
            assert [one[:4] for one in page] == [one[:4] for one in facts[first - 1 :][:size]], (line, first, size)
        assert page_behind(store, terms, MONTH, line.number, 1) == [one.item for one in facts[:100]]
    assert prove(store).equal


def test_time_beside_tasks_is_not_billed_and_takes_no_seat(store):
    """A client pays for the work that was agreed; who only wrapped up or advised has no seat."""
    terms = terms_of_test()
    facts = [(TaskDone(1, "ana", 3600, {}, False),), (TimeSpent(1, "ana", 900, "wrap-up"),)]
    facts += [(TimeSpent(1, "budi", 1800, "advice"),)]
    head = ("acme", "claims-desk", "mail", "i1", 0, 0, terms.digest, "d" * 64, {})
    log = [(HOUSE, (EngagementSigned("acme", terms.digest, agreement.to_wire(terms)),)), (1, (ItemReceived(*head),))]
    log += [(1, one) for one in facts]
    entries = [Entry(n, START + n * SECOND, item, "test", events) for n, (item, events) in enumerate(log, 1)]
    store.commit(entries, recorded_at=0)
    lines = draft(store, terms, MONTH).lines
    assert {line.unit: line.quantity for line in lines if line.part == "usage"} == {
        "hours": Decimal(1),
        "minutes": Decimal(60),
        "crew": Decimal("0.95"),
        "seats": 1,
        "desks": 1,
    }
    cost = {row.person: (row.seconds, row.tasks, row.handled) for row in views.labour(store, "acme", MONTH)}
    assert cost == {"ana": (4500, 1, 3600), "budi": (1800, 0, 0)}


def test_where_days_were_counted_in_two_zones_the_tasks_themselves_are(store):
    terms, other = terms_of_test(), terms_of_test("Asia/Jakarta")
    signed = EngagementSigned("acme", other.digest, agreement.to_wire(other))
    made = month_of_work(terms, 4, 90)
    entries = [Entry(1, START - 31 * DAY, HOUSE, "test", (signed,)), *(one._replace(seq=one.seq + 1) for one in made)]
    store.commit(entries, recorded_at=0)
    done = done_in(entries)
    for line in draft(store, terms, MONTH).lines:
        if line.part == "usage" and line.kind != "minute":
            page = facts_page(store, terms, MONTH, line, first=3, count=9)
            assert [tuple(one[:4]) for one in page] == walked(line, done)[2:11], line
            assert line_page(store, terms, MONTH, line, first=3, count=9) == [one.item for one in page]
