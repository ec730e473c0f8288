"""Technical support as a whole: what comes in goes out, each incident as urgent as it is, by the line that it needs."""

from collections import Counter
from datetime import UTC, datetime
from io import StringIO
from itertools import product
from pathlib import Path

import pytest
from played import Played

from alihdaya import packs
from alihdaya.kernel.errors import Refused
from alihdaya.kernel.time import DAY, HOUR, MINUTE, micros
from alihdaya.operations.books.bill import bills
from alihdaya.operations.commands import Fire
from alihdaya.operations.perform import perform
from alihdaya.packs.invent import write
from alihdaya.store import views
from alihdaya.work.events import ItemDelivered, TaskDone, TaskQueued

PACK = Path(packs.__file__).parent / "techsupport"
FIRST = micros(datetime(2026, 3, 2, 8, tzinfo=UTC))
QUIET = {"channel": "mail", "reporter": "Anke Beispiel", "service": "mail", "symptom": "slow", "repeats": 0}
TARGETS = {"P1": (30, 4 * 60), "P2": (60, 8 * 60), "P3": (4 * 60, None), "P4": (8 * 60, None)}
"""Minutes to respond and to resolve by the terms; None: working days."""


def urgency_of(impact, urgency):
    """The priority by counting: each step less of impact or urgency is a step less of priority."""
    steps = ("organisation", "department", "person").index(impact) + ("stopped", "hindered", "can wait").index(urgency)
    return f"P{min(steps, 3) + 1}"


@pytest.fixture(scope="module")
def month(tmp_path_factory):
    played = Played.open(tmp_path_factory.mktemp("support"), "techsupport")
    played.ran = played.run(PACK / "input" / "incidents.csv", 7)
    yield played
    played.desk.close()


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    played = Played.open(tmp_path_factory.mktemp("by-hand"), "techsupport")
    yield played
    played.desk.close()


@pytest.fixture
def monday(desk):
    """The Monday's morning after all that the desk has seen: one desk serves all tests, a week each."""
    weeks = max(0, desk.desk.at - FIRST) // (7 * DAY) + 1
    return FIRST + weeks * 7 * DAY


def test_what_comes_in_goes_out_or_is_turned_away_with_its_reason(month):
    rejects = views.rejects(month.desk.store, month.ran.source)
    assert len(month.rows) == month.ran.received + len({row.row for row in rejects})
    assert len(month.delivered()) + len(month.desk.items) == month.ran.received
    assert {(row.row % 100, row.column) for row in rejects} == {
        (20, "service"), (40, "impact"), (60, "reported_at"), (80, "repeats"), (99, ""),
    }  # fmt: skip
    billed = Counter()
    for made in bills(month.desk.store, month.service.terms)[0]:
        for line in made.invoice.lines:
            billed[line.unit] += line.quantity
    assert billed == Counter(one.unit for one in month.delivered().values())


def test_every_priority_is_as_the_steps_of_impact_and_urgency_say(month):
    by_ticket = {row["ticket"]: row for row in reversed(month.rows)}
    assert month.delivered()
    for delivery in month.delivered().values():
        row = by_ticket[delivery.result["ticket"]]
        assert delivery.result["priority"] == urgency_of(row["impact"], row["urgency"])


def test_the_table_of_priorities_has_an_answer_for_every_pair():
    decisions = packs.compile_decisions(packs.load(PACK))
    for impact, urgency in product(("organisation", "department", "person"), ("stopped", "hindered", "can wait")):
        found = decisions["priority"].run({"impact": impact, "urgency": urgency})[0]
        assert found == urgency_of(impact, urgency)


@pytest.mark.parametrize(
    ("impact", "urgency"), [("department", "stopped"), ("person", "stopped"), ("person", "can wait")]
)
def test_the_limits_of_a_task_are_those_of_the_priority(desk, monday, impact, urgency):
    item = desk.receive(monday, **QUIET, ticket="A", impact=impact, urgency=urgency)
    (queued,) = [event for event in desk.story(item) if isinstance(event, TaskQueued)]
    respond, resolve = TARGETS[urgency_of(impact, urgency)]
    assert queued.respond_due == monday + respond * MINUTE  # eight in UTC is nine in Hamburg, the desk is open till ten
    if resolve is not None:
        assert queued.resolve_due == monday + resolve * MINUTE
    else:
        assert queued.resolve_due > monday + 2 * DAY


