"""Read [[wall]] of roster.toml: conflict walls, each with a name, the people whom it keeps away, and from what."""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from alihdaya.kernel.errors import Problem, Source
from alihdaya.people.gate import OF_ENGAGEMENT, OF_ITEM

_LONGEST = 200
_ABOUT = ("client", "engagement", "item")
_KNOWN = ("name", "people", *_ABOUT)

ITEM_NAME: Final = re.compile(r"[1-9][0-9]{0,17}(-[1-9][0-9]{0,17})?")
"""An item as walls name it: by its number, or by shard and number where nodes share a database."""


def wall_of(client: str, engagement: str, item: str) -> str:
    """Give how a wall is written (people.gate) that is about whichever of these is not empty."""
    return client or (OF_ENGAGEMENT + engagement if engagement else OF_ITEM + item)


def told(what: str) -> str:
    """Give what a wall is about, shortly: a client's name, an engagement's id, "item 12"."""
    return f"item {what.removeprefix(OF_ITEM)}" if what.startswith(OF_ITEM) else what.removeprefix(OF_ENGAGEMENT)


def read_walls(
    text: str, name: str, content: Mapping[str, Any], people: Collection[str]
) -> tuple[dict[str, tuple[str, ...]], list[Problem]]:
    """Give person -> what they may not touch (people.person.Person.walls), and what is wrong with the walls.

    `text` is the file `name`, `content` what it says, `people` the ids of everybody in it. A wall names clients' work
    (`client`, as the terms name them), of one engagement (`engagement`, its id), or one `item`, as lists name it.
    """
    walls = content.get("wall", [])
    if not isinstance(walls, list) or not all(isinstance(wall, dict) for wall in walls):
        return {}, [Problem("wrong-type", "walls must be written as [[wall]]", Source(name, element="wall"))]
    found: dict[str, tuple[str, ...]] = {}
    problems: list[Problem] = []
    for number, wall in enumerate(walls):
        wrong = [
            Problem(code, message, Source(name, _line(text, number, key), element=f"wall[{number + 1}].{key}"))
            for key, code, message in _wrong(wall, people)
        ]
        problems += wrong
        for who in wall["people"] if not wrong else ():
            kept = wall_of(*(str(wall.get(key, "")) for key in _ABOUT))
            found[who] = tuple(sorted({*found.get(who, ()), kept}))
    return found, problems


def _wrong(wall: Mapping[str, Any], people: Collection[str]) -> Iterator[tuple[str, str, str]]:
    """Yield (key, code, message) of all that is wrong with a wall."""
    for key in wall:
        if key not in _KNOWN:
            yield key, "unknown-key", f"unknown key; known here: {' '.join(_KNOWN)}"
    for key in ("name", *(key for key in ("client", "engagement") if key in wall)):
        if not isinstance(wall.get(key), str) or not wall[key].strip():
            yield key, "missing", "text is missing"
        elif wall[key] != wall[key].strip() or not wall[key].isprintable() or len(wall[key]) > _LONGEST:
            message = f"must be one line of at most {_LONGEST} characters, without blanks around it"
            yield key, "bad-text", f"{message}: otherwise the wall keeps nobody away"
    yield from _wrong_about(wall)
    kept = wall.get("people")
    if not isinstance(kept, list) or not kept or not all(isinstance(who, str) for who in kept):
        yield "people", "wrong-type", "must be a list of ids of people, and hold one at least"
        return
    for who in kept:
        if who not in people:
            yield "people", "no-such-person", f"nobody in this file is called {who!r}"


def _wrong_about(wall: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    if len([key for key in _ABOUT if key in wall]) != 1:
        yield "client", "bad-wall", "a wall is about one client, one engagement or one item: name one of them"
    if "item" in wall and not ITEM_NAME.fullmatch(str(wall["item"])):
        yield "item", "bad-wall", "must be the name of an item, such as 12, or '3-12' in shard 3"


def _line(text: str, number: int, key: str) -> int | None:
    """Give the line of a key of the wall of that number, else that of its head."""
    lines = text.splitlines()
    heads = [n for n, line in enumerate(lines) if re.match(r"\s*\[\[", line)]
    walls = [n for n in heads if re.match(r"\s*\[\[\s*wall\s*\]\]", lines[n])]
    if number >= len(walls):
        return None
    start = walls[number]
    end = next((head for head in heads if head > start), len(lines))
    wanted = re.compile(rf"\s*{re.escape(key)}\s*=")
    return next((n + 1 for n in range(start, end) if wanted.match(lines[n])), start + 1)
