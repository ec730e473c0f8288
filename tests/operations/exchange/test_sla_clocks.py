"""An item's clocks over its life at the desk: levels that change, pauses, and what the log explains afterwards."""

from datetime import UTC, datetime

import pytest
import talking_pack
from claims_pack import ROSTER
from sqlalchemy import select
from talking_pack import process

from alihdaya.kernel.time import DAY, HOUR, MINUTE, micros
from alihdaya.operations.books.bill import attainments
from alihdaya.operations.books.replay import prove
from alihdaya.operations.commands import Assign, Complete, Deliver
from alihdaya.operations.instance.commands import CancelItem, SetFacts, Suspend
from alihdaya.operations.instance.sla import explain, missed
from alihdaya.operations.sign import employ
from alihdaya.people.roster import read_roster
from alihdaya.store.schema import ITEM, TASK
from alihdaya.work.events import ClockClosed, ClockTargeted

NINE = micros(datetime(2013, 1, 8, 14, tzinfo=UTC))
"""A Tuesday, nine o'clock in New York, where work is from eight to five."""

ASKS = process(
    "main",
    '<startEvent id="s"/><endEvent id="e"/><userTask id="first" alihdaya:form="look"/>'
    '<userTask id="second" alihdaya:form="look"/>'
    '<intermediateCatchEvent id="asked"><messageEventDefinition messageRef="m"/></intermediateCatchEvent>'
    ";s first\nfirst asked\nasked second\nsecond e",
)
LEVELS = """attainment = 90
pauses = ["asked"]
by = "role"
[service.sla.levels.urgent]
respond = { working_minutes = 30 }
resolve = { working_hours = 4, percent = 95 }
[service.sla.levels.slow]
respond = { working_hours = 9 }
resolve = { working_hours = 20, average = true }
"""


@pytest.fixture
def desk(talk, monkeypatch):
    monkeypatch.setattr(talking_pack, "TERMS", talking_pack.TERMS.replace("attainment = 90\n", LEVELS))
    made = talk('<message id="m" name="answer" alihdaya:key="claim"/>', ASKS, at=NINE)
    employ(made.desk, read_roster(ROSTER.encode()).events, NINE)
    return made


def do(desk, item, token=1, person="ana"):
    desk.do(Assign(item, token, person))
    desk.do(Complete(item, token, person, 60, {}))


def dues(desk, item):
    """Hours after NINE at which an item is due; its row, its open tasks there and at the desk must say the same."""
    desk.desk.commit()
    held = desk.desk.items[item]
    with desk.store.snapshot() as connection:
        assert {tuple(row) for row in connection.execute(select(ITEM.c.respond_due, ITEM.c.resolve_due))} == {held.due}
        tasks = {tuple(row) for row in connection.execute(select(TASK.c.respond_due, TASK.c.resolve_due))}
    open_tasks = [*desk.desk.queue, *(hold.task for hold in desk.desk.held.values())]
    assert {(task.respond_due, task.resolve_due) for task in open_tasks} == tasks
    # A later task should begin as soon as its level says, whatever the first answer was promised for.
    assert tasks <= {held.due} if held.responded_at is None else {resolve for _, resolve in tasks} <= {held.due.resolve}
    return tuple((due - NINE) / HOUR for due in held.due)


def events(desk, item, kind):
    return [tuple(one) for entry in desk.store.read_log(item=item) for one in entry.events if isinstance(one, kind)]


def test_a_new_priority_sets_the_clocks_from_the_same_start(desk):
    item = desk.receive("a", claim=1, role="slow")
    assert dues(desk, item)[0] == 24  # nine working hours: Wednesday at nine
    desk.at += HOUR
    desk.do(SetFacts(item, {"role": "urgent"}))
    assert dues(desk, item) == (0.5, 4)
    desk.reopen().do(SetFacts(item, {"claim": 2}))
    desk.do(SetFacts(item, {"role": "nothing special"}))
    assert dues(desk, item) == (4, 32)
    assert [level for level, *_ in events(desk, item, ClockTargeted)] == ["slow", "urgent", ""]
    assert prove(desk.store).equal


