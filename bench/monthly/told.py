"""One process of the bench: `python -m bench.monthly.told KIND PLACE` does one thing and says what it took, as JSON.

`bill` opens the store, makes the month's bill (attainment, usage, credits, invoice, margin) and tells its figures;
`lines` asks for random pages of random lines, each timed by itself; `kinds` bills by the other card, `amended` after an
amendment in the month's middle.
"""

import json
import random
import sys
import time
from datetime import date
from typing import Any

from alihdaya.engagement.invoice import Line
from alihdaya.operations.books.account.agree import amend
from alihdaya.operations.books.bill import bill, terms_of
from alihdaya.operations.books.lines import page_behind
from alihdaya.operations.floor.collector import stay
from alihdaya.operations.opening import open_desk
from alihdaya.store import open_store, views
from bench.monthly import MONTH, peak_mib
from bench.monthly.made import terms

PAGES = 1_000
LONGEST = 30
"""Minutes of the longest task: so many a page has at most for each of its tasks."""
PAGE = 100
MIDDLE = date(2026, 3, 16)


def billed(place: str) -> dict[str, Any]:
    """Make the bill as `alihdaya invoice` does."""
    with open_store(place, read_only=True) as store:
        made = bill(store, terms_of(store), MONTH)
    usage: dict[str, dict[str, int]] = {}
    for line in made.invoice.lines:
        units = usage.setdefault(line.service, {})
        units[line.unit] = units.get(line.unit, 0) + int(line.quantity)
    return {
        "usage": usage,
        "clocks": {f"{one.service} {one.clock}": [one.met, one.missed] for one in made.attainments},
        "credits": str(made.invoice.credited.amount),
        "total": str(made.invoice.total.amount),
        "margin": str(made.margin.amount.amount),
        "labour": str(made.margin.labour.amount),
    }


def kinds(place: str) -> dict[str, Any]:
    """Make the bill of the same month by a card with the other kinds of rates, and ask for pages of each line."""
    other = terms("kinds")
    with open_store(place, read_only=True) as store:
        wall = time.perf_counter()
        made = bill(store, other, MONTH).invoice
        billed_in = time.perf_counter() - wall
        stay()  # as servers do before they answer
        peak, took = peak_mib(), dict[str, float]()
        dice, whole = random.Random(1), True
        tasks = sum(row.tasks for row in views.labour(store, other.engagement, MONTH) if row.service == "claims")
        for line in [one for one in made.lines if one.part != "shortfall"]:
            name = f"{line.service}/{line.unit} {line.overtime or line.tier}"
            behind = tasks if line.kind == "seat" else _least(line)
            for _ in range(5):
                page = dice.randrange(1, max(2, behind // PAGE))
                start = time.perf_counter()
                found = page_behind(store, other, MONTH, line.number, page)
                took[name] = max(took.get(name, 0.0), 1000 * (time.perf_counter() - start))
                whole = whole and len(found) == PAGE
    sums = {f"{one.service}/{one.unit} {one.part} {one.overtime}": "0" for one in made.lines}
    for key in sums:
        parts = [one.quantity for one in made.lines if f"{one.service}/{one.unit} {one.part} {one.overtime}" == key]
        sums[key] = str(sum(parts))
    slow = {name: round(ms, 1) for name, ms in took.items()}
    told = {"billed_s": billed_in, "bill_peak_mib": peak, "sums": sums, "total": str(made.total)}
    return {**told, "page_ms": slow, "full_pages": whole}


def drilled(place: str) -> dict[str, Any]:
    """Ask for pages by a seeded choice; each is timed from the call to the list of its items."""
    dice, pages, took = random.Random(6), [], []
    with open_store(place, read_only=True) as store:
        terms = terms_of(store)
        lines = bill(store, terms, MONTH).invoice.lines
        stay()
        for _ in range(PAGES):
            line = dice.choice(lines)
            page = dice.randrange(1, max(2, int(line.quantity) // PAGE))
            start = time.perf_counter()
            found = page_behind(store, terms, MONTH, line.number, page)
            took.append(time.perf_counter() - start)
            pages.append([line.service, line.unit, line.first + (page - 1) * PAGE, found])
    took.sort()
    return {"pages": pages, "p50_ms": 1000 * took[len(took) // 2], "p99_ms": 1000 * took[int(len(took) * 0.99)]}


def amended(place: str) -> dict[str, Any]:
    """Agree on the other card from the middle of the month on; bill it, and ask for pages of each line."""
    with open_store(place) as store:
        at = max(entry.at for entry in store.read_log(after=store.last_seq() - 1))
        amend(open_desk(store, recorded=lambda: at), terms("kinds"), MIDDLE, "agreed", "bench", retroactive=True)
    with open_store(place, read_only=True) as store:
        wall, other = time.perf_counter(), terms_of(store)
        made = bill(store, other, MONTH).invoice
        billed_in, took, pages = time.perf_counter() - wall, dict[str, list[float]](), list[Any]()
        stay()
        dice, usage, whole = random.Random(8), dict[str, dict[str, int]](), True
        for line in [one for one in made.lines if one.part != "shortfall"]:
            counts = line.kind == "item" and line.part == "usage"
            if counts:
                units = usage.setdefault(line.service, {})
                units[line.unit] = units.get(line.unit, 0) + int(line.quantity)
            for _ in range(20):
                page = dice.randrange(1, max(2, _least(line) // PAGE))
                start = time.perf_counter()
                found = page_behind(store, other, MONTH, line.number, page)
                name = f"{line.service}/{line.unit} {line.since[5:]} {line.overtime or line.tier}"
                took.setdefault(name, []).append(1000 * (time.perf_counter() - start))
                whole = whole and len(found) == PAGE
                if counts:
                    pages.append([line.service, line.unit, found])
    every = sorted(ms for some in took.values() for ms in some)
    late = {"p50_ms": every[len(every) // 2], "p99_ms": every[int(len(every) * 0.99)]}
    slow = {name: round(max(some), 1) for name, some in took.items()}
    told = {"billed_s": billed_in, "bill_peak_mib": peak_mib(), "usage": usage, "page_ms": slow, "full_pages": whole}
    return {**told, "pages": pages, "asked": len(every), **late}


def _least(line: Line) -> int:
    """Give a number of facts that a line has at least, by what it bills."""
    if line.kind == "seat":
        return 2 * int(line.quantity)
    return int(line.quantity * {"hour": 60, "minute": 1}.get(line.kind, LONGEST)) // LONGEST


KINDS = {"bill": billed, "lines": drilled, "kinds": kinds, "amended": amended}


def main() -> None:
    """Do one thing, and print what it took: seconds after the imports, and the greatest resident size ever, in MiB."""
    kind, place = sys.argv[1:]
    wall, cpu = time.perf_counter(), time.process_time()
    told = KINDS[kind](place)
    told["seconds"] = round(time.perf_counter() - wall, 3)
    told["cpu_s"] = round(time.process_time() - cpu, 3)
    told["peak_mib"] = peak_mib()
    print(json.dumps(told))


if __name__ == "__main__":
    main()
