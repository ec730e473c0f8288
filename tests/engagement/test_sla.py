"""SLA: due instants, pauses, verdicts and attainment."""

from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st
from sample_terms import sample

from alihdaya.engagement.sla import Attainment, Pause, SlaClock, verdict
from alihdaya.engagement.sla.goals import attained
from alihdaya.kernel.time import HOUR, MINUTE, iso, micros

SERVICE = sample().services[0]
SLA = SlaClock(SERVICE)
START = micros(datetime(2013, 3, 8, 15, tzinfo=UTC))


def test_due_instants_of_the_sample():
    due = SLA.due(START)  # Friday, 10:00 in New York; daylight saving begins on Sunday
    assert iso(due.respond) == "2013-03-08T19:30:00Z"
    assert iso(due.resolve) == "2013-03-11T21:00:00Z"  # Saturday works, so Monday is the second day


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(-600, 9000), st.integers(0, 3000)), max_size=4))
def test_pauses_equal_counting_minutes_outside_of_them(pairs):
    """The clock runs in working minutes that no pause covers, and the due instant is when four hours have run."""
    pauses = [Pause(START + a * MINUTE, START + (a + length) * MINUTE) for a, length in pairs]
    at, ran = START, 0
    while ran < 4 * HOUR:
        if SLA.clock.is_working(at) and not any(p.start <= at < p.end for p in pauses):
            ran += MINUTE
        at += MINUTE
    assert SLA.after_pauses(SLA.due(START).respond, START, pauses) == at


def test_an_open_pause_stops_the_clock_and_a_late_one_does_not_matter():
    due = SLA.due(START).respond
    assert SLA.after_pauses(due, START, [Pause(START + HOUR, None)]) is None
    assert SLA.after_pauses(due, START, [Pause(due, None), Pause(due + HOUR, due + 9 * HOUR)]) == due
    assert SLA.after_pauses(None, START, [Pause(START, START + HOUR)]) is None


def test_verdicts():
    assert [
        verdict(10, 10, 99),
        verdict(10, 11, 99),
        verdict(10, None, 10),
        verdict(10, None, 11),
        verdict(None, 5, 9),
    ] == [
        "met",
        "missed",
        "running",
        "missed",
        "none",
    ]


def test_attainment_never_reads_better_than_it_is():
    figure = Attainment("s", "respond", "2013-01", 94_999, 5_001, Decimal(95))
    assert figure.percent == Decimal("94.99")
    assert not figure.kept
    assert Attainment("s", "respond", "2013-01", 95, 5, Decimal(95)).kept
    assert Attainment("s", "respond", "2013-01", 0, 0, Decimal(95)).percent is None


def test_attain_follows_the_terms():
    respond, resolve = attained(SERVICE, "2013-01", {"resolve_met": 3, "resolve_missed": 1, "respond_met": 4})
    assert (respond.clock, respond.kept, resolve.kept, resolve.target) == ("respond", True, False, 95)
