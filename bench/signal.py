"""A signal to many: so many items wait for it, it is broadcast, killed with SIGKILL half way, and completed.

Others are served meanwhile: every few milliseconds somebody brings a new item, and waits for its answer.
`python -m bench.signal CHILD DATABASE FOLDER` is the process that is killed and started again.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from alihdaya.operations.desk import Desk, Service

WAITING = int(os.environ.get("ALIHDAYA_BENCH_ROWS", "100000"))
PAUSE = 0.02
_PROCESS = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="urn:bench">
<signal id="g" name="alarm"/><process id="errand" isExecutable="true"><startEvent id="start"/>
<intermediateCatchEvent id="hear"><signalEventDefinition signalRef="g"/></intermediateCatchEvent>
<endEvent id="done"/><sequenceFlow sourceRef="start" targetRef="hear"/><sequenceFlow sourceRef="hear" targetRef="done"/>
</process></definitions>"""


def run() -> Iterator[dict[str, Any]]:
    """Yield the lines of the bench."""
    with tempfile.TemporaryDirectory(prefix="alihdaya-bench-") as place:
        folder, database = Path(place), Path(place) / "signal.db"
        _fill(database, folder)
        first = _child("broadcast", database, folder, until=WAITING // 2)
        second = _child("go-on", database, folder)
        heard = _heard(database)
    cpu = first["cpu"] + second["cpu"]
    yield {
        "bench": "signal",
        "case": f"broadcast to {WAITING:,} who wait, killed half way",
        "engine": "alihdaya",
        "value": round(WAITING / cpu),
        "unit": "items_per_cpu_s",
        "cpu_s": round(cpu, 1),
        "killed_after": first["done"],
        "heard_once": sum(n == 1 for n in heard.values()),
        "heard_twice": sum(n > 1 for n in heard.values()),
        "longest_commit_ms": max(first["longest_ms"], second["longest_ms"]),
        "longest_commit_cpu_ms": max(first["longest_cpu_ms"], second["longest_cpu_ms"]),
        "first_commit_cpu_ms": first["first_cpu_ms"],
        "peak_mb": max(first["peak_mb"], second["peak_mb"]),
        "before_mb": first["before_mb"],
        "served_meanwhile": first["served"] + second["served"],
        "longest_answer_ms": max(first["answer_ms"], second["answer_ms"]),
    }


def _pack(folder: Path) -> Any:
    from alihdaya.packs import load
    from bench.chaos.pack import write_pack

    target = folder / "errand"
    if not target.exists():
        write_pack(target)
        (target / "processes" / "errand.bpmn").write_text(_PROCESS)
    return load(target)


def _open(database: Path, folder: Path) -> "tuple[Desk, Service]":
    from alihdaya.engagement import terms as agreement
    from alihdaya.operations.opening import open_desk
    from alihdaya.operations.sign import open_service
    from alihdaya.store import open_store

    pack = _pack(folder)
    desk = open_desk(open_store(database), recorded=_now, packs={pack.digest: pack})
    return desk, open_service(desk, pack, agreement.parse((pack.terms or "").encode()), _now())


def _now() -> int:
    return time.time_ns() // 1000


def _fill(database: Path, folder: Path) -> None:
    from alihdaya.operations.perform import perform

    desk, service = _open(database, folder)
    for n in range(WAITING):
        perform(desk, _receipt(service, f"c-{n}"), _now())
        if n % 1000 == 999:
            desk.commit()
    desk.commit()
    desk.close()


def _receipt(service: "Service", claim: str) -> Any:
    from alihdaya.operations.commands import Receive

    return Receive(service, "bench", claim, 0, 0, {"claim": claim, "kind": "-"})


def _child(what: str, database: Path, folder: Path, *, until: int = 0) -> dict[str, Any]:
    """Run the process; kill it once so many have heard, or let it come to its end. Gives its last word."""
    command = [sys.executable, "-m", "bench.signal", what, str(database), str(folder)]
    last: dict[str, Any] = {}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or ():
            last = json.loads(line)
            if until and last["done"] >= until:
                process.kill()
    return last


def _heard(database: Path) -> Counter[int]:
    from alihdaya.store import open_store

    with open_store(database, read_only=True) as store:
        return Counter(entry.item for entry in store.read_log() if entry.by == "signal" and entry.item)


class _Told:
    """What the process has to say after each commit; also the mailroom's counter of groups."""

    def __init__(self) -> None:
        self.figures: dict[str, Any] = {"done": 0, "served": 0, "longest_ms": 0, "answer_ms": 0}
        self.figures |= {"first_cpu_ms": 0, "longest_cpu_ms": 0}
        self.begun = self.spent = 0.0
        self.over = self.opened = False

    def add(self, _: int, seconds: float) -> None:
        """Hear of a commit."""
        self.figures["longest_ms"] = max(self.figures["longest_ms"], round(seconds * 1000))

    def __call__(self, desk: "Desk") -> None:
        """Say how far it is; called by the writer's thread, which does nothing between two commits but work."""
        spent, self.spent = self.spent, time.thread_time()
        if self.opened:
            took = round((self.spent - spent) * 1000)
            self.figures["first_cpu_ms"] = self.figures["first_cpu_ms"] or took
            self.figures["longest_cpu_ms"] = max(self.figures["longest_cpu_ms"], took)
        self.opened = True
        spreads = list(desk.board.spreads.values())
        self.over = not spreads
        self.figures["done"] = spreads[0].done if spreads else WAITING
        self.figures["cpu"] = time.process_time() - self.begun
        self.figures["peak_mb"] = round(getrusage(RUSAGE_SELF).ru_maxrss / 1024)


def _work(what: str, database: Path, folder: Path) -> None:
    from alihdaya.operations.exchange.commands import Broadcast
    from alihdaya.operations.node.mailroom import Mailroom

    told = _Told()
    kept: list[Service] = []

    def opened() -> "Desk":
        desk, service = _open(database, folder)
        kept.append(service)
        return desk

    groups: Any = told
    with Mailroom(opened, clock=_now, told=told, groups=groups) as room:
        while not told.opened:
            time.sleep(0.01)
        told.figures["before_mb"] = round(getrusage(RUSAGE_SELF).ru_maxrss / 1024)
        told.begun = time.process_time()
        if what == "broadcast":
            room.post(Broadcast("alarm", {}), _now()).result()
        while not told.over:
            asked = time.perf_counter()
            room.post(_receipt(kept[0], f"{what}-{told.figures['served']}"), _now()).result()
            told.figures["served"] += 1
            waited = round((time.perf_counter() - asked) * 1000)
            told.figures["answer_ms"] = max(told.figures["answer_ms"], waited)
            print(json.dumps(told.figures), flush=True)
            time.sleep(PAUSE)
        print(json.dumps(told.figures), flush=True)


if __name__ == "__main__":
    _work(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
