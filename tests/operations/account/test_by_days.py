"""Months of amended terms and rebooked items: counting them by days gives what counting them item by item gives."""

import random
from datetime import UTC, date, datetime

import pytest
from claims_pack import TERMS, write_pack
from hypothesis import given
from hypothesis import strategies as st
from small_desk import SmallDesk, older
from test_amended_rates import NEW, OLD

from alihdaya.engagement.account.events import ItemRebooked
from alihdaya.engagement.events import EngagementSigned, ExchangeQuoted, IndexPublished
from alihdaya.engagement.terms import parse
from alihdaya.kernel.errors import Refused
from alihdaya.kernel.event import HOUSE, Entry
from alihdaya.kernel.time import DAY, HOUR, micros
from alihdaya.operations.books import measured
from alihdaya.operations.books.account import drafting
from alihdaya.operations.books.account.agree import amend
from alihdaya.operations.books.account.close import close, items_behind, rebook
from alihdaya.operations.books.account.drafting import account_of
from alihdaya.operations.books.account.parts import ByParts
from alihdaya.operations.books.bill import bill, span
from alihdaya.operations.books.lines import PAGE, line_page, page_behind
from alihdaya.operations.books.replay import prove
from alihdaya.packs import load
from alihdaya.store import open_store, views
from alihdaya.store.views.billed.deliveries import of_outcome
from alihdaya.work.events import ItemDelivered, ItemReceived
from alihdaya.work.floor.events import LoggedIn, LoggedOut

MONTHS = ("2013-01", "2013-02", "2013-03", "2013-04")
START = micros(datetime(2013, 1, 5, 15, tzinfo=UTC))
END = micros(datetime(2013, 5, 2, tzinfo=UTC))
ODD = """overtime = [
  { id = "shut", name = { en = "Shut" }, on = "holidays", multiplier = 3 },
  { id = "odd", name = { en = "Odd" }, hours = ["09:07-09:11", "10:10-15:58"], multiplier = 1.5 },
]
[service.rates.minutes]"""
LATE = [card.replace("[service.rates.minutes]", ODD) for card in (OLD, NEW)]
CARDS = {
    "items": (TERMS, TERMS.replace("1.005", "2").replace("price = 4", "price = 5")),
    "all kinds": (OLD, NEW),
    "outcomes with overtime": LATE,
    "other kinds for a time": (TERMS, OLD),
}
OUTCOME = {"kind": "outcome", "measure": {"of": "verdict", "values": ["yes"]}}


def lived(small, dice):
    """Hundred and twenty days: some items go straight through, others wait for a person, some for weeks."""
    plan = []
    for n in range(60):
        at = START + dice.randrange(100 * DAY)
        kind = dice.choice(["plain", "judge", "judge"])
        plan.append((at, n, kind))
        if kind == "judge":
            plan.append((at + dice.choice([HOUR, 9 * HOUR, 3 * DAY, 20 * DAY]), n, "done"))
    plan += [(START + n * DAY * 2, 1000 + n, "present") for n in range(40)]
    held = {}
    for at, n, what in sorted(plan):
        small.at = max(at, small.desk.at)
        if what == "present":
            fact = LoggedOut("ana", "left") if n % 2 else LoggedIn("ana", (60, 20, 12, 60))
            small.desk.note(small.at, "ana", fact)
        elif what == "done":
            small.complete(held[n], seconds=dice.randrange(30, 4000), verdict=dice.choice(["yes", "no"]))
        else:
            item = small.receive(what, dice.randrange(1, 900))
            if what == "judge":
                small.assign(item)
                held[n] = item
    small.at = END
    for month in ("2012-12", "2013-01", "2013-02", "2013-03", "2013-04"):
        small.desk.note(END, "bank", IndexPublished("CPI", month, "100", ""))
        small.desk.note(END, "bank", ExchangeQuoted("EUR", "USD", f"{month}-28", "1.3", "a bank"))
        small.desk.note(
            END, "bank", ExchangeQuoted("EUR", "USD", f"{month}-{'30' if month[-2:] == '04' else '31'}", "1.3", "")
        )
    small.commit()


