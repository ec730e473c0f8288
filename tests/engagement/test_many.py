"""The clock on arrays gives what the clock gives one by one, whatever the calendar."""

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_terms import changed, sample
from test_clock import WINDOW, calendars

from alihdaya.engagement.clock import Clock
from alihdaya.engagement.sla import Pause, SlaClock
from alihdaya.engagement.sla.many import Pauses, add_days_many, add_many, due_many, elapsed_many
from alihdaya.engagement.terms import parse
from alihdaya.kernel.time import DAY, HOUR, MINUTE, SECOND, micros

START = micros(datetime(2013, 3, 8, 15, tzinfo=UTC))
instants = st.lists(st.integers(-40 * 24 * 60, WINDOW), min_size=1, max_size=8)


@settings(deadline=None, max_examples=60)
@given(calendars(), instants, st.integers(0, 5000 * MINUTE), st.integers(0, 12))
def test_many_are_what_each_is(made, minutes, span, days):
    calendar, start = made
    starts = np.array([start + n * MINUTE for n in minutes])
    ends = starts[::-1] + 7 * SECOND
    one, many = Clock(calendar), Clock(calendar)
    assert add_many(many, starts, span).tolist() == [one.add_working(int(at), span) for at in starts]
    assert add_days_many(many, starts, days).tolist() == [one.add_working_days(int(at), days) for at in starts]
    between = [max(one.working_between(int(a), int(b)), 0) for a, b in zip(starts, ends, strict=True)]
    assert elapsed_many(many, starts, ends).tolist() == between


pauses = st.lists(st.tuples(st.integers(0, 900), st.integers(0, 3000)), max_size=4)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 50_000), pauses), min_size=1, max_size=6))
def test_pauses_move_each_items_own_due_instants(drawn):
    sla = SlaClock(sample().services[0])
    starts, stood, of, begins, ends = [], [], [], [], []
    for n, (minute, gaps) in enumerate(drawn):
        at = START + minute * MINUTE
        starts.append(at)
        stood.append([])
        for gap, length in gaps:
            stood[-1].append(Pause(at + gap * MINUTE, at + (gap + length) * MINUTE))
            of.append(n)
            begins.append(stood[-1][-1].start)
            ends.append(stood[-1][-1].end)
            at = ends[-1]
    found = due_many(sla, np.array(starts), None, Pauses(*(np.array(one, np.int64) for one in (of, begins, ends))))
    for which in (0, 1):
        one = [sla.due_at(at, None, gaps)[which] for at, gaps in zip(starts, stood, strict=True)]
        assert found[which].tolist() == one


def test_each_item_has_the_limits_of_its_level():
    levels = 'attainment = 95\nby = "priority"\n[service.sla.levels.P1]\nrespond = { working_minutes = 30 }\n'
    sla = SlaClock(parse(changed("attainment = 95", levels)).services[0])
    starts = np.array([START, START + HOUR, START + DAY])
    respond, resolve = due_many(sla, starts, ["P1", None, "P1"])
    by_hand = [sla.due_at(START, "P1"), sla.due_at(START + HOUR, None), sla.due_at(START + DAY, "P1")]
    assert respond.tolist() == [due.respond for due in by_hand]
    assert resolve.tolist() == [-1, sla.due(START + HOUR).resolve, -1]
    assert due_many(sla, starts[::2], ["P1", "P1"])[1] is None


def test_a_million_are_counted_like_one():
    """Not how long it takes: that no sum on the way runs over, and that years are laid out on demand."""
    clock = Clock(sample().services[0].calendar)
    starts = np.linspace(micros(datetime(1999, 1, 1, tzinfo=UTC)), micros(datetime(2031, 1, 1, tzinfo=UTC)), 1_000_000)
    starts = starts.astype(np.int64)
    due = add_many(clock, starts, 10 * HOUR)
    assert (elapsed_many(clock, starts, due) == 10 * HOUR).all()
    with pytest.raises(ValueError, match="backwards"):
        add_many(clock, starts, -1)
