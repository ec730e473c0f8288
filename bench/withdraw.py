"""A certificate is withdrawn at one node: how long until the other node refuses its holder work.

Two nodes in processes of their own share a PostgreSQL. Somebody with a certificate is given one waiting task after the
other at node B; at node A the certificate is withdrawn. The clock runs from the asking until B refuses for the first
time. Once each way: by A's API, and by the command line, which no node need hear of.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from bench.running.cluster import BINARIES, cluster

TIMES = int(os.environ.get("ALIHDAYA_BENCH_ROWS", "60"))
SHARDS = 4
_PATIENCE = 100
_PROCESS = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
xmlns:alihdaya="https://alihdaya.org/bpmn/1" id="d" targetNamespace="urn:bench">
<process id="errand" isExecutable="true"><startEvent id="start"/>
<userTask id="see" name="See to it" alihdaya:skill="errand" alihdaya:certificate="errand"/><endEvent id="done"/>
<sequenceFlow sourceRef="start" targetRef="see"/><sequenceFlow sourceRef="see" targetRef="done"/>
</process></definitions>"""


def run() -> Iterator[dict[str, Any]]:
    """Yield the lines of the bench."""
    if not (BINARIES / "initdb").exists():
        yield {"bench": "withdraw", "skipped": "no PostgreSQL 15"}
        return
    with tempfile.TemporaryDirectory(prefix="alihdaya-bench-") as place, cluster() as server:
        pack = _pack(Path(place), 2 * TIMES)
        with _node(server.url, pack) as a, _node(server.url, pack) as b:
            town = Town(server.url, a, b)
            yield _line("by the other node's API", [town.seconds(n, town.by_api) for n in range(TIMES)])
            few = range(TIMES, TIMES + max(TIMES // 6, 1))
            yield _line("by the command line", [town.seconds(n, town.by_command) for n in few])


def _line(case: str, seconds: list[float]) -> dict[str, Any]:
    found = [round(1000 * one, 1) for one in seconds]
    p90 = quantiles(found, n=10)[-1] if len(found) > 1 else found[0]
    return {
        "bench": "withdraw",
        "case": f"withdrawn {case}, until another node refuses",
        "engine": "alihdaya",
        "value": round(median(found), 1),
        "unit": "ms_p50",
        "p90_ms": round(p90, 1),
        "max_ms": max(found),
        "runs": len(found),
        "shards": SHARDS,
    }


class Town:
    """Two nodes, A and B, by their ports; tasks wait in a shard of B's."""

    def __init__(self, url: str, a: int, b: int) -> None:
        self.url, self.a, self.b = url, a, b
        self._waiting: list[str] = []
        self._taken = 0
        _until(lambda: all(len(_ask(port, "GET", "/healthz")[1]["shards"]) == SHARDS // 2 for port in (a, b)))
        self.shards = {f"{shard}-" for shard in _ask(b, "GET", "/healthz")[1]["shards"]}
        _until(lambda: all(row["ready_at"] for row in _ask(a, "GET", "/api/shards")[1]["shards"]))

    def seconds(self, n: int, withdraw: Callable[[str], float]) -> float:
        """Withdraw somebody's certificate and give tasks at B until it refuses."""
        person = f"p-{n}"
        while len(self._waiting) < 150:
            self._bring()
        assert self._given(person)
        begun = withdraw(person)
        while self._given(person):
            assert time.perf_counter() - begun < _PATIENCE
            time.sleep(0.005)
        return time.perf_counter() - begun

    def by_api(self, person: str) -> float:
        """Withdraw at A."""
        begun = time.perf_counter()
        body = {"certificate": "errand", "reason": "an audit"}
        status, said = _ask(self.a, "POST", f"/api/people/{person}/withdraw", body)
        assert status == 204, said
        return begun

    def by_command(self, person: str) -> float:
        """Withdraw by the command line; the clock runs from its end, since a program takes long to load."""
        command = [sys.executable, "-m", "alihdaya.cli", "--store", self.url, "withdraw", person, "errand"]
        subprocess.run([*command, "--because", "an audit"], check=True, capture_output=True)
        return time.perf_counter()

    def _bring(self) -> None:
        data = {"claim": f"c-{self._taken}", "kind": "person"}
        self._taken += 1
        _, made = _ask(self.b, "POST", "/api/items", {"engagement": "acme", "service": "errands", "data": data})
        if "id" in made and any(made["id"].startswith(shard) for shard in self.shards):
            self._waiting.append(made["id"])

    def _given(self, person: str) -> bool:
        """Give somebody the next task at B; False where the gate refuses."""
        item = self._waiting[-1]
        status, said = _ask(self.b, "POST", f"/api/items/{item}/tasks/1/assign", {"person": person})
        if status == 403:
            return False
        assert status == 204, said
        self._waiting.pop()
        while not self._waiting:
            self._bring()
        return True


def _pack(folder: Path, people: int) -> Path:
    from bench.chaos.pack import write_pack

    target = write_pack(folder / "errand")
    (target / "processes" / "errand.bpmn").write_text(_PROCESS)
    manifest = (target / "pack.toml").read_text().replace("certificates = []", 'certificates = ["errand"]')
    (target / "pack.toml").write_text(manifest)
    one = (target / "roster.toml").read_text().replace("[person.shifts]", _HELD + "[person.shifts]")
    (target / "roster.toml").write_text("\n".join(one.replace('"ana"', f'"p-{n}"') for n in range(people)))
    return target


_HELD = 'certificates = [{ name = "errand", from = 2012-12-03, until = 2099-01-01 }]\n'


@contextmanager
def _node(url: str, pack: Path) -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "alihdaya.cli", "--store", url, "node", "--pack", str(pack), "--open"]
    command += ["--listen", f"127.0.0.1:{port}", "--shards", str(SHARDS), "--lease", "20"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            _until(lambda: _answers(port))
            yield port
        finally:
            process.terminate()


def _answers(port: int) -> bool:
    try:
        return _ask(port, "GET", "/healthz")[0] == 200
    except OSError:
        return False


def _until(happened: Callable[[], bool]) -> None:
    end = time.monotonic() + _PATIENCE
    while not happened():
        if time.monotonic() > end:
            raise SystemExit("the nodes did not come to hold their shards")
        time.sleep(0.1)


def _ask(port: int, method: str, path: str, body: dict[str, Any] | None = None) -> tuple[int, Any]:
    """Ask a node, following it to another one."""
    for _ in range(3):
        connection = HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            connection.request(
                method, path, None if body is None else json.dumps(body), {"Content-Type": "application/json"}
            )
            answer = connection.getresponse()
            said = answer.read()
            if answer.status != 307:
                break
            port = int(answer.headers["Location"].split(":")[2].partition("/")[0])
        finally:
            connection.close()
    return answer.status, json.loads(said) if said else None
