"""The demo's run as a process of its own: `python flight_desk.py URL FILE`. Prints the log's last number per commit."""

import sys
from datetime import datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

from alihdaya.channels.files import count_rows, digest, read_rows
from alihdaya.engagement import terms as agreement
from alihdaya.kernel.time import micros
from alihdaya.operations.opening import open_desk
from alihdaya.operations.run.flow import run
from alihdaya.operations.run.intake import Source
from alihdaya.operations.sign import open_service
from alihdaya.packs import load
from alihdaya.planning.rehearsal import Script
from alihdaya.store import open_store

SEED = 2013


def work(store, file: Path):
    """Take the file through the disruption desk, people played, as `alihdaya demo` does."""
    pack = load("disruption")
    signed = agreement.parse(pack.terms.encode())
    desk = open_desk(store, recorded=lambda: 0, packs={pack.digest: pack})
    at = micros(datetime.combine(signed.signed, time(9), ZoneInfo(signed.client.time_zone)))
    service = open_service(desk, pack, signed, at, roster=pack.roster.encode())
    scripts = {node: Script.of(table) for node, table in pack.rehearsal.items()}
    source = Source(file, digest(file), count_rows(file), lambda after: read_rows(file, pack.intake, after=after))
    return run(desk, service, source, now=lambda: 2_000_000_000_000_000, seed=SEED, scripts=scripts)


def main(url: str, file: str) -> None:
    with open_store(url) as store:
        commit = store.commit

        def told(entries, **more):
            commit(entries, **more)
            tell(entries[-1].seq)

        store.commit = told
        work(store, Path(file))
    tell("done")


def tell(what: object) -> None:
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