def changed(small, dice, cards, moved=12):
    """Amend twice, and rebook a few."""
    effects = dice.sample([date(2013, 1, 20), date(2013, 2, 5), date(2013, 2, 28), date(2013, 3, 1)], 2)
    for effect, terms in zip(sorted(effects), (cards[1], cards[0]), strict=True):
        amend(small.desk, parse(terms.encode()), effect, "agreed", "manager", retroactive=True)
    delivered = [one.id for one in views.items(small.store, status="delivered")]
    for item in dice.sample(delivered, moved):
        billed, month, unit = dice.choice(
            [
                (False, "", ""),
                (True, dice.choice(MONTHS), ""),
                (True, "", "letter"),
                (True, dice.choice(MONTHS), "judged"),
            ]
        )
        rebook(small.desk, item, ItemRebooked("", item, month, unit, billed, "counted anew"), "accounts")


def counted(store, month):
    """All that a month comes to and what is behind it, page by page; or why not."""
    account = account_of(store, "acme")
    whole = account.month(month, span(account.agreement.last.terms, month))
    terms = account.agreement.last.terms
    parts = ByParts(whole)
    told = {"lines": parts.lines, "counts": whole.counts, "bill": bill(store, terms, month)}
    told["stretches"] = [
        (one.since, one.days, one.window, {unit: list(some) for unit, some in sorted(one.items.items())})
        for one in whole.stretches
    ]
    told["facts"] = {line.number: parts.facts(line.number) for _, line in parts.lines}
    told["behind"] = {line.number: parts.behind(line.number) for _, line in parts.lines}
    told["pages"] = {
        (line.number, first, count): parts.page(line.number, first, count)
        for _, line in parts.lines
        for first, count in ((1, 100), (2, 1), (3, 4), (7, 100))
    }
    return told


@pytest.mark.parametrize("card", CARDS)
@pytest.mark.parametrize("seed", range(4))
def test_days_say_what_the_items_say(store, store_url, tmp_path, monkeypatch, seed, card):
    dice = random.Random(seed)
    pack = load(write_pack(tmp_path / "claims", terms=CARDS[card][0]))
    small = SmallDesk(store, tmp_path, pack=pack, at=START)
    lived(small, dice)
    changed(small, dice, CARDS[card], moved=12 if seed % 2 and card != "other kinds for a time" else 0)
    quick = {month: counted(store, month) for month in MONTHS}
    assert any(len(one["stretches"]) > 1 for one in quick.values())
    account = account_of(store, "acme")
    assert all(account.month(month, span(small.terms, month))._by_days is not None for month in MONTHS)
    with monkeypatch.context() as slow:
        slow.setattr(drafting, "by_days", lambda *_: None)
        slow.setattr(measured, "at_hand", lambda *_: False)
        slow.setattr(measured, "worked", lambda *_: None)
        for month in MONTHS:
            found = counted(store, month)
            assert {**found, "pages": None} == {**quick[month], "pages": None}
    for month in MONTHS:
        for (number, first, count), page in quick[month]["pages"].items():
            if page is not None:
                assert page == quick[month]["facts"][number][first - 1 :][:count]
        kinds = {line.number: (line.kind, line.part) for _, line in quick[month]["lines"]}
        present = {line.number for _, line in quick[month]["lines"] if line.unit == "team"}
        paged = {
            number
            for number, (kind, part) in kinds.items()
            if part == "overtime" or (part == "usage" and kind != "milestone" and number not in present)
        }
        if card == "other kinds for a time":  # what was an outcome before anybody asked for it is in the log alone
            paged -= {number for number, (kind, _) in kinds.items() if kind == "outcome"}
        found = {number for (number, *_), page in quick[month]["pages"].items() if page is not None}
        assert found == paged, [line for _, line in quick[month]["lines"] if line.number in paged - found]
    assert prove(store).differences == ()
    older(store)
    store.close()
    with open_store(store_url) as again:
        assert prove(again).differences == ()


def test_outcomes_are_found_without_reading_the_log(store, tmp_path, monkeypatch):
    small = SmallDesk(store, tmp_path, pack=load(write_pack(tmp_path / "claims", terms=OLD)), at=START)
    lived(small, random.Random(1))
    told = {}
    for way in ("quick", "slow"):
        if way == "slow":
            monkeypatch.setattr(measured, "at_hand", lambda *_: False)
        else:
            assert of_outcome(store, ("acme", "claims-desk", '["verdict", "yes"]'), (START, END)).every()
        told[way] = {}
        for month in MONTHS:
            lines = bill(store, small.terms, month).invoice.lines
            for line in (one for one in lines if one.kind == "outcome"):
                every = line_page(store, small.terms, month, line)
                assert len(every) == line.quantity > 1
                assert [line_page(store, small.terms, month, line, first=n, count=1) for n in (1, 2)] == [
                    [n] for n in every[:2]
                ]
                told[way][month, line.number] = every
    assert told["quick"] == told["slow"]
    assert told["quick"]


