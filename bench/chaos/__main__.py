"""`python -m bench.chaos --instances N --seconds S --seed X` prints one JSON object last; exit code 1: not all well."""

import argparse
import json
import shutil
import signal
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from random import Random
from resource import RUSAGE_CHILDREN, getrusage
from statistics import quantiles
from typing import Any

from sqlalchemy import func, select

from alihdaya.channels.api.login import make_token
from alihdaya.store.lease.reader import Shards
from alihdaya.store.lease.tokens import Tokens
from alihdaya.store.schema import ITEM, OUTBOX, POST
from bench.chaos.client import Client, still
from bench.chaos.cluster import BINARIES, Cluster, cluster
from bench.chaos.havoc import Havoc, NodeProcess, Watch, node_command, watching
from bench.chaos.judge import judge
from bench.chaos.network import Line, free_port, hindrance, lines
from bench.chaos.outside import Outside, served
from bench.chaos.pack import write_pack

NODES = 2


def run(
    *, instances: int, seconds: float, seed: int, shards: int = 8, drain: float = 120.0, loopback: bool = False
) -> dict[str, Any]:
    """Let the havoc run over so many instances and seconds, then until all is done; gives the figures.

    It gives up once nothing more has happened for `drain` seconds.
    """
    why = "asked for" if loopback else hindrance()
    if why:
        print(f"chaos: NO NETWORK NAMESPACES ({why}): nodes on loopback, cut off by freezing them", file=sys.stderr)
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="ali-errand-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        made = stack.enter_context(lines(NODES, namespaces=not why))
        hosts = [line.host for line in made]
        base = stack.enter_context(cluster(hosts, free_port(hosts[0])))
        nodes = _nodes(made, base, write_pack(folder / "errand"), shards, folder)
        for node in nodes:
            stack.callback(node.end)
            node.start()
        watch = Watch(base.url())
        watching(watch)
        stack.callback(setattr, watch, "over", True)
        _until_ready(watch, shards)
        client = Client([node.address for node in nodes], instances, instances / (seconds * 0.9), _token(base))
        stack.callback(client.close)
        outside = Outside(seed, client.happened)
        stack.enter_context(served(outside, hosts, OUTSIDE[0]))
        start = time.monotonic()
        before = _children_cpu()
        havoc = Havoc(nodes, base, watch, Random(seed))
        havoc.run(seconds)
        raged = time.monotonic() - start
        client.wait(drain)
        total = time.monotonic() - start
        _until_noted(base, shards, instances, drain)
        client.close()
        for node in nodes:
            node.end()
        shown = {"network": "loopback" if why else "namespaces", "shards": shards, "seed": seed}
        done = {"instances": instances, "kills": havoc.kills, "cuts": havoc.cuts, "postgres_restarts": havoc.restarts}
        times = {
            "seconds": round(raged, 1),
            "total_s": round(total, 1),
            **_takeovers(watch.takeovers),
            **_waits(watch.waits),
            "shards_struck": watch.struck,
            "came_back": watch.came_back,
        }
        times["node_cpu_s"] = round(
            getrusage(RUSAGE_CHILDREN).ru_utime + getrusage(RUSAGE_CHILDREN).ru_stime - before, 1
        )
        return {**done, **judge(base, client, outside, shards), **times, **shown}


OUTSIDE = [0]
"""The outside service's port; chosen once."""


def _token(base: Cluster) -> str:
    """Make the client's token in the nodes' database."""
    text, kept = make_token("chaos", frozenset({"work-in", "operate"}), time.time_ns() // 1000, None)
    tokens = Tokens(base.url())
    tokens.keep(kept)
    tokens.close()
    return text


def _nodes(made: list[Line], base: Cluster, pack: Path, shards: int, folder: Path) -> list[NodeProcess]:
    OUTSIDE[0] = free_port(made[0].host)
    nodes = []
    for number, line in enumerate(made):
        port = 8400 if line.namespace else free_port(line.node)
        command = node_command(
            url=base.url(line.host),
            listen=f"{line.node}:{port}",
            pack=pack,
            endpoint=f"http://{line.host}:{OUTSIDE[0]}/",
            shards=shards,
        )
        nodes.append(NodeProcess(line, command, f"http://{line.node}:{port}", folder / f"node-{number}.log"))
    return nodes


def _until_ready(watch: Watch, shards: int) -> None:
    end = time.monotonic() + 120
    while time.monotonic() < end:
        rows = watch.look()
        if len(rows) == shards and all(ready is not None for _, _, ready, _ in rows):
            return
        time.sleep(0.2)
    raise RuntimeError("the nodes did not come up within two minutes")


def _until_noted(base: Cluster, shards: int, instances: int, patience: float) -> None:
    """Wait until the logs know all that was done: an effect comes before its note, and nodes may still die between."""
    reader = Shards(base.url(), "judge", shards)
    try:
        still(lambda: sum(_noted(reader, n) for n in range(1, shards + 1)), instances, patience, "errands noted")
    finally:
        reader.close()


def _noted(reader: Shards, shard: int) -> int:
    """Give how many items of a shard are delivered; 0 while anything is to go out, or was taken and not forgotten."""
    with reader.shard(shard).snapshot() as connection:
        unsent = any(connection.execute(select(func.count()).select_from(one)).scalar() for one in (OUTBOX, POST))
        done = connection.execute(select(func.count()).where(ITEM.c.status == "delivered")).scalar()
    return 0 if unsent else done or 0


def _takeovers(seconds: list[float]) -> dict[str, Any]:
    if len(seconds) < 2:
        return {"takeovers": len(seconds), "takeover_p95_s": max(seconds, default=None)}
    cuts = quantiles(seconds, n=20, method="inclusive")
    return {
        "takeovers": len(seconds),
        "takeover_p50_s": round(cuts[9], 2),
        "takeover_p95_s": round(cuts[18], 2),
        "takeover_max_s": round(max(seconds), 2),
    }


def _children_cpu() -> int:
    """Give the CPU-seconds of all processes started here that have ended: the nodes."""
    used = getrusage(RUSAGE_CHILDREN)
    return round(used.ru_utime + used.ru_stime)


def _waits(seconds: list[float]) -> dict[str, Any]:
    """Tell of the shards that nobody was left to take over until a node was started again."""
    return {"nobody_left": len(seconds), "nobody_left_max_s": round(max(seconds, default=0), 2)}


def well(figures: dict[str, Any]) -> bool:
    """Say whether nothing was lost, doubled or left."""
    return figures["replay_equal"] and not any(
        figures[name] for name in ("lost", "doubled", "unsent", "unanswered", "untaken")
    )


def main() -> None:
    """Read the arguments, run, print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--instances", type=int, default=20_000)
    parser.add_argument("--seconds", type=float, default=180)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--shards", type=int, default=8)
    parser.add_argument("--loopback", action="store_true")
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that namespaces and processes are taken away
    if not (BINARIES / "initdb").exists():
        sys.exit(f"chaos: no PostgreSQL 15 in {BINARIES} (Debian: postgresql-15); ALIHDAYA_POSTGRESQL names another")
    figures = run(**vars(asked))
    print(json.dumps(figures), flush=True)
    sys.exit(0 if well(figures) else 1)


if __name__ == "__main__":
    main()