def test_no_pause_is_lost_by_it_and_an_answer_keeps_its_limit(desk):
    item = desk.receive("a", claim=1, role="slow")
    do(desk, item)
    desk.at += HOUR
    desk.do(SetFacts(item, {"role": "urgent"}))  # while the clocks stand since nine
    desk.desk.commit()
    desk.at += HOUR
    desk.reopen().do(Deliver("answer", "1", {}))
    assert dues(desk, item) == (24 + 2, 4 + 2)
    desk.do(SetFacts(item, {"role": "none"}))
    assert dues(desk, item) == (24 + 2, 32 + 17)  # two working hours after Wednesday at five: Thursday at ten
    desk.do(SetFacts(item, {"role": "urgent"}))
    do(desk, item)
    desk.desk.commit()
    assert events(desk, item, ClockClosed) == [("urgent", None, None)]
    told = explain(desk.store, item, desk.at + DAY)
    assert told.agreed
    assert [(one.clock, one.level, one.verdict, one.elapsed) for one in told.clocks] == [
        ("respond", "slow", "met", 0),
        ("resolve", "urgent", "met", 0),
    ]
    assert [(one.state, one.why, one.end - one.start) for one in told.clocks[1].segments] == [
        ("paused", "asked", 2 * HOUR)
    ]
    assert prove(desk.store).equal


def test_months_are_counted_by_level_and_what_missed_can_be_named(desk):
    for n, (role, minutes) in enumerate([("urgent", 29), ("urgent", 31), ("urgent", 300), ("slow", 60), ("", 10)]):
        item = desk.receive(str(n), claim=n, role=role)
        desk.at += minutes * MINUTE
        do(desk, item)
        desk.do(Deliver("answer", str(n), {}))
        do(desk, item)
        desk.at = NINE + (n + 1) * DAY if n < 3 else NINE + (n + 3) * DAY
    desk.desk.commit()
    found = {(one.clock, one.level): one for one in attainments(desk.store, desk.terms, "2013-01")}
    counts = {key: (one.met, one.missed) for key, one in found.items()}
    mean = found.pop(("resolve", "slow"))
    assert counts | {("resolve", "slow"): None} == {
        ("respond", ""): (3, 2),
        ("resolve", ""): (1, 0),
        ("resolve", "urgent"): (2, 1),
        ("resolve", "slow"): None,
    }
    assert (mean.mean, mean.limit, mean.kept) == (HOUR, 20 * HOUR, True)
    late = [(one.external_id, one.clock, one.level) for one in missed(desk.store, desk.terms, "2013-01")]
    assert late == [("1", "respond", "urgent"), ("2", "respond", "urgent"), ("2", "resolve", "urgent")]
    assert prove(desk.store).equal


def test_it_is_explained_as_it_was_at_any_moment(desk):
    item = desk.receive("a", claim=1, role="slow")
    desk.at += 10 * HOUR
    do(desk, item)
    desk.at += DAY
    desk.do(Deliver("answer", "1", {}))
    desk.desk.commit()
    for hours, state, elapsed in ((0, "running", 0), (5, "running", 5), (9, "running", 8), (12, "paused", 8)):
        respond, resolve = explain(desk.store, item, NINE + hours * HOUR).clocks
        assert (resolve.elapsed, resolve.verdict) == (elapsed * HOUR, "running")
        assert (resolve.due is None) == (state == "paused")
        assert respond.verdict == ("met" if hours >= 10 else "running")
        assert resolve.left == 20 * HOUR - resolve.elapsed
    ended = explain(desk.store, item, desk.at + HOUR)
    assert [one.state for one in ended.clocks[1].segments] == ["running", "closed", "paused", "closed"]
    assert ended.agreed
    assert explain(desk.store, item, NINE - 1).clocks == ()
    assert explain(desk.store, item + 1, NINE) is None


def test_what_is_suspended_or_given_up_is_no_exception(desk):
    item = desk.receive("a", claim=1, role="slow")
    desk.do(Suspend(item, "", "ana"))
    desk.desk.commit()
    desk.reopen().do(CancelItem(item, "", "ana"))
    desk.desk.commit()
    told = explain(desk.store, item, desk.at)
    assert told.given_up
    assert attainments(desk.store, desk.terms) == ()
    assert prove(desk.store).equal
