"""A day that is closed between an answer and its delivery: the first clock is counted as the calendar has it now."""

import pytest
from small_desk import SmallDesk
from test_holidays import on, wish

from alihdaya.operations.books.account.holiday import add
from alihdaya.operations.books.bill import attainments
from alihdaya.operations.books.replay import prove
from alihdaya.operations.instance.sla import explain


@pytest.fixture
def desk(store, tmp_path):
    return SmallDesk(store, tmp_path, at=on(5, 16))


@pytest.mark.parametrize("again", [False, True])
def test_an_answer_that_was_late_is_in_time_once_the_day_turns_out_closed(desk, again):
    item = desk.receive("judge", 500)
    desk.commit()
    desk.at = on(6, 15)
    desk.assign(item)
    desk.commit()
    if again:
        desk.open()
    add(desk.desk, wish(retroactive=True), "manager")
    if again:
        desk.open()
    assert explain(desk.store, item, on(6, 16)).agreed
    desk.at = on(7, 9)
    desk.complete(item, seconds=60, verdict="yes")
    desk.commit()
    kept = {one.clock: (one.met, one.missed) for one in attainments(desk.store, desk.terms, "2013-02")}
    assert kept == {"respond": (1, 0), "resolve": (1, 0)}
    told = explain(desk.store, item, on(8))
    assert told.agreed
    assert [one.verdict for one in told.clocks] == ["met", "met"]
    assert prove(desk.store).equal
