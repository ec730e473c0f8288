"""Invented input of sample packs, the same for the same seed: `python -m alihdaya.packs.invent techsupport 300 7`.

Everybody and everything in it is made up. Some rows are wrong on purpose, to show what becomes of them.
"""

import csv
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any, Final, TextIO

FIRST_DAY: Final = datetime(2026, 3, 2, tzinfo=UTC)
"""A Monday; no public holiday follows within four weeks."""

_GIVEN: Final = ("Anke", "Birte", "Claas", "Dirk", "Elke", "Fiete", "Gesa", "Hauke", "Inga", "Jens", "Kerrin", "Lasse")
_FAMILY: Final = ("Beispiel", "Muster", "Erfunden", "Fiktiv", "Ausgedacht", "Probe", "Angenommen", "Platzhalter")

Draw = Callable[..., Any]
Row = dict[str, object]


def drawer(seed: int, number: int) -> Draw:
    """Give a function that draws for row `number` by a name, so that one column's draw never moves another's.

    `draw(name)` gives a number from 0 to below 1; `draw(name, (value, weight), ...)` one of the values.
    """

    def draw(name: str, *weighted: tuple[Any, float]) -> Any:
        part = int.from_bytes(blake2b(f"{seed}/{number}/{name}".encode(), digest_size=7).digest()) / (1 << 56)
        if not weighted:
            return part
        rest = part * sum(weight for _, weight in weighted)
        for value, weight in weighted:
            rest -= weight
            if rest < 0:
                return value
        return weighted[-1][0]

    return draw


def _evenly(values: Sequence[str]) -> list[tuple[str, float]]:
    return [(value, 1.0) for value in values]


def _name(draw: Draw, given: Sequence[str] = _GIVEN, family: Sequence[str] = _FAMILY) -> str:
    return f"{draw('given', *_evenly(given))} {draw('family', *_evenly(family))}"


_SYMPTOMS: Final = {
    "mail": (("password expired", 4), ("mailbox full", 4), ("slow", 2), ("cannot sign in", 3), ("other", 1)),
    "network": (("slow", 6), ("no connection", 4), ("cannot sign in", 1), ("other", 1)),
    "erp": (("error message", 6), ("wrong data", 3), ("password expired", 2), ("slow", 2), ("cannot sign in", 2)),
    "workplace": (("does not print", 5), ("slow", 3), ("error message", 3), ("other", 3)),
    "telephony": (("no connection", 4), ("other", 2), ("cannot sign in", 1)),
}


def incidents(rows: int, seed: int) -> Iterator[Row]:
    """Yield reported incidents of four weeks in the order of their time, five to the hundred wrong on purpose."""
    for number in range(1, rows + 1):
        draw = drawer(seed, number)
        service = draw("service", ("mail", 25), ("network", 17), ("erp", 22), ("workplace", 26), ("telephony", 10))
        channel = draw("channel", ("mail", 28), ("portal", 30), ("chat", 17), ("telephone", 20), ("monitoring", 5))
        row: Row = {
            "ticket": f"INC-{number:05}",
            "reported_at": _opening(number, rows, draw),
            "channel": channel,
            "reporter": "Monitoring" if channel == "monitoring" else _name(draw),
            "service": service,
            "symptom": draw("symptom", *_SYMPTOMS[service]),
            "impact": draw("impact", ("person", 74), ("department", 21), ("organisation", 5)),
            "urgency": draw("urgency", ("stopped", 22), ("hindered", 50), ("can wait", 28)),
            "repeats": int(13 * draw("repeats") ** 4),
            "description": "",
        }
        yield row | _spoilt_incident(number, row)


def _opening(number: int, rows: int, draw: Draw) -> str:
    """Spread the rows over 24 days without Sundays, from five in the morning to eight in the evening, UTC."""
    place = (number - draw("minute")) * 24 / rows
    day = int(place) + int(place) // 6
    moment = FIRST_DAY + timedelta(days=day, hours=5, seconds=int((place % 1) * 15 * 3600))
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _spoilt_incident(number: int, row: Row) -> Row:
    """Give what stands in place of some cells of every hundredth row, and around it."""
    wrong: dict[int, Row] = {
        20: {"service": "fax"},
        40: {"impact": ""},
        60: {"reported_at": str(row["reported_at"]).removesuffix("Z")},
        80: {"repeats": "often"},
        99: {"ticket": f"INC-{number - 50:05}"},
    }
    return wrong.get(number % 100, {})


KINDS: Final[dict[str, Callable[[int, int], Iterator[Row]]]] = {"techsupport": incidents}
"""Pack -> what makes its rows of how many there shall be and the seed."""


def write(pack: str, rows: int, seed: int, file: TextIO) -> None:
    """Write a pack's invented rows as CSV. Raises KeyError for a pack without."""
    made = list(KINDS[pack](rows, seed))
    writer = csv.DictWriter(file, list(made[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(made)


if __name__ == "__main__":
    write(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.stdout)
