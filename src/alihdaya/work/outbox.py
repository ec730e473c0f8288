"""What is to go out, and has not been acknowledged yet."""

from typing import Any, NamedTuple

SendKey = tuple[int, int]
"""(seq, number): the log's entry that asked for it, and which of that entry's sends it is; never used again."""


class Send(NamedTuple):
    """A send under way (work.events.SendQueued), not before `next_at`; with attempts but no `next_at` a dead letter.

    `worker` has it until `until` where there is a `lock` (see work.events.JobLeased).
    """

    item: int
    token: int
    node: str
    name: str
    key: str
    payload: dict[str, Any]
    queued_at: int
    attempts: int = 0
    next_at: int = 0
    reason: str = ""
    worker: str = ""
    lock: int = 0
    until: int = 0

    @property
    def dead(self) -> bool:
        """Whether it is not tried again by itself."""
        return self.attempts > 0 and self.next_at == 0
