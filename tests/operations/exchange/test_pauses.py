"""The service level clocks stand while the customer alone is awaited, at the nodes that the terms name."""

from datetime import UTC, datetime

import pytest
import talking_pack
from claims_pack import ROSTER
from sqlalchemy import select
from talking_pack import process

from alihdaya.kernel.errors import PackError, Refused
from alihdaya.kernel.time import DAY, HOUR, micros
from alihdaya.operations.books.replay import prove
from alihdaya.operations.commands import Assign, Complete, Deliver
from alihdaya.operations.instance.commands import CancelItem, Resume, Suspend
from alihdaya.operations.sign import employ
from alihdaya.people.roster import read_roster
from alihdaya.store import views
from alihdaya.store.schema import ITEM, PAUSE, TALLY
from alihdaya.work.events import ClockPaused, ClockResumed

NINE = micros(datetime(2013, 1, 8, 14, tzinfo=UTC))
"""A Tuesday, nine o'clock in New York, where work is from eight to five."""

ANSWER = '<message id="m" name="answer" alihdaya:key="claim"/>'
NODES = '<startEvent id="s"/><endEvent id="e"/>' + "".join(
    f'<userTask id="{name}" name="{name}" alihdaya:form="look"/>' for name in ("first", "second", "beside")
)
CAUGHT = '<intermediateCatchEvent id="asked"><messageEventDefinition messageRef="m"/></intermediateCatchEvent>'
ASKS = process("main", NODES + CAUGHT + ";s first\nfirst asked\nasked second\nsecond beside\nbeside e")
FORKS = '<parallelGateway id="p"/><parallelGateway id="j"/>'
BESIDE = process(
    "main", NODES + CAUGHT + FORKS + ";s first\nfirst p\np asked\np beside\nasked second\nsecond j\nbeside j\nj e"
)


@pytest.fixture
def paused(talk, monkeypatch):
    """Open a desk whose terms let the clocks stand at the node `asked`, with people."""

    def opened(*parts, pauses='["asked"]'):
        terms = talking_pack.TERMS.replace("attainment = 90\n", f"attainment = 90\npauses = {pauses}\n")
        monkeypatch.setattr(talking_pack, "TERMS", terms)
        desk = talk(ANSWER, *parts, at=NINE)
        employ(desk.desk, read_roster(ROSTER.encode()).events, NINE)
        return desk

    return opened


def do(desk, item, token=1, person="ana"):
    desk.do(Assign(item, token, person))
    desk.do(Complete(item, token, person, 60, {}))


def open_task(desk, item):
    return next(task for task in [*desk.desk.queue, *(h.task for h in desk.desk.held.values())] if task.item == item)


def clocks(desk, item):
    """(event, hours since NINE) of what the log says of an item's clocks."""
    desk.desk.commit()
    kinds = {ClockPaused: "stand", ClockResumed: "go on"}
    return [
        (kinds[type(one)], (entry.at - NINE) / HOUR)
        for entry in desk.store.read_log(item=item)
        for one in entry.events
        if type(one) in kinds
    ]


def rows(desk, table):
    with desk.store.snapshot() as connection:
        return [tuple(row) for row in connection.execute(select(table))]


def measures(desk):
    with desk.store.snapshot() as connection:
        return {measure for (measure,) in connection.execute(select(TALLY.c.measure))}


def asked(desk):
    """An item that the first task has been done of: it waits for its customer; due on Wednesday at five."""
    item = desk.receive("a", claim=1)
    assert open_task(desk, item).resolve_due == NINE + 32 * HOUR
    do(desk, item)
    return item


def test_what_is_due_moves_by_the_working_time_of_the_wait(paused):
    desk = paused(ASKS)
    item = asked(desk)
    desk.desk.commit()
    assert rows(desk, PAUSE) == [(item, 1, "asked", NINE, None)]
    desk.at = NINE + 3 * DAY  # 27 working hours
    desk.reopen().do(Deliver("answer", "1", {}))
    friday_to_monday = NINE + 6 * DAY + 8 * HOUR
    assert open_task(desk, item).resolve_due == friday_to_monday
    assert clocks(desk, item) == [("stand", 0), ("go on", 72)]
    with desk.store.snapshot() as connection:
        assert connection.execute(select(ITEM.c.resolve_due)).scalar() == friday_to_monday
    desk.reopen()
    do(desk, item, person="budi")
    assert open_task(desk, item).resolve_due == friday_to_monday
    do(desk, item, person="eko")
    assert desk.items() == {"a": "delivered"}
    assert {"respond_met", "resolve_met"} <= measures(desk)
    assert rows(desk, PAUSE) == []
    assert prove(desk.store).equal


def test_without_the_terms_leave_the_same_is_late(paused):
    desk = paused(ASKS, pauses="[]")
    item = asked(desk)
    desk.at = NINE + 3 * DAY
    desk.do(Deliver("answer", "1", {}))
    do(desk, item)
    do(desk, item)
    assert clocks(desk, item) == []
    assert {"respond_met", "resolve_missed"} <= measures(desk)


def test_they_run_while_there_is_something_else_to_do(paused):
    desk = paused(BESIDE)
    item = desk.receive("a", claim=1)
    do(desk, item)
    assert clocks(desk, item) == []
    desk.at += 2 * HOUR
    beside = open_task(desk, item).token
    do(desk, item, beside)
    assert clocks(desk, item) == [("stand", 2)]
    desk.at += HOUR
    desk.do(Deliver("answer", "1", {}))
    assert clocks(desk, item) == [("stand", 2), ("go on", 3)]
    assert open_task(desk, item).resolve_due == NINE + 48 * HOUR  # one hour later, which is on Thursday at nine
    assert prove(desk.store).equal


def test_an_item_given_up_or_put_aside_meanwhile_leaves_nothing_standing(paused):
    desk = paused(ASKS)
    item = asked(desk)
    desk.at += HOUR
    desk.do(Suspend(item, "wait", "ana"))
    desk.at += HOUR
    desk.do(Resume(item, "ana"))
    assert clocks(desk, item) == [("stand", 0), ("go on", 1), ("stand", 2)]
    desk.at += HOUR
    desk.do(CancelItem(item, "no answer", "ana"))
    assert clocks(desk, item) == [("stand", 0), ("go on", 1), ("stand", 2), ("go on", 3)]
    assert {row.status for row in views.items(desk.store)} == {"cancelled"}
    assert rows(desk, PAUSE) == []
    assert prove(desk.store).equal


def test_while_it_is_suspended_the_clocks_run_whatever_it_waits_for(paused):
    desk = paused(ASKS)
    item = asked(desk)
    desk.at += HOUR
    desk.do(Suspend(item, "the account is checked", "ana"))
    assert clocks(desk, item) == [("stand", 0), ("go on", 1)]
    desk.at += 2 * HOUR
    with pytest.raises(Refused, match=f"item {item}, which waits for 'answer', is suspended"):
        desk.reopen().do(Deliver("answer", "1", {}))
    desk.do(Deliver("answer", "1", {}, DAY))
    desk.at += HOUR
    desk.do(Resume(item, "ana"))
    assert open_task(desk, item).resolve_due == NINE + 48 * HOUR  # the hour before it was suspended, and no other
    assert prove(desk.store).equal


def test_terms_that_name_a_node_that_there_is_not_are_refused(paused):
    with pytest.raises(PackError, match="nowhere"):
        paused(ASKS, pauses='["nowhere"]')
