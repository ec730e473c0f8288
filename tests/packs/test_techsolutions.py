"""Changes as a whole: nobody approves what they implement, and what fails is undone in reverse, exactly as done."""

from collections import Counter
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from played import Played

from alihdaya import packs
from alihdaya.kernel.errors import Refused
from alihdaya.kernel.time import DAY, HOUR, iso, micros
from alihdaya.operations.books.bill import bills
from alihdaya.operations.commands import Assign, Fire
from alihdaya.operations.perform import perform
from alihdaya.packs.invent import write
from alihdaya.store import views
from alihdaya.work.events import ItemDelivered, TaskDone, TaskQueued

PACK = Path(packs.__file__).parent / "techsolutions"
FIRST = micros(datetime(2026, 3, 2, 2, tzinfo=UTC))
UNDOING = {"drain": "put_back", "migrate": "restore_data", "deploy": "redeploy", "switch": "switch_back"}
"""Step of a roll-out -> what undoes it."""

APPROVING = {"approve", "approve_second", "approve_emergency"}
PLAIN = {"requester": "Mei", "system": "payments", "impact": "medium", "likelihood": "possible", "reversible": True}
WINDOW = 3 * DAY + 9 * HOUR


@pytest.fixture(scope="module")
def month(tmp_path_factory):
    played = Played.open(tmp_path_factory.mktemp("changes"), "techsolutions")
    played.ran = played.run(PACK / "input" / "changes.csv", 7)
    yield played
    played.desk.close()


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    played = Played.open(tmp_path_factory.mktemp("by-hand"), "techsolutions")
    yield played
    played.desk.close()


def done_by(events):
    """(user task, person) of what people finished, in order."""
    nodes, found = {}, []
    for event in events:
        if isinstance(event, TaskQueued):
            nodes[event.token] = event.node
        elif isinstance(event, TaskDone):
            found.append((nodes[event.token], event.person))
    return found


def stories(month):
    """Item -> its events, in order."""
    found = {}
    for entry in month.entries:
        if entry.item:
            found.setdefault(entry.item, []).extend(entry.events)
    return found


