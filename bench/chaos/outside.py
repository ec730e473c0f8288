"""The outside service: does each thing once by its Idempotency-Key, counts keys, and is not always well."""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from threading import Lock, Thread
from typing import Any

REFUSES, DROPS = 0.02, 0.01
"""How often it answers 503 before it did anything, and how often it does it and hangs up without an answer."""


class Outside:
    """What happened: (claim, name) -> the keys under which it was done. `happened` hears of each first effect."""

    def __init__(self, seed: int, happened: Callable[[str, str], None]) -> None:
        self.lock = Lock()
        self.effects: dict[tuple[str, str], set[str]] = defaultdict(set)
        self.seen: Counter[str] = Counter()
        self.resends = 0
        self._chance = Random(seed)
        self._happened = happened

    def take(self, key: str, claim: str, name: str) -> str:
        """Do what is asked, unless this key was done before; gives "refuse", "drop" or "answer"."""
        with self.lock:
            luck = self._chance.random()
            if luck < REFUSES:
                return "refuse"
            self.seen[key] += 1
            if self.seen[key] > 1:
                self.resends += 1
                return "answer"
            first = not self.effects[claim, name]
            self.effects[claim, name].add(key)
        if first:
            self._happened(claim, name)
        return "drop" if luck < REFUSES + DROPS else "answer"

    def doubled(self) -> int:
        """Give how many effects happened once too often."""
        return sum(len(keys) - 1 for keys in self.effects.values())


@contextmanager
def served(outside: Outside, hosts: list[str], port: int) -> Iterator[None]:
    """Answer on these addresses while the block runs."""
    servers = [_Server((host, port), _handler(outside)) for host in dict.fromkeys(hosts)]
    for server in servers:
        Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: lines are cut here on purpose."""


def _handler(outside: Outside) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 60
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            key = self.headers["Idempotency-Key"]
            outcome = outside.take(key, body["payload"]["claim"], body["name"])
            if outcome == "drop":
                self.close_connection = True
                return
            answer = json.dumps({"booking" if body["name"] == "book" else "receipt": key}).encode()
            self.send_response(200 if outcome == "answer" else 503)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: Any) -> None:
            pass

    return Handler
