"""What the disk and the processor leave over at this moment: the load of `latency`, but nothing but SQLite."""

import sqlite3
import time
from pathlib import Path

_PRAGMAS = ("page_size=8192", "journal_mode=WAL", "synchronous=FULL", "wal_autocheckpoint=4000")


def latency(folder: Path, seconds: float, rate: int = 1_000) -> list[float]:
    """Insert a row and update another `rate` times a second, all that are due in one transaction.

    One thread, no engine, no callers; each counts from the moment at which it was due until it is durable. Gives
    milliseconds, in order.
    """
    file = sqlite3.connect(folder / "floor.db", isolation_level=None)
    for pragma in _PRAGMAS:
        file.execute(f"pragma {pragma}")
    total = int(rate * seconds)
    file.execute("create table history (number integer primary key, body blob)")
    file.execute("create table instance (number integer primary key, body blob)")
    file.execute("begin")
    file.executemany("insert into instance values (?, ?)", [(number, b"-" * 40) for number in range(total)])
    file.execute("commit")
    taken: list[float] = []
    begun = time.perf_counter() + 0.05
    while len(taken) < total:
        time.sleep(max(0.0, begun + len(taken) / rate - time.perf_counter()))
        due = range(len(taken), min(total, int((time.perf_counter() - begun) * rate) + 1))
        file.execute("begin immediate")
        file.executemany("insert into history values (?, ?)", [(number, b"-" * 80) for number in due])
        file.executemany("update instance set body = null where number = ?", [(number,) for number in due])
        file.execute("commit")
        now = time.perf_counter()
        taken += [(now - begun - number / rate) * 1_000 for number in due]
    file.close()
    return sorted(taken)
