"""Many instances together: what goes from one to others, and what starts them."""

from alihdaya.engine.society.members import Buffered, Member, Society
from alihdaya.engine.society.rules import DEEPEST_CALL, MOST_EFFECTS

__all__ = ["DEEPEST_CALL", "MOST_EFFECTS", "Buffered", "Member", "Society"]
