"""The floor: one queue over voice, chat, mail and back office, everybody who is present, and who gets what.

Everything here is pure: `decide` gives the facts that follow from a command, `Floor.apply` is what they change, and
facts that are applied again lead to the same floor. People of equal capability stand in one group and items with the
same needs in one line, so that finding somebody costs a look at groups, however many people there are.
"""

from alihdaya.work.floor.ask import CHANNELS, FULL, Ask, Piece, shares
from alihdaya.work.floor.decide import decide, next_due
from alihdaya.work.floor.floor import Floor
from alihdaya.work.floor.route import route

__all__ = ["CHANNELS", "FULL", "Ask", "Floor", "Piece", "decide", "next_due", "route", "shares"]
