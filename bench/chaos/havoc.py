"""The havoc: nodes killed and cut off at random, PostgreSQL felled once, and how long each shard had nobody."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from threading import Thread

import psycopg

from bench.chaos.cluster import Cluster
from bench.chaos.network import Line
from bench.chaos.pack import SENDS

_HOLDS = (
    "select l.shard, l.node, r.at, n.address from alihdaya.lease l left join alihdaya.node n on n.id = l.node "
    "left join alihdaya.ready r on r.shard = l.shard and r.epoch = l.epoch"
)


class NodeProcess:
    """A node as a process of its own, on its line; started again after each end."""

    def __init__(self, line: Line, command: list[str], address: str, log: Path) -> None:
        self.line = line
        self.address = address
        self.frozen = False
        self._command = line.inside(command)
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, unless it runs."""
        if self._process is None:
            with self._log.open("ab") as log:
                self._process = subprocess.Popen(self._command, stdout=log, stderr=log)

    def kill(self) -> None:
        """SIGKILL: no word of farewell."""
        if self._process is not None:
            os.kill(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def cut(self) -> None:
        """Cut it off; without a line of its own, freeze it, which is as silent."""
        self.frozen = True
        if self.line.namespace:
            self.line.cut()
        elif self._process is not None:
            os.kill(self._process.pid, signal.SIGSTOP)

    def mend(self) -> None:
        """End the silence."""
        if self.frozen and self.line.namespace:
            self.line.mend()
        elif self.frozen and self._process is not None:
            os.kill(self._process.pid, signal.SIGCONT)
        self.frozen = False

    def end(self) -> None:
        """Ask it to leave, and wait; a node that does not is killed."""
        self.mend()
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(30)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None


@dataclass(slots=True)
class Blow:
    """A kill or cut at `at` (microseconds): the shards that the victim held and that nobody has taken over yet."""

    at: int
    node: str
    shards: set[int]
    alone: bool
    """Whether nobody else lived who could take over, or PostgreSQL or the others fell before they had."""
    over: bool = False


@dataclass(slots=True)
class Watch:
    """Looks at the directory, ten times a second, for how long shards have nobody. Takeovers in seconds.

    `waits` are those where nobody was left to take over until a node was started again; `struck`: shards that struck
    nodes held, and `came_back` those that their own node had again before anybody took them over.
    """

    url: str
    blows: list[Blow] = field(default_factory=list)
    takeovers: list[float] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    struck: int = 0
    came_back: int = 0
    over: bool = False

    def look(self) -> list[tuple[int, str | None, int | None, str | None]]:
        """Give (shard, node, ready_at, address) of every lease; nothing while the database is away."""
        try:
            with psycopg.connect(self.url, autocommit=True, connect_timeout=2) as connection:
                return list(connection.execute(_HOLDS).fetchall())
        except psycopg.Error:
            return []

    def strike(self, address: str) -> Blow:
        """Remember what the node at this address holds now, just before it is struck."""
        self.disturb()
        seen = self.look()
        rows = [row for row in seen if row[3] == address and row[2] is not None]
        others = any(row[3] not in {None, address} and row[2] is not None for row in seen)
        blow = Blow(time.time_ns() // 1000, rows[0][1] or "" if rows else "", {row[0] for row in rows}, not others)
        self.blows.append(blow)
        self.struck += len(rows)
        return blow

    def disturb(self) -> None:
        """Remember of all takeovers that are still awaited that something else struck before they came."""
        for blow in self.blows:
            blow.alone = blow.alone or bool(blow.shards)

    def run(self) -> None:
        """Watch until told otherwise."""
        while not self.over:
            self._settle(self.look())
            time.sleep(0.1)

    def _settle(self, rows: list[tuple[int, str | None, int | None, str | None]]) -> None:
        for blow in [one for one in self.blows if one.shards]:
            for shard, node, ready, _ in rows:
                if shard in blow.shards and node != blow.node and ready is not None and ready > blow.at:
                    (self.waits if blow.alone else self.takeovers).append((ready - blow.at) / 1_000_000)
                    blow.shards.discard(shard)
                elif blow.over and shard in blow.shards and node == blow.node:
                    blow.shards.discard(shard)
                    self.came_back += 1


@dataclass(slots=True)
class Havoc:
    """Strikes by chance until the time is over. Counts what it did."""

    nodes: list[NodeProcess]
    cluster: Cluster
    watch: Watch
    chance: Random
    kills: int = 0
    cuts: int = 0
    restarts: int = 0

    def run(self, seconds: float) -> None:
        """Strike for so long; PostgreSQL falls once, about in the middle. All stands again at the end."""
        start = time.monotonic()
        fall = seconds * self.chance.uniform(0.4, 0.6)
        while (left := start + seconds - time.monotonic()) > 0:
            if not self.restarts and time.monotonic() - start > fall:
                self._fell()
            else:
                self._strike(min(left, self.chance.uniform(2, 6)))
            time.sleep(max(0.0, min(self.chance.uniform(1, 5), start + seconds - time.monotonic())))
        for node in self.nodes:
            node.mend()
            node.start()

    def _strike(self, pause: float) -> None:
        node = self.chance.choice(self.nodes)
        blow = self.watch.strike(node.address)
        if self.chance.random() < 0.5:
            node.kill()
            self.kills += 1
            time.sleep(pause)
            node.start()
        else:
            node.cut()
            self.cuts += 1
            time.sleep(pause + 4)
            node.mend()
            blow.over = True

    def _fell(self) -> None:
        self.watch.disturb()
        self.cluster.stop()
        self.restarts += 1
        time.sleep(self.chance.uniform(0.5, 3))
        self.cluster.start()


def watching(watch: Watch) -> Thread:
    """Start a watch in a thread of its own."""
    thread = Thread(target=watch.run, daemon=True)
    thread.start()
    return thread


def node_command(*, url: str, listen: str, pack: Path, endpoint: str, shards: int) -> list[str]:
    """Give the command line of a node."""
    start = [sys.executable, "-m", "alihdaya.cli", "--lang", "en", "--store", url, "node", "--pack", str(pack)]
    ends = [part for name in SENDS for part in ("--endpoint", f"{name}={endpoint}")]
    return [*start, "--listen", listen, *ends, "--shards", str(shards)]
