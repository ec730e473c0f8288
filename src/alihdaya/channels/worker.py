"""A worker: fetches jobs of its topics from every node, does them with functions, and answers under the lease.

    Worker("http://10.0.0.11:8400", token).on("look", look).run()

A function gets a `Work` and returns variables or None; it may raise BpmnError (the model's error), Permanent (an
incident at once) or anything else (tried again later). It may be called again for the same `key`: after a lease that
ended, or an answer that got lost.
"""

import json
import os
import socket
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import BoundedSemaphore, Event, Lock, Thread
from time import sleep
from typing import Any, NamedTuple, Self
from urllib.parse import urlsplit

import httpx
import msgspec

from alihdaya.kernel.errors import Problem, Refused
from alihdaya.packs.kit import BpmnError, Permanent

_encode = msgspec.json.Encoder(decimal_format="number", enc_hook=str).encode

_WAIT, _SHORT_WAIT = 20.0, 2.0
"""Seconds that a fetch waits for jobs; short where a hand that waits at one node may be missed at another."""

_AGAIN = 0.5
_PATIENT = 120.0
"""Seconds: the pause after a failure, and how long an answer is offered at the most."""

_LONGEST = 300


class Work(NamedTuple):
    """A job as a worker has it. Numbers with a point are Decimal; dates and the like are their text."""

    topic: str
    variables: Mapping[str, Any]
    key: str
    attempt: int
    item: str
    id: str
    lock: int


Function = Callable[[Work], Mapping[str, Any] | None]


class Worker:
    """Does jobs, `hands` at a time, each under a lease of `lease` seconds that is kept alive while it is at work.

    `url` is any node's; the others are asked for. `name` is what the log calls it.
    """

    def __init__(
        self, url: str, token: str = "", *, name: str = "", hands: int = 4, lease: float = 30.0, trust_env: bool = False
    ) -> None:
        self.name = name or f"{socket.gethostname()[:40]}-{os.getpid()}"
        self._url = url.rstrip("/")
        self._hands = hands
        self._lease = lease
        headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
        self._client = httpx.Client(timeout=_WAIT + 10, headers=headers, trust_env=trust_env)
        self._functions: dict[str, Function] = {}
        self._free = BoundedSemaphore(hands)
        self._over = Event()
        self._wait = _WAIT
        self._trouble = ""
        self._at_work: dict[tuple[str, int], tuple[str, Work]] = {}
        self._lock = Lock()

    def on(self, topic: str, function: Function) -> Self:
        """Have jobs of a topic done by a function; gives the worker itself."""
        self._functions[topic] = function
        return self

    def stop(self) -> None:
        """Fetch no more; `run` ends when what is at work is answered. For any thread, and for signal handlers."""
        self._over.set()

    def run(self) -> None:
        """Work until `stop`. Raises Refused where the token opens nothing."""
        with ThreadPoolExecutor(self._hands, "alihdaya-work") as pool:
            keeper = Thread(target=self._keep, daemon=True)
            keeper.start()
            pollers: dict[str, Thread] = {}
            while not self._over.is_set():
                addresses = self._addresses()
                self._wait = _WAIT if len(addresses) == 1 else _SHORT_WAIT
                for address in addresses:
                    if address not in pollers or not pollers[address].is_alive():
                        pollers[address] = Thread(target=self._poll, args=(address, pool), daemon=True)
                        pollers[address].start()
                self._over.wait(5)
            for poller in pollers.values():
                poller.join()
        self._client.close()
        if self._trouble:
            raise Refused(Problem("no-login", self._trouble))

    def _addresses(self) -> list[str]:
        """Give the nodes that live; the one that we know where none can be asked."""
        try:
            shards = self._client.get(f"{self._url}/api/shards", timeout=5).raise_for_status().json()["shards"]
        except (httpx.HTTPError, ValueError, KeyError):
            return [self._url]
        return sorted({one["address"] for one in shards if one.get("lives") and one.get("address")}) or [self._url]

    def _poll(self, address: str, pool: ThreadPoolExecutor) -> None:
        """Fetch from one node as long as it can be reached and hands are free, one job a free hand."""
        while not self._over.is_set():
            if not self._free.acquire(timeout=0.5):
                continue
            jobs = self._fetch(address)
            if not jobs:
                self._free.release()
            for job in jobs or ():
                pool.submit(self._work, address, job)
            if jobs is None:
                self._over.wait(_AGAIN)
                return

    def _fetch(self, address: str) -> list[Work] | None:
        wanted = {"worker": self.name, "topics": list(self._functions), "lease": self._lease, "wait": self._wait}
        try:
            answer = self._client.post(f"{address}/api/jobs/fetch", content=_encode(wanted))
            if answer.status_code in {401, 403}:
                self._trouble = answer.text
                self.stop()
            answer.raise_for_status()
            plain = json.loads(answer.content, parse_float=Decimal)["jobs"]
            return [Work(**{name: one[name] for name in Work._fields}) for one in plain]
        except (httpx.HTTPError, ValueError, ArithmeticError, KeyError):
            return None

    def _work(self, address: str, job: Work) -> None:
        with self._lock:
            self._at_work[job.id, job.lock] = address, job
        try:
            path, body = self._tried(job)
            self._answer(f"{address}/api/jobs/{job.id}/{path}", {"worker": self.name, "lock": job.lock, **body})
        finally:
            with self._lock:
                del self._at_work[job.id, job.lock]
            self._free.release()

    def _tried(self, job: Work) -> tuple[str, dict[str, Any]]:
        try:
            return "complete", {"result": dict(self._functions[job.topic](job) or {})}
        except BpmnError as error:
            return "error", {"code": _plain(error.code), "message": _plain(error.message)}
        except Permanent as error:
            return "fail", {"message": _plain(str(error)), "retries": 0}
        except Exception as error:  # noqa: BLE001 (a function may raise anything: the attempt failed)
            return "fail", {"message": _plain(f"{type(error).__name__}: {error}")}

    def _answer(self, url: str, body: dict[str, Any]) -> None:
        """Say how it went until somebody has noted it, or the lease is over anyway; the same twice does no harm."""
        for _ in range(int(_PATIENT / _AGAIN)):
            try:
                answer = self._client.post(url, content=_encode(body), follow_redirects=False)
            except httpx.HTTPError:
                url = self._url + urlsplit(url).path  # its node may be gone; ours knows where the job is now
            else:
                if answer.status_code == 422 and "result" in body:
                    url = url.removesuffix("complete") + "fail"
                    body = {"message": _plain(answer.text), "retries": 0, **{n: body[n] for n in ("worker", "lock")}}
                    continue
                if answer.status_code != 307 and answer.status_code < 500:
                    return
                url = answer.headers.get("location", url)
            sleep(_AGAIN)

    def _keep(self) -> None:
        """Keep the leases of what is at work."""
        while not self._client.is_closed:
            sleep(self._lease / 3)
            with self._lock:
                held = list(self._at_work.values())
            for address, job in held:
                self._extend(address, job)

    def _extend(self, address: str, job: Work) -> None:
        body = _encode({"lock": job.lock, "lease": self._lease})
        for node in (address, self._url):
            try:
                url = f"{node}/api/jobs/{job.id}/extend"
                self._client.post(url, content=body, timeout=5, follow_redirects=True)
            except (httpx.HTTPError, RuntimeError):  # no answer, or we ended meanwhile
                continue
            return


def _plain(text: str) -> str:
    return text.encode(errors="replace").decode().replace("\0", "?")[:_LONGEST]
