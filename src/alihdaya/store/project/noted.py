"""Facts about no item that are asked for by their kind: a table, because the log has millions of others between them.

Figures from outside, questions, and what people proved are kept for good, so that nobody looks for them in the archive.
Who came and went (project.floor) is kept as long as the log has it.
"""

from typing import Any, Final

from alihdaya.engagement.events import ExchangeQuoted, IndexPublished, MilestoneReached
from alihdaya.kernel.event import Entry, tag_of
from alihdaya.people.events import (
    CertificateIssued,
    CertificateWithdrawn,
    PersonJoined,
    TestTaken,
    WallLowered,
    WallRaised,
)
from alihdaya.store.codec import encode
from alihdaya.store.project.changes import Pending
from alihdaya.store.schema import NOTED
from alihdaya.work.exchange import ShardReached
from alihdaya.work.question import QuestionAnswered, QuestionRegistered, QuestionSettled

FIGURES: Final = frozenset({ExchangeQuoted, IndexPublished, MilestoneReached})
QUESTIONS: Final = frozenset({QuestionRegistered, QuestionAnswered, QuestionSettled})
PEOPLE: Final = frozenset({PersonJoined, TestTaken, CertificateIssued, CertificateWithdrawn, WallRaised, WallLowered})
"""What is known of people; what a shard has from another one is that one's to tell."""


def note(pending: Pending, entry: Entry, event: Any) -> None:
    """Put a fact as it stands in its entry: of which person, where it is about one, when, and by whom."""
    kind = type(event)
    if kind in PEOPLE and type(entry.events[0]) is ShardReached:
        return
    rest = (getattr(event, "person", ""), entry.at, entry.by, encode(list(event)))
    pending.put(NOTED, (tag_of(kind), entry.seq, pending.place), rest)
