"""The people and the work of a run in two compact files, so that a run neither makes them nor waits for them.

`python -m bench.routing.trace FOLDER KNOWN AT_WORK RATE SECONDS [RATE SECONDS]…` writes them; `Roster` and `Trace` read
them. A person is a packed row until somebody asks for them.
"""

import json
import sys
import time
from array import array
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from alihdaya.kernel.time import SECOND
from alihdaya.people.person import Certificate, Employment, LanguageTest, Person
from alihdaya.work.floor import Ask, Piece
from alihdaya.work.floor.ask import ask_of
from bench.routing.crowd import PROFILES, Arrival, crowd, work

_pack, _load = msgspec.msgpack.Encoder().encode, msgspec.msgpack.Decoder().decode
CODES = "dIBd"
_EMPLOYMENT = Employment("Provider", "Clients")


class Roster(Mapping[str, Person]):
    """All who are known, by id; each is unpacked when first asked for."""

    def __init__(self, rows: dict[str, bytes]) -> None:
        self._rows = rows
        self._made: dict[str, Person] = {}

    def __getitem__(self, who: str) -> Person:
        found = self._made.get(who)
        if found is None:
            found = self._made[who] = _person(who, self._rows[who])
        return found

    def __contains__(self, who: object) -> bool:
        return who in self._rows

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


class Trace(NamedTuple):
    """What comes in, column by column; `at_work`: (id, shares) of those who log in; instants begin at `now`."""

    now: int
    at_work: list[tuple[str, tuple[int, ...]]]
    asks: list[Ask]
    at: Sequence[float]
    ask: Sequence[int]
    priority: Sequence[int]
    took: Sequence[float]

    def arrival(self, number: int, *, at: float, item: int) -> Arrival:
        """Give the piece of one place of the trace, as item `item` that comes at `at` seconds."""
        due = self.now + int(at * SECOND)
        piece = Piece(item, 1, self.asks[self.ask[number]], self.priority[number], due)
        return Arrival(at, piece, self.took[number])


def write(folder: Path, known: int, at_work: int, rates: list[tuple[float, float]]) -> int:
    """Make people and work, and write both; gives how many items."""
    made = crowd(known, at_work)
    rows = [(who, _packed(person)) for who, person in made.people.items()]
    (folder / "people").write_bytes(_pack(rows))
    asks: dict[Ask, int] = {}
    columns: list[array[Any]] = [array(code) for code in CODES]
    for one in work(made, rates):
        ask = asks.setdefault(one.piece.ask, len(asks))
        for column, value in zip(columns, (one.at, ask, one.piece.priority, one.seconds), strict=True):
            column.append(value)
    present = [(who, profile) for who, _, profile in made.at_work]
    (folder / "work").write_bytes(_pack([made.now, present, list(asks), [one.tobytes() for one in columns]]))
    return len(columns[0])


def read(folder: Path) -> tuple[Roster, Trace]:
    """Read what `write` wrote."""
    roster = Roster(dict(_load((folder / "people").read_bytes())))
    now, present, asks, raw = _load((folder / "work").read_bytes())
    columns: list[array[Any]] = [array(code) for code in CODES]
    for column, data in zip(columns, raw, strict=True):
        column.frombytes(data)
    at_work = [(who, PROFILES[profile][1]) for who, profile in present]
    return roster, Trace(now, at_work, [ask_of(wire) for wire in asks], *columns)


def _packed(one: Person) -> bytes:
    held = one.languages, one.skills, one.tests, one.certificates, one.proficiency, one.walls
    return _pack(held)


def _person(who: str, row: bytes) -> Person:
    languages, skills, tests, certificates, proficiency, walls = _load(row)
    return Person(
        id=who,
        name=who,
        employment=_EMPLOYMENT,
        country="ID",
        time_zone="UTC",
        languages=languages,
        skills=tuple(skills),
        shifts={},
        wage="9",
        currency="USD",
        tests=tuple([LanguageTest(*one) for one in tests]),
        certificates=tuple([Certificate(*one) for one in certificates]),
        proficiency=proficiency,
        walls=tuple(walls),
    )


def _main(folder: str, *numbers: str) -> dict[str, Any]:
    known, at_work, *more = map(float, numbers)
    clock = time.process_time()
    count = write(Path(folder), int(known), int(at_work), list(zip(more[::2], more[1::2], strict=True)))
    return {"items": count, "generated_cpu_s": round(time.process_time() - clock, 1)}


if __name__ == "__main__":
    print(json.dumps(_main(*sys.argv[1:])))
