"""The jobs of a desk without a node: the packs' functions are run at once, several at a time, and their ends noted.

For one process over one file. A failed attempt is tried again when its pause is over, by the caller's clock.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from random import Random

from alihdaya.operations.desk import Desk
from alihdaya.operations.jobs.functions import Call, function_of, post_to
from alihdaya.operations.node.dispatch import USUAL, Answer, Due, Letter, Patience, meaning
from alihdaya.operations.perform import perform
from alihdaya.store import Store
from alihdaya.store.resume import born_at
from alihdaya.work.outbox import SendKey


def name_of(store: Store) -> str:
    """Give a name that no other store has, for the keys of its jobs: made of when its first entry was written."""
    return f"store-{born_at(store):x}"


class Jobs:
    """Carries out a desk's jobs with `call`, `hands` at a time. `name` makes the idempotency keys the store's own."""

    def __init__(self, desk: Desk, call: Call, name: str, *, hands: int = 4, patience: Patience = USUAL) -> None:
        self._desk = desk
        self._post = post_to(call)
        self._name = name
        self._hands = hands
        self._patience = patience
        self._chance = Random(name)  # noqa: S311 (jitter)

    def due(self) -> Iterator[Due]:
        """Yield the jobs that functions are to do, in their order, but for those that are dead or suspended."""
        for key, send in self._desk.outbox.items():
            item = self._desk.items.get(send.item)
            aside = send.dead or (item is not None and item.suspended)
            target = None if aside else function_of(self._desk, send)
            if target is not None:
                yield Due(key, send, target)

    def next_at(self) -> int | None:
        """Say when the next of them may be tried (0: at once); None where there is none."""
        return min((one.send.next_at for one in self.due()), default=None)

    def work_off(self, at: int) -> int:
        """Try every job once that may be tried at `at`, and note how it ended; gives how many there were.

        What asked for them becomes durable first, and their ends before this returns.
        """
        due = [one for one in self.due() if one.send.next_at <= at]
        if due:
            self._desk.commit()
            with ThreadPoolExecutor(self._hands) as pool:
                letters = [Letter(one.target.where, self._key(one.key), one.send) for one in due]
                for one, answer in zip(due, pool.map(self._post, letters), strict=True):
                    self._note(one, answer, at)
            self._desk.commit()
        return len(due)

    def _key(self, key: SendKey) -> str:
        return f"{self._name}-{key[0]}-{key[1]}"

    def _note(self, one: Due, answer: Answer, at: int) -> None:
        command = meaning(one, answer, self._patience, chance=self._chance.random(), now=at)
        if one.key in self._desk.outbox:  # else its token is gone meanwhile
            perform(self._desk, command, max(at, self._desk.at))
