"""The books of four shards are those of one store that had the same work: month by month, to the cent and the item."""

from datetime import date
from decimal import Decimal
from random import Random

import pytest
from house_street import SHARDS, Street
from small_desk import MUCH_LATER
from test_amended_rates import OLD
from test_amending import DEARER, instant, refused, terms

from alihdaya.engagement.account.events import InvoiceClosed, ItemRebooked
from alihdaya.engagement.account.payment import Booking, Statement
from alihdaya.kernel.errors import Refused
from alihdaya.kernel.time import DAY, HOUR, MINUTE, SECOND
from alihdaya.operations.books.account.agree import agreements, amend, renew, terminate
from alihdaya.operations.books.account.close import close, document_of, items_behind, rebook, sums_of
from alihdaya.operations.books.account.dispute import decide, disputes, open_dispute
from alihdaya.operations.books.account.pay import dues, take_in
from alihdaya.operations.books.bill import draft
from alihdaya.operations.books.house import open_house_desk
from alihdaya.operations.books.lines import facts_behind, facts_page
from alihdaya.operations.books.replay import prove
from alihdaya.store import StoreLocked, views
from alihdaya.store.lease.house import parts_of, shard_store
from alihdaya.store.views.ledger import facts

DEAREST = terms(("price = 1.005", "price = 3"))


@pytest.fixture
def street(postgresql, tmp_path):
    made = Street(postgresql.new_database(), tmp_path)
    yield made
    made.close()


