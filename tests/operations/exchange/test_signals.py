"""Signals: all who wait hear them, each once, however many they are and whatever ends the program meanwhile."""

import pytest
from talking_pack import AGAIN, process, timer

from alihdaya.kernel.event import HOUSE
from alihdaya.kernel.time import HOUR
from alihdaya.operations.books.replay import prove
from alihdaya.operations.commands import Fire
from alihdaya.operations.exchange import spreading
from alihdaya.operations.exchange.commands import Broadcast

ALARM = '<signal id="g" name="alarm"/>'
CATCH = '<intermediateCatchEvent id="c"><signalEventDefinition signalRef="g"/></intermediateCatchEvent>'
WAITS = process("main", f'<startEvent id="s"/>{CATCH}<endEvent id="e"/>;s c\nc e')
TWICE = process(
    "main", f'<startEvent id="s"/>{CATCH}{CATCH.replace(chr(34) + "c", chr(34) + "d")}<endEvent id="e"/>;s c\nc d\nd e'
)
THROWS = (
    '<startEvent id="s"/><intermediateThrowEvent id="t"><signalEventDefinition signalRef="g"/>'
    '</intermediateThrowEvent><endEvent id="e"/>;s t\nt e'
)


def heard(desk, item):
    """How often an item heard the alarm."""
    return sum(entry.by == "signal" for entry in desk.store.read_log(item=item))


def test_all_who_wait_hear_it_and_those_who_come_later_do_not(talk):
    desk = talk(ALARM, WAITS)
    for n in range(3):
        desk.receive(n)
    assert desk.do(Broadcast("alarm", {"claim": 7})) == 3
    desk.receive("late")
    assert desk.items() == {"0": "delivered", "1": "delivered", "2": "delivered", "late": "waiting"}
    assert desk.do(Broadcast("silence", {})) == 0
    assert prove(desk.store).equal


def test_an_item_may_throw_one_and_one_may_begin_items(talk):
    starts = '<startEvent id="w"><signalEventDefinition signalRef="g"/></startEvent><endEvent id="x"/>;w x'
    parts = WAITS.replace('id="main"', 'id="waits"'), process("main", THROWS)
    desk = talk(ALARM, parts[1], waits=ALARM + parts[0], starts=ALARM + process("woken", starts))
    waiting = desk.desk.service(*next(iter(desk.desk.services))).running("waits")
    desk.service = waiting
    desk.receive("hears")
    desk.service = waiting.running("main")
    desk.receive("throws")
    assert list(desk.items().values()) == ["delivered"] * 3
    assert prove(desk.store).equal


def test_one_that_does_not_interrupt_is_heard_again_and_again(talk):
    beside = '<startEvent id="s"/><receiveTask id="r" messageRef="m"/><endEvent id="e"/><endEvent id="n"/>'
    beside += '<boundaryEvent id="b" attachedToRef="r" cancelActivity="false"><signalEventDefinition signalRef="g"/>'
    desk = talk(ALARM + '<message id="m" name="m"/>', process("main", beside + "</boundaryEvent>;s r\nr e\nb n"))
    item = desk.receive("1")
    for _ in range(3):
        assert desk.do(Broadcast("alarm", {})) == 1
    assert desk.items() == {"1": "waiting"}
    assert heard(desk, item) == 3
    assert desk.reopen().do(Broadcast("alarm", {})) == 1


def test_to_many_it_goes_in_pieces_and_goes_on_after_a_restart(talk, monkeypatch):
    monkeypatch.setattr(spreading, "CHUNK", 4)
    desk = talk(ALARM, TWICE)
    items = [desk.receive(n) for n in range(11)]
    assert desk.do(Broadcast("alarm", {})) == 11
    late = desk.receive("late")
    assert desk.items() == dict.fromkeys([*map(str, range(11)), "late"], "waiting")
    assert desk.desk.next_timer() == (0, HOUSE, 0)
    desk.do(Fire(HOUSE, 0))
    desk.desk.commit()
    desk.do(Fire(HOUSE, 0))  # killed before this was committed
    desk.reopen()
    assert [heard(desk, item) for item in items] == [1] * 4 + [0] * 7
    while desk.desk.board.spreads:
        desk.do(Fire(HOUSE, 0))
        assert desk.desk.commit() <= 5
    assert [heard(desk, item) for item in [*items, late]] == [1] * 11 + [0]
    assert desk.desk.next_timer() is None
    assert prove(desk.store).equal


def test_who_began_to_wait_after_it_was_sent_does_not_hear_it(talk, monkeypatch):
    monkeypatch.setattr(spreading, "CHUNK", 1)
    body = f'<startEvent id="s"/>{CATCH}<eventBasedGateway id="g1"/><intermediateCatchEvent id="t">'
    body += f"{timer('Duration', 'PT1H')}</intermediateCatchEvent>{CATCH.replace(chr(34) + 'c', chr(34) + 'd')}"
    flows = ";s g1\ng1 t\ng1 d\nt c\nc e\nd e"
    desk = talk(ALARM, process("main", body + '<endEvent id="e"/>' + flows))
    desk.receive("0")
    item = desk.receive("1")
    desk.do(Broadcast("alarm", {}))
    desk.at += HOUR  # its timer goes off before the signal comes to it, and it waits for the next one
    while desk.desk.board.spreads:
        desk.do(Fire(HOUSE, 0))
    assert desk.items()["1"] == "waiting"
    assert heard(desk, item) == 0


@pytest.mark.parametrize("chunk", [500, 1])
def test_two_that_wake_each_other_for_ever_let_others_go_on(talk, monkeypatch, chunk):
    monkeypatch.setattr(spreading, "CHUNK", chunk)
    monkeypatch.setattr("alihdaya.operations.exchange.between.MOST_EFFECTS", 50)
    loop = THROWS.partition(";")[0] + CATCH + AGAIN + ";s c\nc t\nt h"
    desk = talk(ALARM, process("main", loop))
    for n in range(3):
        desk.receive(n)
    desk.do(Broadcast("alarm", {}))
    assert desk.desk.commit() < 400
    for _ in range(3):
        desk.do(Fire(HOUSE, 0))
        assert desk.desk.commit() < 400
    assert prove(desk.store).equal
