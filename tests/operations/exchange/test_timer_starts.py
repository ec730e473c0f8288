"""Timer start events: one item for each due time, whatever happens in between."""

import pytest
from talking import NOON
from talking_pack import PLAIN, process, timer

from alihdaya.kernel.errors import PackError, Problem, Refused
from alihdaya.kernel.event import HOUSE
from alihdaya.kernel.time import DAY, HOUR
from alihdaya.operations.books.replay import prove
from alihdaya.operations.commands import Fire
from alihdaya.operations.exchange.starts import announce
from alihdaya.work.exchange import StartFailed

HOURLY = process("hourly", f'<startEvent id="h">{timer("Cycle", "R/PT1H")}</startEvent><endEvent id="e"/>;h e')


def names(*hours):
    return {f"hourly/h@2013-01-08T{hour:02}:00:00Z": "delivered" for hour in hours}


def test_a_cycle_begins_an_item_at_each_due_time(talk):
    desk = talk(PLAIN, other=HOURLY)
    desk.until(NOON + 3 * HOUR)
    assert desk.items() == names(13, 14, 15)
    assert {entry.at for entry in desk.store.read_log() if entry.item} == {NOON + n * HOUR for n in (1, 2, 3)}
    assert prove(desk.store).equal


def test_a_restart_neither_doubles_nor_leaves_out_a_due_time(talk):
    desk = talk(PLAIN, other=HOURLY)
    desk.until(NOON + 2 * HOUR)
    desk.desk.commit()
    desk.reopen().until(NOON + 3 * HOUR)
    assert desk.items() == names(13, 14, 15)
    desk.until(NOON + 4 * HOUR)
    desk.reopen()  # what was not committed never happened
    assert desk.items() == names(13, 14, 15)
    desk.at = NOON + 6 * HOUR  # it was down for two more
    desk.until(desk.at)
    assert desk.items() == names(13, 14, 15, 16, 17, 18)


def test_a_date_begins_one_item_and_none_after_a_restart(talk):
    when = "2013-01-09T08:30:00+01:00"
    desk = talk(process("main", f'<startEvent id="s">{timer("Date", when)}</startEvent><endEvent id="e"/>;s e'))
    desk.until(NOON + DAY)
    assert desk.items() == {"main/s@2013-01-09T07:30:00Z": "delivered"}
    desk.reopen().until(NOON + 9 * DAY)
    assert len(desk.items()) == 1
    assert desk.desk.next_timer() is None


def test_a_counted_cycle_ends(talk):
    body = f'<startEvent id="s">{timer("Cycle", "R2/2013-01-01T00:30:00Z/P1M")}</startEvent><endEvent id="e"/>;s e'
    desk = talk(process("main", body))
    desk.until(NOON + 90 * DAY)
    assert list(desk.items()) == ["main/s@2013-02-01T00:30:00Z"]  # the first was before the process came


def test_a_new_definition_begins_its_own_timers_and_the_old_ones_end(talk):
    desk = talk(PLAIN, other=HOURLY)
    desk.until(NOON + HOUR)
    desk.desk.commit()
    daily = f'<startEvent id="d">{timer("Cycle", "R/P1D")}</startEvent><endEvent id="e"/>;d e'
    desk.deploy(PLAIN, other=process("daily", daily))
    desk.until(NOON + 3 * DAY)
    assert list(desk.items()) == [*names(13), "daily/d@2013-01-09T13:00:00Z", "daily/d@2013-01-10T13:00:00Z"]
    assert prove(desk.store).equal


def test_a_timer_that_is_not_due_is_refused(talk):
    desk = talk(PLAIN, other=HOURLY)
    with pytest.raises(Refused, match="not-due"):
        desk.do(Fire(HOUSE, 0))


def test_only_the_shard_that_the_start_belongs_to_keeps_it(talk):
    desk = talk(PLAIN, other=HOURLY)
    desk.desk.board.mine = lambda channel, name: (channel, name) != ("acme/talks/timer", "hourly/h")
    announce(desk.desk, desk.service, NOON)
    assert desk.desk.next_timer() is None


def test_a_start_that_cannot_be_is_noted_and_stops_nothing(talk):
    def none(*_):
        raise PackError(Problem("no-steps", "gone"))

    desk = talk(PLAIN, other=HOURLY)
    desk.desk.services.clear()
    desk.desk.binder = none
    desk.until(NOON + 2 * HOUR)
    assert desk.items() == {}
    failed = [one for entry in desk.store.read_log() for one in entry.events if type(one) is StartFailed]
    assert [one.code for one in failed] == ["no-steps"] * 2
