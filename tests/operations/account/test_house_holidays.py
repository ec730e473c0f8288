"""A holiday that is added over shards comes to the same as in one store, whenever a shard hears of it."""

from datetime import date
from random import Random

import pytest
from house_street import Street
from small_desk import MUCH_LATER
from test_amending import instant
from test_house_books import closed, month_of_claims, same

from alihdaya.kernel.event import HOUSE, Entry
from alihdaya.kernel.time import HOUR
from alihdaya.operations.books.account.holiday import Wish, add
from alihdaya.operations.books.bill import attainments
from alihdaya.operations.books.house import open_house_desk
from alihdaya.operations.books.replay import prove
from alihdaya.operations.exchange.shards.following import catch_up_with_house
from alihdaya.store.lease.house import FACTOR, parts_of, shard_store
from alihdaya.store.lease.own import append, own_log, writing
from alihdaya.work.exchange import ShardReached

ELECTION = Wish("acme", "", date(2013, 2, 6), "Election", "declared by the government", retroactive=True)


@pytest.fixture
def street(postgresql, tmp_path):
    made = Street(postgresql.new_database(), tmp_path)
    for number, small in made.shards.items():
        small.desk.shard = number
    yield made
    made.close()


def test_closed_invoices_stay_and_the_next_has_the_same_difference_as_in_one_store(street):
    street.receive(900, instant(2, 1, 5), kind="judge")
    month_of_claims(street, Random(5), 2, 1, 24)
    street.commit()
    february = same(street, *closed(street, "2013-02"))
    one, house = street.books(lambda desk: add(desk, ELECTION, "manager"))
    assert [fact.counts for fact in one.facts] == [fact.counts for fact in house.facts]
    assert any(fact.counts for fact in one.facts), "some clock came out otherwise"
    of_one, of_house = street.claims()
    assert [{of_one[item] for item in fact.items} for fact in one.facts] == [
        {of_house[item] for item in fact.items} for fact in house.facts
    ]
    due = [
        task.resolve_due
        for small in street.both(900)
        for task in small.store.open_tasks()
        if task.item == street.numbers[id(small), 900]
    ]
    assert len(due) == 2
    assert due[0] == due[1]
    month_of_claims(street, Random(6), 3, 101, 8)
    march = same(street, *closed(street, "2013-03"))
    again = same(street, *closed(street, "2013-02"))
    assert again == february
    for part in parts_of(street.url):
        with shard_store(street.url, part) as store:
            assert prove(store).equal
    assert march


def test_what_ends_before_its_shard_hears_of_the_day_is_counted_by_the_shard(street):
    for claim in range(1, 9):
        street.receive(claim, instant(2, 5, 12) + claim, kind="judge")
        street.do("assign", claim, instant(2, 5, 13) + claim)
    street.commit()
    desk = open_house_desk(street.url, recorded=lambda: MUCH_LATER, patience=100, books=True)
    try:
        made = add(desk, ELECTION, "manager")
    finally:
        desk.close()
    for claim in range(1, 9):
        street.do("complete", claim, instant(2, 7, 9) + claim * HOUR, seconds=60, verdict="yes")
    street.commit()
    add(street.one.desk, ELECTION, "manager")
    for small in street.shards.values():
        catch_up_with_house(small.desk, small.desk.at)
    told = [
        (number, small.desk.seq, event)
        for number, small in street.shards.items()
        for entry in small.store.read_log()
        for event in entry.events
        if type(event).__name__ == "HolidayRecounted"
    ]
    with writing(own := own_log(street.url)):  # as the nodes' courier writes it
        append(
            own,
            [
                Entry(0, small_at, HOUSE, "holiday", (ShardReached(n, seq, 0), event))
                for small_at, (n, seq, event) in enumerate(told)
            ],
            MUCH_LATER,
        )
    own.close()
    assert not any(fact.counts for fact in made.facts)
    assert told
    with street.house() as house:
        terms = street.one.terms
        assert attainments(house, terms, "2013-02") == attainments(street.one.store, terms, "2013-02")
    _, of_house = street.claims()
    assert all(of_house[item] for _, _, event in told for item in event.items)
    assert {item % FACTOR for _, _, event in told for item in event.items} <= set(street.shards)
