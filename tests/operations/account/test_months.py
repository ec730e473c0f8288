"""An engagement's months with their states, and the pages behind their lines, as the console asks for them."""

from datetime import date
from decimal import Decimal

from claims_pack import TERMS
from small_desk import MUCH_LATER
from test_amending import instant, refused
from test_closing import change, claims, closing, rebooked
from test_paying import booking, imported

from alihdaya.cli.reading import StoreReader
from alihdaya.engagement.terms import parse
from alihdaya.operations.books.account.close import sums_of
from alihdaya.operations.books.account.dispute import decide, open_dispute
from alihdaya.operations.books.account.months import months_of
from alihdaya.operations.books.account.statement import statement
from alihdaya.operations.commands import Receive
from alihdaya.operations.sign import open_service


def told(small):
    return {one.month: one for one in months_of(small.store, "acme")}


def test_a_months_states_follow_its_invoice_dispute_credit_note_and_payments(small):
    assert months_of(small.store, "acme") == []
    for month in (1, 2, 3):
        claims(small, month, month)
    assert [one.month for one in months_of(small.store, "acme")] == ["2013-03", "2013-02", "2013-01"]
    first = told(small)["2013-01"]
    assert (first.number, first.states, first.total, first.left) == ("", ("open",), Decimal("1.01"), None)
    for month in (1, 2):
        closing(small, f"2013-{month:02}")
    february = told(small)["2013-02"]
    assert (february.number, february.issued, february.states) == ("acme-00002", "2013-03-01", ("closed",))
    assert (february.total, february.payable, february.left) == (Decimal("2.01"),) * 3
    open_dispute(small.desk, "acme-00002", {"1": Decimal(1)}, (), reason="too many", by="client")
    assert told(small)["2013-02"].states == ("disputed",)
    imported(small, booking("0.51", "acme-00002", "a"))
    assert told(small)["2013-02"].states == ("disputed",), "a part that is paid is not all"
    decide(small.desk, "acme", 1, "right", "accounts", upheld=True, issued=date(2013, 3, 5))
    found = told(small)["2013-02"]
    assert (found.states, found.noted, found.paid) == (("credited",), Decimal("1.01"), Decimal("0.51"))
    imported(small, booking("0.49", "acme-00002", "b"))
    assert told(small)["2013-02"].states == ("credited", "paid")
    assert told(small)["2013-01"].states == ("closed",)
    rows = months_of(small.store, "acme")
    assert sum(one.left or 0 for one in rows) == statement(small.store, "acme")[-1].balance
    assert sum(one.total for one in rows) == sums_of(small.store, small.terms).total.amount
    assert refused(months_of, small.store, "nobody") == ["which-engagement"]


def test_a_month_that_was_closed_with_adjustments_alone_is_listed_and_has_its_invoice(small_sqlite):
    small = small_sqlite
    (first, *_) = claims(small, 1, 2)
    closing(small, "2013-01")
    rebooked(small, first, change(month="2013-02"))
    closing(small, "2013-02")
    console = StoreReader(small.store)
    assert [one.month for one in console.months("acme")] == ["2013-02", "2013-01"]
    assert console.invoice("2013-02", "acme")["number"] == "acme-00002"


def test_behind_a_line_are_items_with_the_clients_number_and_their_delivery(small):
    small.at = instant(1, 10)
    items = [small.receive("plain", 1) for _ in range(101)]
    small.commit()
    console = StoreReader(small.store)
    numbers, page = [], 1
    for line in console.invoice("2013-01", "acme")["lines"]:
        page, more = 1, True
        while more:
            found = console.behind("acme", "2013-01", line["number"], page)
            numbers += [one.item for one in found.rows]
            assert all(one.external_id == str(one.item) and one.at >= instant(1, 10) for one in found.rows)
            page, more = page + 1, found.more
        assert console.behind("acme", "2013-01", line["number"], page) is None, "there is no page after the last"
    assert numbers == items
    assert console.behind("acme", "2013-01", 99, 1) is None
    assert console.behind("acme", "2013-02", 1, 1) is None


def test_behind_an_adjustment_are_the_items_that_moved(small_sqlite):
    small = small_sqlite
    items = claims(small, 1, 3)
    closing(small, "2013-01")
    rebooked(small, items[1], change(billed=False))
    claims(small, 2, 1)
    console = StoreReader(small.store)
    for _ in range(2):
        (line,) = console.invoice("2013-02", "acme")["adjustments"]
        found = console.behind("acme", "2013-02", line["number"], 1)
        assert [one.item for one in found.rows] == [items[1]]
        closing(small, "2013-02")  # and it stays so