def month_of_claims(street, chance, month, first, n):
    """Bring `n` claims within a month; those for people are judged hours or days later, some too late."""
    acts = []
    for claim in range(first, first + n):
        at = instant(month, 1, 6) + chance.randrange(20 * DAY // SECOND) * SECOND + claim
        kind = chance.choice(("plain", "plain", "judge"))
        acts.append((at, "receive", claim, {"kind": kind}))
        if kind == "judge":
            taken = at + chance.randrange(MINUTE, 9 * HOUR)
            acts.append((taken, "assign", claim, {}))
            acts.append(
                (taken + chance.randrange(HOUR, 60 * HOUR), "complete", claim, {"seconds": 60, "verdict": "yes"})
            )
    for at, verb, claim, more in sorted(acts, key=lambda one: one[0]):
        street.receive(claim, at, **more) if verb == "receive" else street.do(verb, claim, at, **more)


def named(document, claims):
    """A document with the claims in place of the items' numbers, and without what follows from these."""
    adjustments = [{**one, "items": sorted(claims[item] for item in one["items"])} for one in document["adjustments"]]
    return {**document, "adjustments": adjustments}


def closed(street, month):
    return street.books(lambda desk: close(desk, "acme", month, MUCH_LATER, "accounts"))


def same(street, one, house):
    """Assert that two closed invoices are the same; gives the document."""
    of_one, of_house = street.claims()
    assert named(one.document, of_one) == named(house.document, of_house)
    assert (one.number, one.issued, one.month) == (house.number, house.issued, house.month)
    return one.document


def test_closing_correcting_amending_disputing_and_paying_come_to_the_same_as_in_one_store(street):
    chance = Random(11)
    month_of_claims(street, chance, 1, 1, 16)
    january = same(street, *closed(street, "2013-01"))
    assert len(january["lines"]) > 2
    assert january["credits"]
    unbilled = ItemRebooked("", 0, "", "", False, "a mistake")
    for claim in (3, 4, 5):
        numbers = iter(street.items(claim))
        street.books(lambda desk: rebook(desk, (n := next(numbers)), unbilled._replace(item=n), "accounts"))  # noqa: B023
    street.books(
        lambda desk: amend(desk, DEARER, date(2013, 1, 15), "agreed late", "manager", retroactive=True).last.effect
    )
    month_of_claims(street, chance, 2, 101, 16)
    february = same(street, *closed(street, "2013-02"))
    assert {one["month"] for one in february["adjustments"]} == {"2013-01"}
    same(street, *closed(street, "2013-01"))  # closed again it stays as it is
    drilled(street, "2013-01")
    drilled(street, "2013-02")
    dispute_and_pay(street)
    whole(street)


def drilled(street, month):
    """Each line has the same claims behind it, in the same order."""
    of_one, of_house = street.claims()
    with street.house() as house:
        document = document_of(house, street.one.terms, month)
        for line in (*document["lines"], *document["adjustments"]):
            wanted = items_behind(street.one.store, street.one.terms, month, line["number"])
            found = items_behind(house, street.one.terms, month, line["number"])
            assert [of_house[item] for item in found] == [of_one[item] for item in wanted]


def test_pages_behind_lines_of_every_kind_are_those_of_one_store(postgresql, tmp_path):
    """Quarters of an hour of four shards add up, and a page is found among what they hold together."""
    milestone, penalty = OLD.index("[service.rates.go-live]"), OLD.index("[service.penalty]")
    street = Street(postgresql.new_database(), tmp_path, terms=OLD[:milestone] + OLD[penalty:])
    try:
        month_of_claims(street, Random(5), 1, 1, 60)
        street.commit()
        of_one, of_house = street.claims()
        terms, seen = street.one.terms, set()
        with street.house() as house:
            lines = draft(street.one.store, terms, "2013-01").lines
            assert draft(house, terms, "2013-01", at_once=True).lines == lines
            for line in lines:
                seen.add((line.kind, line.part))
                wanted = facts_behind(street.one.store, terms, "2013-01", line.number)
                found = facts_behind(house, terms, "2013-01", line.number)
                assert [told(one, of_house) for one in found] == [told(one, of_one) for one in wanted]
                for first, count in ((1, 3), (4, 5), (2, 1)):
                    page = facts_page(house, terms, "2013-01", line, first=first, count=count)
                    assert page == found[first - 1 :][:count]
        assert {("item", "usage"), ("item", "overtime"), ("outcome", "usage"), ("minute", "usage")} <= seen
        assert {("minute", "overtime"), ("hour", "usage"), ("seat", "usage")} <= seen
    finally:
        street.close()


def told(fact, claims):
    return fact._replace(item=claims[fact.item])


def dispute_and_pay(street):
    one, house = street.books(
        lambda desk: open_dispute(desk, "acme-00002", {"1": Decimal(2)}, (), reason="not ours", by="client")
    )
    assert one == house
    one, house = street.books(lambda desk: decide(desk, "acme", 1, "right", "accounts", upheld=True))
    assert one == house
    paid = Booking("acc", date(2013, 3, 20), Decimal(10), "USD", "Acme", "acme-00001", "r-1")
    statement = Statement("march.csv", "CSV", "f" * 64, (paid,))
    one, house = street.books(lambda desk: take_in(desk, statement, "accounts"))
    assert one == house == (1, 1)
    with street.house() as store:
        assert dues(store) == dues(street.one.store)
        assert disputes(store) == disputes(street.one.store)
        assert sums_of(store, street.one.terms) == sums_of(street.one.store, street.one.terms)
        assert agreements(store) == agreements(street.one.store)


def whole(street):
    """Every log gives its tables again, the house's own too; the ledger is told once."""
    for part in parts_of(street.url):
        with shard_store(street.url, part) as store:
            assert prove(store).equal
    with street.house() as house:
        assert [type(one.event) for one in facts(house)].count(InvoiceClosed) == 2


def test_an_amendment_reaches_every_shard_from_its_day_on_and_a_termination_ends_intake(street):
    for claim in range(1, 13):
        street.receive(claim, instant(2, 4) + claim)
    street.books(lambda desk: amend(desk, DEARER, date(2013, 2, 5), "dearer", "manager").last.effect)
    for claim in range(13, 37):
        street.receive(claim, instant(2, 5, 5) + (claim - 25) * HOUR)  # New York's midnight lies in the middle
    street.commit()
    of_one, of_house = street.claims()
    with street.house() as house:
        bound = {of_house[row.id]: row.terms for row in views.items(house, limit=100)}
        assert bound == {of_one[row.id]: row.terms for row in views.items(street.one.store, limit=100)}
    assert list(bound.values()).count(DEARER.digest) == 12
    same(street, *closed(street, "2013-02"))
    street.books(lambda desk: amend(desk, DEAREST, date(2013, 4, 1), "dearest", "manager").last.effect)
    street.books(lambda desk: terminate(desk, "acme", date(2013, 4, 3), "the shop closes", "manager").until)
    for claim in range(41, 61):
        street.receive(claim, instant(4, 2) + claim)
    street.commit()
    for small in street.shards.values():
        small.at = instant(4, 5)
        assert refused(small.receive) == ["terminated"]
        small.open()  # another process, another node
        assert refused(small.receive) == ["terminated"]
    assert street.books(lambda desk: refused(renew, desk, "acme", date(2014, 12, 31), "on", "manager")) == (
        ["terminated"],
        ["terminated"],
    )
    one, house = closed(street, "2013-04")
    assert {line["price"] for line in same(street, one, house)["lines"]} >= {"3"}


def test_what_a_shard_delivers_late_is_an_adjustment_of_the_next_invoice(street):
    for claim in range(1, 9):
        street.receive(claim, instant(1, 10) + claim)
    month = "2013-01"
    _, first = closed(street, month)
    late = next(n for n in range(100, 200) if street.both(n)[1].desk.at < instant(1, 20))
    small = street.both(late)[1]
    small.at = instant(1, 20)  # this shard's clock is behind: it has not heard that January is closed
    small.command(small.receipt(str(late), "plain", 1, late))
    for claim in range(201, 204):
        street.receive(claim, instant(2, 10) + claim)
    _, second = closed(street, "2013-02")
    (line,) = second.document["adjustments"]
    assert (line["month"], line["quantity"], line["unit"]) == (month, "1", "paid")
    with street.house() as house:
        assert document_of(house, street.one.terms, month) == first.document


def test_of_two_with_the_books_one_waits_and_is_refused_in_the_end(street):
    def desk(patience, *, books=True):
        return open_house_desk(street.url, recorded=lambda: 0, patience=patience, books=books)

    street.receive(1, instant(1, 10))
    street.commit()
    held = desk(0)
    with pytest.raises(StoreLocked, match="another process writes"):
        desk(0.1)
    desk(0, books=False).close()  # facts of people need not wait for the books
    held.close()
    free = desk(100)
    assert close(free, "acme", "2013-01", MUCH_LATER, "accounts").number == "acme-00001"
    with pytest.raises(Refused, match="not over"):
        close(free, "acme", "2013-02", instant(2, 20), "accounts")
    free.close()
    assert len(street.shards) == SHARDS


def test_who_lost_the_lock_of_the_books_writes_nothing_past_another(street):
    """The lock dies with its own connection, the commit goes by another: a month would be closed twice."""

    def desk():
        return open_house_desk(street.url, recorded=lambda: 0, patience=100, books=True)

    for month in (1, 2):
        street.receive(month, instant(month, 10))
    street.commit()
    first = desk()
    read = facts(first.store)
    first.store._books[0].invalidate()
    first.store._books[0].close()  # as where the connection breaks
    second = desk()
    fact = close(second, "acme", "2013-01", MUCH_LATER, "accounts")
    second.note(second.at, "accounts", fact._replace(month="2013-02"))
    second.commit()  # who still has the books goes on with them
    second.close()
    assert not read
    first.note(first.at, "accounts", fact)
    with pytest.raises(StoreLocked, match="lost to another"):
        first.commit()
    first.close()
    with street.house() as house:
        assert len(facts(house)) == 2
