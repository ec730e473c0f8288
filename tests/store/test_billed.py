"""What is behind a line: counts by quarters of an hour, and lists of which only what is wanted is read."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alihdaya.engagement.events import EngagementSigned
from alihdaya.kernel.event import HOUSE, Entry
from alihdaya.kernel.time import HOUR, MINUTE, QUARTER
from alihdaya.operations.books.account.days import _patched
from alihdaya.store.replay import compare, rebuilt
from alihdaya.store.views.billed.deliveries import at_hand, of_outcome, of_unit
from alihdaya.store.views.billed.pace import Pace, total
from alihdaya.store.views.billed.pieces import Piece, Pieces
from alihdaya.store.views.ledger import Counted
from alihdaya.work.events import ItemDelivered, ItemReceived

START = 1_360_000_000_000_000 // QUARTER * QUARTER
instants = st.lists(st.integers(START, START + 6 * HOUR), max_size=60)
edges = st.tuples(st.integers(START - HOUR, START + 7 * HOUR), st.integers(0, 3 * HOUR)).map(lambda s: (s[0], sum(s)))


def inside(delivered, span):
    return sorted(at for at in delivered if span[0] <= at < span[1])


def rows_of(delivered, shards=1):
    """The rows of the table: sorted by quarter, of each shard its own."""
    found = {}
    for n, at in enumerate(delivered):
        key = at - at % QUARTER, n % shards
        found[key] = found.get(key, 0) + 1
    return [(quarter, n) for (quarter, _), n in sorted(found.items())]


@given(instants, edges, st.integers(1, 3))
def test_any_span_is_counted_and_any_place_in_it_found(delivered, span, shards):
    pace = Pace(rows_of(delivered, shards), lambda part: len(inside(delivered, part)))
    wanted = inside(delivered, span)
    assert pace.count(span) == len(wanted)
    for place, at in enumerate(wanted):
        since, skipped = pace.seek(span, place)
        assert span[0] <= since < span[1]
        assert inside(delivered, (since, span[1]))[skipped] == at
        assert skipped < sum(since - since % QUARTER <= one < since + 2 * QUARTER for one in delivered)


@given(instants, edges)
def test_only_parts_of_quarters_are_counted_one_by_one(delivered, span):
    asked = []
    pace = Pace(rows_of(delivered), lambda part: asked.append(part) or len(inside(delivered, part)))
    pace.count(span)
    assert all(0 < high - low < QUARTER for low, high in asked)
    assert all((low == span[0] and low % QUARTER) or (high == span[1] and high % QUARTER) for low, high in asked)


@given(st.lists(st.lists(st.integers(), max_size=5), max_size=6), st.slices(12))
def test_pieces_are_the_list_of_what_is_in_them(parts, where):
    asked = []

    def piece(rows):
        return Piece(len(rows), lambda first, last: asked.append((first, last)) or rows[first:last])

    pieces, every = Pieces([piece(rows) for rows in parts]), [one for rows in parts for one in rows]
    assert len(pieces) == len(every)
    assert not asked
    assert pieces[where] == every[where]
    if where.step in {None, 1}:
        assert sum(last - first for first, last in asked) == len(every[where])
    assert list(pieces) == every
    assert [pieces[n] for n in range(-len(every), len(every))] == [*every, *every]
    with pytest.raises(IndexError):
        pieces[len(every)]


booked = st.lists(st.integers(0, 40), unique=True, max_size=12).map(
    lambda items: [Counted(item, "desk", "judged", 0, 1000 + item // 3) for item in items]
)


@given(booked, booked, st.data())
def test_rebooked_items_are_left_out_and_put_in_at_their_places(natural, come, data):
    def key(one):
        return one.closed_at, one.item

    natural.sort(key=key)
    come = [one for one in come if one not in natural]
    gone = data.draw(st.lists(st.sampled_from(natural), unique=True)) if natural else []
    read = []
    part = Piece(len(natural), lambda first, last: read.append(last - first) or natural[first:last])
    wanted = sorted([*(one for one in natural if one not in gone), *come], key=key)
    patched = _patched(part, gone, come)
    assert patched.size == len(wanted)
    first, last = sorted((data.draw(st.integers(0, len(wanted))), data.draw(st.integers(0, len(wanted)))))
    assert patched.read(first, last) == wanted[first:last]
    assert sum(read) <= last - first + len(gone) + len(come)


def test_a_month_is_counted_and_read_as_it_was_delivered(store):
    dice = random.Random(3)
    terms = {
        "service": [{"id": "desk", "rates": {"yes": {"kind": "outcome", "measure": {"of": "v", "values": ["y"]}}}}]
    }
    entries, at, found = [Entry(1, START, HOUSE, "t", (EngagementSigned("acme", "a", terms),))], START, []
    for n in range(2, 200):
        at += dice.choice([0, 1, MINUTE, 11 * MINUTE, QUARTER, 40 * MINUTE])
        unit, value = dice.choice("abb"), dice.choice("yyn")
        received = ItemReceived("acme", "desk", "api", str(n), 0, 0, "a", "d", {})
        entries.append(Entry(n, at, n, "t", (received, ItemDelivered("done", unit, {"v": value}, touched=False))))
        found.append((at, n, unit, value))
    for some in (entries[:90], entries[90:91], entries[91:]):  # a quarter's count goes on from batch to batch
        store.commit(some, recorded_at=0)
    for within in ((START, at + 1), (START + 7 * MINUTE, START + 8 * HOUR), (START + QUARTER, START + QUARTER)):
        mine = [one for one in found if within[0] <= one[0] < within[1]]
        assert at_hand(store, within)
        for stock, wanted in (
            (of_unit(store, ("acme", "desk", "b"), within), [one for one in mine if one[2] == "b"]),
            (of_unit(store, ("acme", "desk", "none"), within), []),
            (of_outcome(store, ("acme", "desk", '["v", "y"]'), within), [one for one in mine if one[3] == "y"]),
        ):
            assert len(stock) == len(wanted)
            assert stock.every() == [(one[0], one[1]) for one in wanted]
            assert [one.item for one in stock.all_of_it[3:9]] == [one[1] for one in wanted[3:9]]
            spans = [(START + n * HOUR + 3 * MINUTE, START + n * HOUR + 50 * MINUTE) for n in range(0, 40, 2)]
            spans = [(max(low, within[0]), min(high, within[1])) for low, high in spans]
            some = stock.pieces((span, None) for span in spans if span[0] < span[1])
            late = [one[1] for span in spans for one in wanted if span[0] <= one[0] < span[1]]
            assert [one.item for one in some] == late
            assert [one.item for one in some[5:11]] == late[5:11]
    assert total(store, ("acme", "desk", "delivered:b"), (START + 1, START + QUARTER)) is None
    with rebuilt(store) as fresh:
        assert list(compare(store, fresh)) == []
