"""Messages between items: who gets them, how long they wait, and what is left of those that nobody took."""

import pytest
from talking import NOON
from talking_pack import AGAIN, process

from alihdaya.kernel.errors import Refused
from alihdaya.kernel.time import HOUR, MINUTE
from alihdaya.operations.books.replay import prove
from alihdaya.operations.commands import Deliver
from alihdaya.work.events import SendQueued
from alihdaya.work.exchange import MessageKept, MessageLost, MessageTaken

NEWS = '<message id="m" name="news" alihdaya:key="claim"{}/>'
ASK = '<message id="a" name="ask" alihdaya:key="claim"/>'
CATCH = '<intermediateCatchEvent id="{}"><messageEventDefinition messageRef="{}"/></intermediateCatchEvent>'
THROW = '<intermediateThrowEvent id="{}"><messageEventDefinition messageRef="{}"/></intermediateThrowEvent>'
ROLES = '<startEvent id="s"/><exclusiveGateway id="g" default="f"/><endEvent id="e"/>'
FLOWS = """
<sequenceFlow id="f" sourceRef="g" targetRef="t"/><sequenceFlow sourceRef="g" targetRef="c">
<conditionExpression>role = "hear"</conditionExpression></sequenceFlow>"""

TALK = CATCH.format("c", "m") + THROW.format("t", "m") + FLOWS

TWO = process("main", ROLES + TALK + ";s g\nc e\nt e")
"""An item that hears news of its claim, or with another role sends them."""

PING = process("main", ROLES + TALK + AGAIN + ";s g\nc t\nt h")
"""Two items of one claim that send news to each other for ever."""


def test_a_thrown_message_reaches_the_oldest_item_that_waits(talk):
    desk = talk(NEWS.format(""), TWO)
    first, second, other = (desk.receive(n, claim=claim, role="hear") for n, claim in enumerate((1, 1, 2)))
    desk.receive("sender", claim=1, role="tell")
    assert desk.items() == {"0": "delivered", "1": "waiting", "2": "waiting", "sender": "delivered"}
    assert [entry.item for entry in desk.store.read_log() if entry.by == "message"] == [first]
    assert not desk.desk.board.kept
    assert sorted(desk.desk.items) == [second, other]
    assert prove(desk.store).equal


def test_a_message_that_nobody_waits_for_is_kept_for_who_comes_within_an_hour(talk):
    desk = talk(NEWS.format(""), TWO)
    desk.receive("sender", claim=1, role="tell")
    desk.at += 59 * MINUTE
    desk.desk.commit()
    desk.reopen().receive("late", claim=1, role="hear")
    assert desk.items()["late"] == "delivered"
    kinds = [type(one) for entry in desk.store.read_log() for one in entry.events]
    assert kinds.count(MessageKept) == kinds.count(MessageTaken) == 1
    assert prove(desk.store).equal


@pytest.mark.parametrize(("keep", "patience"), [("", HOUR), (' alihdaya:keep="PT5M"', 5 * MINUTE)])
def test_it_expires_by_the_writers_clock_and_is_listed_then(talk, keep, patience):
    desk = talk(NEWS.format(keep), TWO)
    desk.receive("sender", claim=1, role="tell")
    assert desk.desk.next_timer()[0] == NOON + patience
    desk.until(NOON + patience)
    desk.receive("late", claim=1, role="hear")
    assert desk.items()["late"] == "waiting"
    lost = [(entry.at, one.why) for entry in desk.store.read_log() for one in entry.events if type(one) is MessageLost]
    assert lost == [(NOON + patience, "expired")]
    assert desk.reopen().desk.next_timer() is None
    assert prove(desk.store).equal


def test_one_that_is_not_to_be_kept_is_lost_at_once(talk):
    desk = talk(NEWS.format(' alihdaya:keep="PT0S"'), TWO)
    desk.receive("sender", claim=1, role="tell")
    desk.desk.commit()
    lost = [one.why for entry in desk.store.read_log() for one in entry.events if type(one) is MessageLost]
    assert lost == ["nobody-waits"]


def test_a_message_goes_out_where_it_has_somewhere_to_go_and_nobody_here_waits(talk):
    desk = talk(NEWS.format(""), TWO)
    desk.desk.posts_messages = lambda name: name == "news"
    desk.receive("here", claim=1, role="hear")
    desk.receive("first", claim=1, role="tell")
    desk.receive("second", claim=2, role="tell")
    desk.desk.commit()
    sends = [one for entry in desk.store.read_log() for one in entry.events if type(one) is SendQueued]
    assert [(one.name, one.key) for one in sends] == [("news", "2")]
    assert prove(desk.store).equal


def test_from_outside_a_message_for_nobody_is_refused_or_kept_as_was_asked(talk):
    desk = talk(NEWS.format(""), TWO)
    with pytest.raises(Refused, match="nobody-waits"):
        desk.do(Deliver("news", "1", {}))
    assert desk.do(Deliver("news", "1", {"page": 3}, HOUR)) == 0
    item = desk.receive("late", claim=1, role="hear")
    desk.desk.commit()
    assert item not in desk.desk.items


def test_a_message_starts_an_item_once_for_each_key(talk):
    wake = '<startEvent id="w"><messageEventDefinition messageRef="a"/></startEvent><endEvent id="x"/>;w x'
    desk = talk(NEWS.format(""), TWO, other=ASK + process("woken", wake))
    item = desk.do(Deliver("ask", "order-1", {"claim": 7}))
    with pytest.raises(Refused, match="duplicate"):
        desk.do(Deliver("ask", "order-1", {}))
    unnamed = [desk.do(Deliver("ask", "", {})) for _ in range(2)]
    assert len({item, *unnamed}) == 3
    assert next(iter(desk.items())) == "order-1"
    with pytest.raises(Refused, match="duplicate"):
        desk.reopen().do(Deliver("ask", "order-1", {}))
    assert prove(desk.store).equal


def test_two_that_wake_each_other_for_ever_are_stopped_and_others_go_on(talk):
    desk = talk(NEWS.format(""), PING)
    desk.receive("a", claim=1, role="hear")
    desk.receive("b", claim=1, role="tell")
    other = desk.receive("c", claim=2, role="hear")
    desk.desk.commit()
    lost = [one.why for entry in desk.store.read_log() for one in entry.events if type(one) is MessageLost]
    assert lost == ["endless-chain"]
    assert other in desk.desk.items
    assert len(desk.desk.items) == 3
