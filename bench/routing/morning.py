"""Everybody logs in on a fresh store, and each kind of work was heard of before.

`python -m bench.routing.morning URL FOLDER`, with the folder of bench.routing.trace.
What it leaves is what a provider's switchboard opens when it starts again in the middle of a day.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

from alihdaya.operations.floor.switchboard import Switchboard
from alihdaya.store import open_store
from alihdaya.work.floor import Piece
from alihdaya.work.floor import commands as do
from bench.routing.trace import read

TOGETHER = 10_000
FIRST = 1_000_000_000
"""Items that are only heard of are numbered from here."""


def morning(url: str, folder: Path) -> dict[str, Any]:
    """Bring the store to where a run begins; gives what it cost."""
    roster, trace = read(folder)
    clock = time.process_time()
    board = Switchboard(open_store(url), recorded=lambda: time.time_ns() // 1_000, people=roster)
    heard = [do.Enqueue(Piece(FIRST + n, 1, ask, 0, trace.now)) for n, ask in enumerate(trace.asks)]
    board.carry_out(heard, trace.now)
    board.carry_out([do.Drop(one.piece.item, 1, "cancelled") for one in heard], trace.now)
    people = [do.LogIn(who, shares) for who, shares in trace.at_work]
    for first in range(0, len(people), TOGETHER):
        board.carry_out(people[first : first + TOGETHER], trace.now)
    board.close()
    return {"logged_in": len(people), "logged_in_cpu_s": round(time.process_time() - clock, 1)}


if __name__ == "__main__":
    print(json.dumps(morning(sys.argv[1], Path(sys.argv[2]))))
