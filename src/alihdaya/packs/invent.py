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


def changes(rows: int, seed: int) -> Iterator[Row]:
    """Yield requested changes of four weeks in the order of their time, five to the hundred wrong on purpose."""
    for number in range(1, rows + 1):
        draw = drawer(seed, number)
        kind = draw("kind", ("standard", 40), ("normal", 50), ("emergency", 10))
        harm = (("low", 70), ("medium", 30)) if kind == "standard" else (("low", 30), ("medium", 45), ("high", 25))
        asked = _asked(number, rows, draw)
        row: Row = {
            "change": f"CHG-{number:04}",
            "requested_at": f"{asked:%Y-%m-%dT%H:%M:%SZ}",
            "requester": _name(draw, _SHOPKEEPERS, _SHOPS),
            "system": draw("system", *_evenly(("web shop", "payments", "warehouse", "reporting", "sign-on"))),
            "kind": kind,
            "impact": draw("impact", *harm),
            "likelihood": draw("likelihood", ("likely", 12), ("possible", 45), ("unlikely", 43)),
            "reversible": draw("reversible", ("true", 85), ("false", 15)),
            "migrates": draw("migrates", ("true", 35), ("false", 65)),
            "switches": draw("switches", ("true", 55), ("false", 45)),
            "window_start": f"{_window(asked, kind, draw):%Y-%m-%dT%H:%M:%SZ}",
            "purpose": "",
        }
        yield row | _spoilt_change(number)


_SHOPKEEPERS: Final = ("Mei", "Siti", "Arjun", "Hui Min", "Farah", "Kumar", "Jia", "Nurul")
_SHOPS: Final = ("Contoh", "Example", "Pretend", "Imagined", "Andaian", "Sample")


def _asked(number: int, rows: int, draw: Draw) -> datetime:
    """Spread the rows over 20 working days, from nine to half past five in Singapore."""
    place = (number - draw("minute")) * 20 / rows
    day = int(place) + 2 * (int(place) // 5)
    return FIRST_DAY + timedelta(days=day, hours=1, seconds=int((place % 1) * 8.5 * 3600))


def _window(asked: datetime, kind: str, draw: Draw) -> datetime:
    """Give the evening of a working day, seven in Singapore: the same day in an emergency, else days later."""
    later = 0 if kind == "emergency" else 2 + int(4 * draw("window"))
    day = asked.replace(hour=11, minute=0, second=0) + timedelta(days=later)
    return day + timedelta(days=max(0, 8 - day.isoweekday()) if day.isoweekday() > 5 else 0)


def _spoilt_change(number: int) -> Row:
    wrong: dict[int, Row] = {
        15: {"kind": "urgent"},
        35: {"window_start": "next week"},
        55: {"reversible": "maybe"},
        75: {"likelihood": ""},
        95: {"change": f"CHG-{number - 45:04}"},
    }
    return wrong.get(number % 100, {})


_FUNCTIONS: Final = (
    ("Claims mail", "Claims agent"),
    ("Payroll entry", "Payroll clerk"),
    ("Help desk", "Help desk agent"),
    ("Policy changes", "Policy clerk"),
    ("Invoice entry", "Accounts clerk"),
    ("Market watch", "Research analyst"),
)
_HOLDERS: Final = ("Aisyah", "Bala", "Chen", "Devi", "Elmi", "Faiz", "Gita", "Hong", "Intan", "Jaya")


def transitions(rows: int, seed: int) -> Iterator[Row]:
    """Yield functions that go over to a provider in four weeks, ten to the hundred wrong on purpose."""
    for number in range(1, rows + 1):
        draw = drawer(seed, number)
        told = _asked(number, rows, draw)
        function, title = draw("function", *((one, 1.0) for one in _FUNCTIONS))
        count = 1 + int(6 * draw("posts") ** 1.5)
        live = (told + timedelta(days=16 + int(8 * draw("live")))).replace(hour=1, minute=0, second=0)
        row: Row = {
            "reference": f"TR-{number:03}",
            "announced_at": f"{told:%Y-%m-%dT%H:%M:%SZ}",
            "function": function,
            "provider": draw("provider", *_evenly(("PT Misal Karya", "Umpama Works Ltd", "Contoh Services Sdn Bhd"))),
            "kind": "KPO" if title == "Research analyst" else "BPO",
            "shore": draw("shore", ("onshore", 30), ("nearshore", 30), ("offshore", 40)),
            "affected_posts": "; ".join(f"{title} {one}: {_holder(draw, one)}" for one in range(1, count + 1)),
            "post_count": count + (number % 10 == 3),
            "parallel_days": draw("parallel", (3, 2), (5, 3), (7, 1)),
            "go_live": f"{live:%Y-%m-%dT%H:%M:%SZ}",
        }
        yield row | _spoilt_transition(number)


def _holder(draw: Draw, post: int) -> str:
    if draw(f"vacant {post}") < 0.1:
        return "vacant"
    return f"{draw(f'given {post}', *_evenly(_HOLDERS))} {draw(f'family {post}', *_evenly(_SHOPS))}"


def _spoilt_transition(number: int) -> Row:
    """Give what stands in place of some cells; that a post is missing from the list is for people to mend."""
    wrong: dict[int, Row] = {8: {"affected_posts": ""}, 16: {"shore": "on the moon"}, 24: {"go_live": "soon"}}
    return wrong.get(number % 30, {})


KINDS: Final[dict[str, Callable[[int, int], Iterator[Row]]]] = {
    "techsolutions": changes,
    "techsupport": incidents,
    "transition": transitions,
}
"""Pack -> what makes its rows of how many there shall be and the seed."""


def write(pack: str, rows: int, seed: int, file: TextIO) -> None:
    """Write a pack's invented rows as CSV. Raises KeyError for a pack without."""
    made = list(KINDS[pack](rows, seed))
    writer = csv.DictWriter(file, list(made[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(made)


if __name__ == "__main__":
    write(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.stdout)
