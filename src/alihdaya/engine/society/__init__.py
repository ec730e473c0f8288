"""Many instances together: what goes from one to others, and what starts them."""

from alihdaya.engine.society.members import Buffered, Member, Society, Waking
from alihdaya.engine.society.rules import DEEPEST_CALL, MOST_EFFECTS, Next

__all__ = ["DEEPEST_CALL", "MOST_EFFECTS", "Buffered", "Member", "Next", "Society", "Waking"]