def begin(desk, **more):
    """Request a change a week after all that the desk has seen; its window opens in three days."""
    at = FIRST + ((max(0, desk.desk.at - FIRST)) // (7 * DAY) + 1) * 7 * DAY
    facts = {"kind": "normal", "migrates": True, "switches": True, "window_start": iso(at + WINDOW)}
    return desk.receive(at, **PLAIN | facts | {"change": f"C{at}"} | more)


def build(desk, item):
    desk.do(item, "build", "bagas", note="Built.")
    desk.do(item, "test", "hendra", tested="passed", note="All tried.")


def open_window(desk, item):
    due, number = min((timer.due, number) for number, timer in desk.desk.items[item].instance.timers.items())
    perform(desk.desk, Fire(item, number), due)
    return due


def test_what_comes_in_goes_out_or_is_turned_away_with_its_reason(month):
    rejects = views.rejects(month.desk.store, month.ran.source)
    assert len(month.rows) == month.ran.received + len({row.row for row in rejects})
    assert len(month.delivered()) + len(month.desk.items) == month.ran.received
    assert {(row.row % 100, row.column) for row in rejects} == {
        (15, "kind"), (35, "window_start"), (55, "reversible"), (75, "likelihood"), (95, ""),
    }  # fmt: skip
    billed = Counter()
    for made in bills(month.desk.store, month.service.terms)[0]:
        for line in made.invoice.lines:
            billed[line.unit] += line.quantity
    assert billed == Counter(one.unit for one in month.delivered().values())


def test_nobody_approves_what_they_implement_and_nobody_tests_what_they_built(month):
    approved = 0
    for events in stories(month).values():
        people = {}
        for node, person in done_by(events):
            people.setdefault(node, set()).add(person)
        approvers = set().union(*(people.get(node, set()) for node in APPROVING))
        implementers = set().union(*(people.get(node, set()) for node in ("build", *UNDOING)))
        approved += bool(approvers and implementers)
        assert approvers.isdisjoint(implementers)
        assert people.get("test", set()).isdisjoint(people.get("build", set()))
        assert people.get("approve_second", set()).isdisjoint(people.get("approve", set()))
    assert approved > 20


def test_every_failed_roll_out_is_undone_in_reverse_and_no_other(month):
    undone = 0
    for events in stories(month).values():
        nodes = [node for node, _ in done_by(events)]
        steps = [node for node in nodes if node in UNDOING]
        back = [node for node in nodes if node in UNDOING.values()]
        outcome = events[-1].outcome
        assert isinstance(events[-1], ItemDelivered)
        assert back == ([UNDOING[step] for step in reversed(steps)] if outcome == "rolled_back" else [])
        undone += bool(back)
    assert undone > 5


def test_as_many_approve_as_the_risk_asks(month):
    decided = {item: delivery.result for item, delivery in month.delivered().items()}
    for item, events in stories(month).items():
        nodes = [node for node, _ in done_by(events)]
        built = "build" in nodes
        count = sum(node in APPROVING for node in nodes)
        wanted = {"automatic": 0, "one": 1, "two": 2, "emergency": 1}[decided[item]["authority"]]
        assert count == wanted if built else 1 <= count <= wanted
        assert events[-1].outcome == "rejected" or built


@pytest.mark.parametrize("failing", ["migrate", "deploy", "verify"])
@pytest.mark.parametrize("switches", [False, True])
@pytest.mark.parametrize("migrates", [False, True])
def test_whatever_was_begun_when_it_fails_is_undone(desk, migrates, switches, failing):
    item = begin(desk, kind="standard", impact="low", migrates=migrates, switches=switches)
    build(desk, item)
    opened = open_window(desk, item)
    assert iso(opened) == desk.desk.items[item].instance.variables["window_start"]
    steps = ["drain", *["migrate"] * migrates, "deploy", *["switch"] * switches]
    if failing in steps:
        steps = steps[: steps.index(failing) + 1]
    for step in steps:
        desk.do(item, step, "farid", went="badly" if step == failing else "well")
    if failing not in steps:
        desk.do(item, "verify", "joni", verified="fails")
    for step in reversed(steps):
        assert set(desk.tasks(item)) == {UNDOING[step]}
        desk.do(item, UNDOING[step], "gita", note="Back.")
    desk.do(item, "hold_review", "kartika", lesson="Try it on a copy first.")
    assert desk.story(item)[-1].outcome == "rolled_back"


def test_the_test_is_repeated_twice_and_then_the_change_is_given_up(desk):
    item = begin(desk)
    desk.do(item, "approve", "kartika", verdict="approve", remark="Good plan.")
    for _ in range(3):
        desk.do(item, "build", "bagas", note="Built.")
        desk.do(item, "test", "hendra", tested="failed", note="It fails.")
    delivery = desk.story(item)[-1]
    assert (delivery.outcome, delivery.unit, delivery.result["tries"]) == ("not_built", "not-built", 3)


def test_an_approver_does_not_build_and_a_builder_does_not_test(desk):
    item = begin(desk)
    desk.do(item, "approve", "maya", verdict="approve", remark="Good plan.")
    with pytest.raises(Refused) as refused:
        perform(desk.desk, Assign(item, desk.tasks(item)["build"], "maya"), desk.desk.at)
    assert [problem.code for problem in refused.value.problems] == ["gate"]
    build(desk, item)


@pytest.mark.parametrize("waits_for_window", [False, True])
def test_a_change_is_withdrawn_until_its_window_opens_and_not_after(desk, waits_for_window):
    item = begin(desk, kind="standard", impact="low")
    key = desk.desk.items[item].instance.variables["change"]
    if waits_for_window:
        build(desk, item)
    desk.tell("change-withdrawn", key, desk.desk.at + HOUR)
    assert desk.story(item)[-1].outcome == "withdrawn"
    late = begin(desk, kind="standard", impact="low")
    key = desk.desk.items[late].instance.variables["change"]
    build(desk, late)
    open_window(desk, late)
    with pytest.raises(Refused):
        desk.tell("change-withdrawn", key, desk.desk.at)


def test_the_invented_rows_are_those_of_the_seed():
    made = StringIO()
    write("techsolutions", 160, 11, made)
    assert made.getvalue() == (PACK / "input" / "changes.csv").read_text(encoding="utf-8")


def test_nothing_is_said_of_a_roll_out_before_it_was(month):
    """An approver decides without being told an outcome, and what never came so far is delivered without one."""
    told = {}
    for events in stories(month).values():
        told.setdefault(events[-1].outcome, set()).add(events[-1].result["outcome"])
    assert told.pop("rolled_back") == {"rolled back"}
    done = {told.pop(f"done_{kind}").pop() for kind in ("standard", "normal", "emergency")}
    assert done == {"rolled out"}
    assert "rejected" in told
    assert set().union(*told.values()) == {None}
