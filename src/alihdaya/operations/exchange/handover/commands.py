"""What people and programs ask for about hand-overs between services."""

from typing import Any, NamedTuple


class HandOver(NamedTuple):
    """Hand the task that the person holds over to another service of the same client; gives the new item's number.

    `engagement` "": the item's own, else the only other one of the client that has the service. `note`: what is asked,
    and why. `given`: columns of the other service's intake, for those that the item's variables do not fill; `papers`:
    references to documents. With `final` the item ends here. `lock`: of a program, its lease.
    """

    item: int
    token: int
    person: str
    service: str
    engagement: str = ""
    note: str = ""
    given: dict[str, Any] = {}  # noqa: RUF012 (never changed)
    papers: tuple[str, ...] = ()
    final: bool = False
    lock: int | None = None


class HandBack(NamedTuple):
    """End a hand-over without an answer: whoever has a task of the item that took it refuses it, with the reason.

    Of an item that waits for an answer, whoever may do the task takes it back; `token` where several wait, or where
    they have another task of an item that was itself handed over.
    """

    item: int
    person: str
    reason: str = ""
    token: int = 0


HandoverCommand = HandOver | HandBack
