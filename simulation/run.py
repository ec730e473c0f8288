"""One seed: a world of two nodes and two shards, a day of work and faults, then calm, then the reckoning."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from alihdaya.engagement import terms as agreement
from alihdaya.operations.opening import open_desk
from alihdaya.operations.sign import open_service
from alihdaya.packs import load
from alihdaya.store import open_store
from simulation.actors import PEOPLE, Client, Line, Misfortune, Screen, Worker
from simulation.between import Eyes
from simulation.invariants import violations
from simulation.leases import Leases
from simulation.node import Node, Offer
from simulation.world import START, World

SHARDS, CLAIMS, HOURS, CALM = 2, 120, 24.0, 72.0
_HERE = Path(__file__).parent


class Report(NamedTuple):
    """What one seed gave. `digest` names its whole history; `lines` hold it where it was asked for."""

    seed: int
    hours: float
    faults: dict[str, int]
    violations: tuple[str, ...]
    digest: str
    entries: int
    lines: tuple[str, ...] = ()


@cache
def offer() -> Offer:
    """Load the pack that everything works on."""
    pack = load(_HERE / "claims")
    return Offer(pack, agreement.parse((pack.terms or "").encode()), (pack.roster or "").encode())


@cache
def _template() -> bytes:
    """Make the file of a shard on which the terms are signed and the people employed, once a process."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "shard.db"
        with open_store(file, durable=False) as store:
            desk = open_desk(store, recorded=lambda: START)
            pack, terms, roster = offer()
            open_service(desk, pack, terms, START, roster=roster)
        return file.read_bytes()


def simulate(seed: int, *, keep: bool = False) -> Report:
    """Live through one seed."""
    with TemporaryDirectory(prefix="alihdaya-simulation-") as place:
        return _live(World(seed, keep=keep), Path(place))


def _live(world: World, place: Path) -> Report:
    files = {shard: place / f"shard{shard}.db" for shard in range(1, SHARDS + 1)}
    for file in files.values():
        file.write_bytes(_template())
    leases = Leases(SHARDS)
    stores = {shard: open_store(file, read_only=True) for shard, file in files.items()}
    nodes = [Node(world, name, Eyes(world, stores, leases), files, offer()) for name in ("n1", "n2")]
    screens = {shard: Screen(store, leases, shard) for shard, store in stores.items()}
    line = Line(world, nodes, leases)
    client = Client(world, line, SHARDS, CLAIMS, HOURS * 0.8)
    workers = [Worker(world, line, name, screens) for name in PEOPLE]
    Misfortune(world, nodes, leases, SHARDS)
    world.run(HOURS * 3600)
    world.calm = True
    world.tell("calm")
    world.run(CALM * 3600)
    for node in nodes:
        node.close()
    broken = tuple(violations(stores, client, workers))
    entries = sum(store.last_seq() for store in stores.values())
    for store in stores.values():
        store.close()
    hours = (world.now - START) / 3_600_000_000
    return Report(world.seed, hours, dict(world.faults), broken, world.digest, entries, tuple(world.lines or ()))
