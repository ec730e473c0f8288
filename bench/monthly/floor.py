"""The floors: `python -m bench.monthly.floor sql|csv PLACE START END` counts units and clocks, and prints them as JSON.

Plain SQL on a bare table, or a polars script over a CSV file; nothing of ours is imported.
"""

import json
import sqlite3
import sys
import time
from typing import Any

from bench.monthly import peak_mib

_QUERY = """
select service, unit, count(*),
  sum(case when respond_due is not null and responded_at <= respond_due then 1 else 0 end),
  sum(case when respond_due is not null and responded_at > respond_due then 1 else 0 end),
  sum(case when resolve_due is not null and done_at <= resolve_due then 1 else 0 end),
  sum(case when resolve_due is not null and done_at > resolve_due then 1 else 0 end)
from month where closed_at >= {start} and closed_at < {end} group by service, unit order by service, unit
"""


def by_sql(place: str, start: int, end: int) -> list[Any]:
    """Count by one statement."""
    query = _QUERY.format(start=start, end=end)
    if place.startswith("postgresql"):
        import psycopg

        with psycopg.connect(place) as connection:
            return list(connection.execute(query.encode()))
    return list(sqlite3.connect(place).execute(query))


def by_csv(place: str, start: int, end: int) -> list[Any]:
    """Count by a script over the CSV file."""
    import polars as pl

    within = pl.col("closed_at").is_between(start, end, closed="left")
    counts: list[pl.Expr] = [pl.len()]
    for due, done in (("respond_due", "responded_at"), ("resolve_due", "done_at")):
        counts.append((pl.col(done) <= pl.col(due)).sum().alias(f"{due} met"))
        counts.append((pl.col(done) > pl.col(due)).sum().alias(f"{due} missed"))
    found = pl.scan_csv(place).filter(within).group_by("service", "unit").agg(*counts).sort("service", "unit")
    return list(found.collect().iter_rows())


def main() -> None:
    """Count, and print what it took."""
    kind, place, start, end = sys.argv[1:]
    wall, cpu = time.perf_counter(), time.process_time()
    rows = (by_sql if kind == "sql" else by_csv)(place, int(start), int(end))
    taken = {"seconds": round(time.perf_counter() - wall, 3), "cpu_s": round(time.process_time() - cpu, 3)}
    print(json.dumps({"rows": [[str(part) for part in row] for row in rows], **taken, "peak_mib": peak_mib()}))


if __name__ == "__main__":
    main()
