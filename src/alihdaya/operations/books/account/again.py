"""What is asked for again, because nobody saw the answer: it counts once, unless a reference says it is another."""

from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from alihdaya.kernel.errors import Problem, Refused

T = TypeVar("T")
_LONGEST: Final = 80


@dataclass(frozen=True, slots=True)
class Noted(Generic[T]):
    """A fact, and whether it was written down just now; else it was there already, and nothing was added."""

    fact: T
    new: bool = True


def reference_of(text: str | None) -> str:
    """Give a reference without space around it; None, which is none, gives "". Raises Refused for one of no use."""
    if text is None:
        return ""
    found = text.strip()
    if not 0 < len(found) <= _LONGEST or not found.isprintable():
        raise Refused(Problem("bad-reference", f"a reference is 1 to {_LONGEST} characters on one line"))
    return found
