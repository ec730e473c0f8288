"""What happens between two services of one client: an item is handed over with its context, and comes back."""

from typing import Any, Final, NamedTuple

from alihdaya.kernel.event import event

AWAY: Final = "→ "
"""Before "engagement/service" it names who has a task that was handed over, where else a person's id stands."""


def is_away(person: str) -> bool:
    """Say whether who has a task is another service, in whose name nobody may act on it."""
    return person.startswith(AWAY)


def channel(engagement: str, service: str) -> str:
    """Give the channel under which what is handed over to a service comes in."""
    return f"{engagement}/{service}/handover"


def name_of(giver: int, node: str, seq: int) -> str:
    """Give the external id of what item `giver` hands over at `node`, by the entry `seq` of the log."""
    return f"{giver}/{node}#{seq}"


def giver_of(external_id: str, item: int, factor: int) -> int:
    """Give the item that handed over `item`, which has this external id of `name_of`.

    `factor`: what numbers of items are multiplied by where many shards are read as one (store.Store.factor), else 1.
    """
    giver = int(external_id.partition("/")[0])
    return giver if factor == 1 else giver * factor + item % factor


OVER: Final = "handed_over"
"""The variable by which the taking process knows where it came from, who asked, why, and what was known."""
BACK: Final = "handed_back"
"""The variable by which the giving process knows what became of it."""
ELSEWHERE: Final = "handed-over"
"""Among the nodes at which clocks stand (terms.toml: pauses) it means every wait for an answer of another service."""


@event("handover.given")
class HandedOver(NamedTuple):
    """The giving item hands over to `item`, a new one of another service; `note`: what is asked, and why.

    `token` is a person's task, or a call activity, that waits for the answer. With `final` nothing waits: this item
    ends here, and neither is anything of it delivered nor billed.
    """

    token: int
    engagement: str
    service: str
    item: int
    person: str
    note: str
    final: bool


@event("handover.taken")
class TakenOver(NamedTuple):
    """This item was begun by a hand-over of item `giver`, by `person` ("" by its process).

    `context` is what came with it: the giver's engagement, service and external id, `facts` (its variables),
    `decisions` and what people did so far (`work`), and `papers` (references to documents).
    """

    giver: int
    token: int
    person: str
    note: str
    final: bool
    context: dict[str, Any]


@event("handover.answered")
class HandedBack(NamedTuple):
    """What was handed over to `item` is back where it came from.

    `status`: answered, refused (there) or withdrawn (here). `late`: after the task that waits was due. `answer`: of
    what was answered the outcome, the result, the decisions and the work. `person` and `note`: who refused or withdrew
    it, and why.
    """

    token: int
    item: int
    status: str
    late: bool
    person: str
    note: str
    answer: dict[str, Any]
