"""The client: brings errands, tells messages, plays the person; asks again until it has an answer."""

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from heapq import heappop, heappush
from http.client import HTTPConnection, HTTPException
from itertools import count
from threading import Condition, Thread
from typing import Any
from urllib.parse import urlsplit

from bench.chaos.pack import KINDS

_TENDED = frozenset({"message", "person"})
"""Kinds of errands that somebody outside must go on with once they are booked."""

TIMEOUT = 8.0
"""Seconds until a request is given up, and made again elsewhere."""

Answer = tuple[int, Any]


@dataclass(slots=True)
class Errand:
    """One instance as its client knows it. `name` is the item's, once somebody answered for it."""

    claim: str
    kind: str
    name: str = ""
    booked: bool = False
    settled: bool = False
    pair: str = ""
    """What a giver and its taker have in common."""


class Client:
    """Works errands off with so many hands, `rate` new ones a second."""

    def __init__(self, addresses: list[str], instances: int, rate: float, token: str, hands: int = 96) -> None:
        self.addresses = addresses
        self.headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
        each = len(KINDS)
        self.errands = {f"c-{n}": Errand(f"c-{n}", KINDS[n % each], pair=f"p-{n // each}") for n in range(instances)}
        self.requests = self.repeats = self.settled = 0
        self.over = False
        self._order = count()
        self._bell = Condition()
        start = time.monotonic()
        self._due = [(start + n / rate, next(self._order), one) for n, one in enumerate(self.errands.values())]
        self._threads = [Thread(target=self._work, args=(n,), daemon=True) for n in range(hands)]
        for thread in self._threads:
            thread.start()

    def happened(self, claim: str, name: str) -> None:
        """Hear of an effect; after the booking there is something to do, after the settling nothing more."""
        errand = self.errands[claim]
        with self._bell:
            if name == "settle":
                errand.settled = True
                self.settled += 1
            elif errand.kind in _TENDED:
                errand.booked = True
                heappush(self._due, (time.monotonic() + 0.2, next(self._order), errand))
                self._bell.notify()

    def wait(self, patience: float) -> None:
        """Wait until every errand is settled and answered for, or nothing more happened for `patience` seconds."""
        still(self._done, 2 * len(self.errands), patience, "errands settled and answered for")

    def _done(self) -> int:
        return self.settled + len(self.errands) - self.unanswered()

    def unanswered(self) -> int:
        """Give how many errands nobody has answered for."""
        return sum(not errand.name for errand in self.errands.values())

    def close(self) -> None:
        """End all hands."""
        self.over = True
        with self._bell:
            self._bell.notify_all()
        for thread in self._threads:
            thread.join(2 * TIMEOUT)

    def _next(self) -> Errand | None:
        with self._bell:
            while not self.over:
                pause = self._due[0][0] - time.monotonic() if self._due else None
                if pause is not None and pause <= 0:
                    return heappop(self._due)[2]
                self._bell.wait(pause)
        return None

    def _work(self, number: int) -> None:
        caller = _Caller(self, number)
        while (errand := self._next()) is not None:
            if not self._step(caller, errand):
                with self._bell:
                    heappush(self._due, (time.monotonic() + 0.5, next(self._order), errand))
        caller.close()

    def _step(self, caller: "_Caller", errand: Errand) -> bool:
        """Do what is next for an errand; says whether there is nothing to come back for."""
        if not errand.name:
            data = {"claim": errand.claim, "kind": errand.kind, "pair": errand.pair}
            body = {"engagement": "acme", "service": "errands", "data": data}
            status, answer = caller.ask("/api/items", body)
            if status in {201, 409}:
                errand.name = answer["id"]
            if not errand.name or not errand.booked:
                return bool(errand.name)
            # its booking was heard of before its name: whoever was to go on may have come here, and only asked for it
        if errand.settled:
            return True
        if errand.kind == "message":
            return caller.ask("/api/messages", {"name": "go", "key": errand.claim})[0] == 200
        task = f"/api/items/{errand.name}/tasks/1"
        caller.ask(f"{task}/assign", {"person": "ana"})
        return caller.ask(f"{task}/complete", {"person": "ana", "seconds": 60})[0] == 204


def still(done: Callable[[], int], all_of_it: int, patience: float, what: str) -> None:
    """Wait until `done` gives `all_of_it`, or has not changed for `patience` seconds; a slow machine loses nothing."""
    before, changed, told = -1, time.monotonic(), time.monotonic()
    while (now := done()) < all_of_it and time.monotonic() < changed + patience:
        if now != before:
            before, changed = now, time.monotonic()
        if time.monotonic() > told + 30:
            told = time.monotonic()
            print(f"chaos: {what}: {now:,} of {all_of_it:,}", file=sys.stderr, flush=True)
        time.sleep(0.5)


class _Caller:
    """One hand's connections."""

    def __init__(self, client: Client, number: int) -> None:
        self._client = client
        self._lines: dict[str, HTTPConnection] = {}
        self._at = number % len(client.addresses)

    def ask(self, path: str, body: dict[str, Any]) -> Answer:
        """Post until somebody answers with more than "ask again"; gives (0, None) at the end of all work."""
        content = json.dumps(body).encode()
        address = self._client.addresses[self._at]
        while not self._client.over:
            self._client.requests += 1
            try:
                status, where, answer = self._once(address, path, content)
            except (OSError, HTTPException, ValueError):
                self._lines.pop(address).close()
                status, where, answer = 503, "", None
            if status == 307:
                parts = urlsplit(where)
                address = f"http://{parts.netloc}"
                continue
            if status != 503:
                return status, answer
            self._client.repeats += 1
            time.sleep(0.2)
            self._at = (self._at + 1) % len(self._client.addresses)
            address = self._client.addresses[self._at]
        return 0, None

    def close(self) -> None:
        """Hang up."""
        for line in self._lines.values():
            line.close()

    def _once(self, address: str, path: str, content: bytes) -> tuple[int, str, Any]:
        line = self._lines.get(address)
        if line is None:
            line = self._lines[address] = HTTPConnection(urlsplit(address).netloc, timeout=TIMEOUT)
        line.request("POST", path, content, self._client.headers)
        answer = line.getresponse()
        data = answer.read()
        return answer.status, answer.getheader("Location", ""), json.loads(data) if data else None