def test_problems_are_opened_for_what_recurs_and_nothing_else(month):
    found = Counter((one.result["recurring"], one.result["problem"] is not None) for one in month.delivered().values())
    assert set(found) == {(True, True), (False, False)}


def test_the_second_line_takes_over_when_its_time_has_come_and_the_manager_looks_in(desk, monday):
    item = desk.receive(monday, **QUIET, ticket="B", impact="department", urgency="stopped")
    assert set(desk.tasks(item)) == {"diagnose"}
    assert [fire(desk, item) - monday for _ in range(2)] == [3 * HOUR, 6 * HOUR]
    assert set(desk.tasks(item)) == {"second", "oversee"}
    desk.do(item, "second", "hesti", ruling="pass on", wrap_up="passed-on", note="Not here.")
    desk.do(item, "third", "made", wrap_up="software", note="Mended.")
    assert desk.desk.items[item].instance.waits.keys() == set()  # nobody needs to look in any more
    fire(desk, item)
    delivery = desk.story(item)[-1]
    assert (delivery.outcome, delivery.result["escalated"]) == ("by_third", True)


def test_whoever_is_not_content_has_it_reopened_for_three_days_and_no_longer(desk, monday):
    item = desk.receive(monday, **QUIET, ticket="C", impact="person", urgency="hindered")
    desk.do(item, "diagnose", "nur", ruling="fixed", wrap_up="guidance", note="Explained.")
    done = desk.desk.at
    desk.tell("customer-reopens", "C", done + 3 * DAY - 1)
    desk.do(item, "diagnose", "nur", ruling="fixed", wrap_up="configuration", note="Set up anew.")
    with pytest.raises(Refused):
        desk.tell("customer-reopens", "C", desk.desk.at + 3 * DAY)
    delivery = desk.story(item)[-1]
    assert isinstance(delivery, ItemDelivered)
    assert (delivery.outcome, delivery.result["reopened"]) == ("by_first", 1)


def test_the_time_for_consent_is_not_counted_as_the_time_to_resolve(desk, monday):
    missed = sum(one.resolve_missed for one in views.sla_months(desk.desk.store, "beispiel-support"))
    item = desk.receive(monday, **QUIET, ticket="D", impact="department", urgency="stopped")
    desk.do(item, "diagnose", "nur", ruling="fixed", wrap_up="guidance", note="Explained.")
    desk.tell("customer-confirms", "D", monday + 2 * DAY, satisfaction="satisfied")
    assert desk.story(item)[-1].result["satisfaction"] == "satisfied"
    assert sum(one.resolve_missed for one in views.sla_months(desk.desk.store, "beispiel-support")) == missed


def test_who_is_asked_and_says_nothing_is_closed_and_who_answers_is_served(desk, monday):
    silent, talking = (
        desk.receive(monday + n, **QUIET, ticket=f"E{n}", impact="person", urgency="hindered") for n in (0, 1)
    )
    for item, person in ((silent, "nur"), (talking, "eko")):
        desk.do(item, "diagnose", person, monday + DAY, ruling="ask", wrap_up="no-fault", note="Which printer?")
    desk.tell("customer-answers", "E1", desk.desk.at + HOUR)
    assert "diagnose" in desk.tasks(talking)
    assert fire(desk, silent) == monday + 3 * DAY + HOUR
    fire(desk, silent)
    assert desk.story(silent)[-1].outcome == "unanswered"


def test_a_major_incident_is_led_and_mended_at_the_same_time(desk, monday):
    item = desk.receive(monday, **QUIET, ticket="F", impact="organisation", urgency="stopped")
    assert set(desk.tasks(item)) == {"command", "restore"}
    desk.do(item, "restore", "made", wrap_up="hardware", note="Spare built in.")
    desk.do(item, "command", "rini", announcement="It is back.")
    desk.do(item, "open_problem", "hesti", problem="The spare was not tested.")
    fire(desk, item)
    assert desk.story(item)[-1].outcome == "by_major"
    assert [event.person for event in desk.story(item) if isinstance(event, TaskDone)] == ["made", "rini", "hesti"]


def test_the_invented_rows_are_those_of_the_seed():
    made = StringIO()
    write("techsupport", 400, 7, made)
    assert made.getvalue() == (PACK / "input" / "incidents.csv").read_text(encoding="utf-8")


def fire(desk, item):
    """Let the next timer of an item go off; gives when that was."""
    due, number = min((timer.due, number) for number, timer in desk.desk.items[item].instance.timers.items())
    perform(desk.desk, Fire(item, number), due)
    return due