def test_the_console_explains_an_items_clocks_of_past_data_as_of_the_log(small):
    small.at = instant(1, 10)
    item = small.receive("judge", 1)
    small.commit()
    console = StoreReader(small.store)
    assert {one.verdict for one in console.clocks(item, MUCH_LATER).clocks} == {"missed"}
    assert console.clocks(item, 0).at == small.desk.at
    assert console.clocks(99, MUCH_LATER) is None


def test_of_two_engagements_each_has_its_own_floor(small):
    text = TERMS.replace('id = "acme"', 'id = "zenith"').replace("Acme", "Zenith")
    other = parse(text.replace("claims-desk", "letters-desk").replace("attainment = 90", "attainment = 75").encode())
    small.at = instant(1, 10)
    items = [small.receive("judge", 1), small.receive("plain", 1)]
    service = open_service(
        small.desk, small.pack, other, small.desk.at, roster=small.pack.roster.encode(), trusted=True
    )
    theirs = small.command(Receive(service, "api", "Z-1", 0, 0, {"claim": 1, "kind": "judge", "amount": 1}))
    small.commit()
    console = StoreReader(small.store)
    assert [(one.engagement, one.client) for one in console.engagements()] == [("acme", "Acme"), ("zenith", "Zenith")]
    ours, zenith, last = (console.floor(0, engagement) for engagement in ("acme", "zenith", ""))
    assert zenith == last, "without a choice: the one signed last"
    assert (ours.client, ours.received, ours.to_people) == ("Acme", 2, 1)
    assert (zenith.client, zenith.received, zenith.delivered) == ("Zenith", 1, 0)
    assert [sum(queue.waiting for queue in one.queues) for one in (ours, zenith)] == [1, 1]
    assert {one.item for one in zenith.happenings} == {0, theirs}
    assert {one.item for one in ours.happenings} == {0, *items}
    assert [(one.service, one.clock, one.target) for one in zenith.sla] == [
        ("letters-desk", "respond", Decimal("0.75")),
        ("letters-desk", "resolve", Decimal("0.75")),
    ]
    assert {one.target for one in ours.sla} == {Decimal("0.9")}


def test_queues_of_services_that_are_called_the_same_are_each_their_engagements(small):
    small.at = instant(1, 10)
    other = parse(TERMS.replace('id = "acme"', 'id = "zenith"').replace("Acme", "Zenith").encode())
    small.receive("judge", 1)
    service = open_service(
        small.desk, small.pack, other, small.desk.at, roster=small.pack.roster.encode(), trusted=True
    )
    for n in (1, 2, 3):
        small.command(Receive(service, "api", f"Z-{n}", 0, 0, {"claim": n, "kind": "judge", "amount": 1}))
    small.commit()
    console = StoreReader(small.store)
    found = [[queue.waiting for queue in console.floor(0, name).queues] for name in ("acme", "zenith")]
    assert found == [[1], [3]]


def test_each_service_of_an_engagement_has_its_own_target_and_its_own_count(small_sqlite):
    small = small_sqlite
    letters = (
        TERMS[TERMS.index("[[service]]") :].replace("claims-desk", "letters-desk").replace('"claims"', '"letters"')
    )
    text = TERMS.replace('id = "acme"', 'id = "zenith"') + letters.replace("attainment = 90", "attainment = 75")
    small.at = instant(1, 10)
    roster = small.pack.roster.encode()
    claims_desk = open_service(small.desk, small.pack, parse(text.encode()), small.at, roster=roster, trusted=True)
    item = small.command(Receive(claims_desk, "api", "L-1", 0, 0, {"claim": 1, "kind": "judge", "amount": 1}))
    small.assign(item)
    small.commit()
    assert [one.external_id for one in StoreReader(small.store).floor(0).people if one.item] == ["L-1"]
    small.complete(item, verdict="yes")
    small.commit()
    found = {(one.service, one.clock): one for one in StoreReader(small.store).floor(0).sla}
    assert {key: one.target for key, one in found.items() if key[1] == "respond"} == {
        ("claims-desk", "respond"): Decimal("0.9"),
        ("letters-desk", "respond"): Decimal("0.75"),
    }
    assert found["claims-desk", "respond"].month == (1, 1)
    assert found["letters-desk", "respond"].month == (0, 0)
    assert {one.today for one in found.values()} == {None}
