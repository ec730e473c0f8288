"""Advice that nobody needs any more, and why its item says so: handed over, the adviser has the task, or it is done."""

import pytest
from two_services import TwoServices

from alihdaya.kernel.errors import Refused
from alihdaya.operations.books.replay import prove
from alihdaya.operations.commands import Complete
from alihdaya.operations.floor.commands import Advise, AskAdvice, HandOn
from alihdaya.operations.floor.looking import seated
from alihdaya.operations.instance.commands import CancelItem
from alihdaya.work.beside import AdviceClosed
from alihdaya.work.floor import shares
from alihdaya.work.floor.commands import Accept, LogIn

WAYS = {
    "handed-over": lambda two, item: two.hand_over(item),
    "holder": lambda two, item: two.command(HandOn(item, 1, "ana", "transfer", "budi", None, "you know it")),
    "not-needed": lambda two, item: two.command(Complete(item, 1, "ana", 60, {"verdict": "yes"})),
    "cancelled": lambda two, item: two.command(CancelItem(item, "over")),
}


def hands(two, who):
    two.commit()
    return [(one.item, one.token, one.state) for seat in seated(two.store, who) for one in seat.hands]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("accepted", [False, True])
def test_who_is_asked_for_advice_hears_that_it_is_not_needed_and_the_item_why(store, tmp_path, way, accepted):
    two = TwoServices(store, tmp_path)
    item = two.receive("judge", 700)
    for who in ("ana", "budi"):
        two.command(LogIn(who, shares({"office": 1})))
    assert hands(two, "ana") == [(item, 1, "rings")]
    two.command(Accept(item, 1, "ana"))
    two.command(AskAdvice(item, 1, "ana", "budi", "twice the amount?"))
    ((_, part, state),) = hands(two, "budi")
    assert state == "rings"
    if accepted:
        two.command(Accept(item, part, "budi"))
    two.later(minutes=2)
    WAYS[way](two, item)
    if way == "holder":
        two.assign(item, "budi")
    (closed,) = two.told(item, AdviceClosed)
    why = "not-needed" if way == "cancelled" else way
    assert (closed.token, closed.advice, closed.person, closed.why) == (1, part, "budi", why)
    assert part not in {token for _, token, _ in hands(two, "budi")}
    with pytest.raises(Refused):
        two.command(Advise(item, part, "budi", "too late"))
    two.open()
    assert part not in {token for _, token, _ in hands(two, "budi")}
    assert prove(two.store).equal