def test_an_outcome_that_is_agreed_later_is_read_from_the_log_until_a_month_begins(store):
    """What was delivered before anybody asked for it has no row, and a month with such deliveries has no count."""
    wire = [{"service": []}, {"service": [{"id": "desk", "rates": {"yes": OUTCOME}}]}]
    signed = [EngagementSigned("acme", digest, terms) for digest, terms in zip("ab", wire, strict=True)]
    entries = [Entry(1, START, HOUSE, "t", (signed[0],))]
    for n in range(2, 12):
        if n == 6:
            entries.append(Entry(n, START + n * DAY, HOUSE, "t", (signed[1],)))
            continue
        received = ItemReceived("acme", "desk", "api", str(n), 0, 0, "a", "d", {})
        delivered = ItemDelivered("done", "judged", {"verdict": "yes" if n % 2 else "no"}, touched=False)
        entries.append(Entry(n, START + n * DAY, n, "t", (received, delivered)))
    store.commit(entries, recorded_at=0)
    of = ("acme", "desk", '["verdict", "yes"]')
    assert of_outcome(store, of, (START, START + 20 * DAY)) is None
    assert [item for _, item in of_outcome(store, of, (START + 6 * DAY, START + 20 * DAY)).every()] == [7, 9, 11]
    assert [item for _, item in of_outcome(store, of, (START + 8 * DAY, START + 10 * DAY)).every()] == [9]
    assert of_outcome(store, ("acme", "desk", '["verdict", "no"]'), (START + 8 * DAY, END)) is None
    assert prove(store).differences == ()


def test_any_slice_is_what_the_list_has(store, tmp_path):
    dice = random.Random(9)
    small = SmallDesk(store, tmp_path, pack=load(write_pack(tmp_path / "claims")), at=START)
    lived(small, dice)
    changed(small, dice, CARDS["items"])
    account = account_of(store, "acme")
    for month in MONTHS:
        for one in account.month(month, span(small.terms, month)).stretches:
            for some in one.items.values():
                every = list(some)
                assert len(some) == len(every) > 0
                assert [some[place] for place in range(-len(every), len(every))] == [*every, *every]
                for _ in range(20):
                    low, high = (dice.randrange(-len(every) - 2, len(every) + 3) for _ in "ab")
                    assert some[low:high] == every[low:high]
                assert some[::-2] == every[::-2]
                with pytest.raises(IndexError):
                    some[len(every)]


def test_a_closed_months_pages_stay_when_more_is_rebooked(store, tmp_path):
    dice = random.Random(3)
    small = SmallDesk(store, tmp_path, pack=load(write_pack(tmp_path / "claims")), at=START)
    lived(small, dice)
    amend(small.desk, parse(CARDS["items"][1].encode()), date(2013, 2, 5), "dearer", "manager", retroactive=True)
    for month in MONTHS[:2]:
        close(small.desk, None, month, END, "accounts")
    before = {month: pages(store, small.terms, month) for month in MONTHS[:2]}
    delivered = [one.id for one in views.items(store, status="delivered")]
    for item in delivered[3:30:4]:
        rebook(small.desk, item, ItemRebooked("", item, "2013-04", "letter", True, "counted anew"), "accounts")
    assert {month: pages(store, small.terms, month) for month in MONTHS[:2]} == before
    later = pages(store, small.terms, "2013-03")
    assert any(item in later[number] for number in later for item in delivered[3:30:4])


def pages(store, terms, month):
    """The first page of each line until there is none; it must be what reading the whole line gives."""
    found = {}
    for number in range(1, 100):
        try:
            found[number] = page_behind(store, terms, month, number, 1)
        except Refused:
            return found
        assert found[number] == items_behind(store, terms, month, number)[:PAGE]
    raise AssertionError("over a hundred lines")


DAYS = st.sampled_from(["", "0000-01-01", "2024-01-31", *(f"2024-02-{n:02}" for n in range(1, 30)), "2024-03-01", "~"])


@given(st.lists(st.tuples(DAYS, DAYS), max_size=4))
def test_the_days_of_some_spans_are_each_of_them_once(spans):
    found = measured.days_within("2024-02", spans)
    every = [f"2024-02-{n:02}" for n in range(1, 30)]
    inside = [day for day in every if any(low <= day < high for low, high in spans)]
    assert [day for first, last in found for day in every if first <= day <= last] == inside
    ends = [every.index(last) for _, last in found]
    assert all(every.index(first) > end + 1 for (first, _), end in zip(found[1:], ends, strict=False))
