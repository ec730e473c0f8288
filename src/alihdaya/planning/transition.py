"""Transitions (S4): the row that begins one, out of a sourcing study, and the register of posts, out of the log.

The process stands in the pack `transition`. A post is its title and who holds it: "Claims agent 1: Rini Contoh".
"""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any, Final

from alihdaya.engine.events import InstanceStarted, VariablesSet
from alihdaya.kernel.errors import Problem, Refused, Source
from alihdaya.kernel.event import Event
from alihdaya.kernel.time import iso
from alihdaya.planning.sourcing.studio import Compared, Study
from alihdaya.work.events import ItemCancelled, ItemDelivered

PROCESS: Final = "processes/transition.bpmn"
"""The file of the pack's process: items that follow it are transitions."""

VACANT: Final = "vacant"
_APART: Final = ";"
_CAME_TO: Final = {"live": "carried out", "rolled_back": "put back", "called_off": "as it was"}
"""End event of the pack -> what became of the posts' fates."""


@dataclass(frozen=True, slots=True)
class PostRecord:
    """One post of a transition, as the register has it; "" where nothing is written yet.

    `lack` is what it still lacks: "nothing", "fate", "consultation", "consent" or "mediation". `came_to`: "open", or
    what became of the fate in the end: "carried out", "put back", "as it was".
    """

    item: int
    transition: str
    post: str
    fate: str
    reason: str
    consulted: str
    answer: str
    said: str
    mediated: str
    lack: str
    came_to: str


def register(item: int, events: Iterable[Event]) -> list[PostRecord]:
    """Give every post of one transition, in the order in which they were named, by its events from the first on."""
    known: dict[str, Any] = {}
    came_to = "open"
    for event in events:
        if isinstance(event, (InstanceStarted, VariablesSet)) and not getattr(event, "scope", 0):
            known |= event.variables
        elif isinstance(event, ItemDelivered):
            came_to = _CAME_TO.get(event.outcome, event.outcome)
        elif isinstance(event, ItemCancelled):
            came_to = _CAME_TO["called_off"]
    settled = {one["post"]: one for one in known.get("settled") or ()}
    name = str(known.get("reference") or "")
    return [_record(item, name, post, settled.get(post, {}), came_to) for post in known.get("posts") or ()]


def _record(item: int, transition: str, post: str, found: Mapping[str, Any], came_to: str) -> PostRecord:
    parts = ("fate", "reason", "consulted", "answer", "said", "mediated")
    texts = {part: str(found.get(part) or "") for part in parts}
    return PostRecord(item, transition, post, **texts, lack=str(found.get("lack") or "fate"), came_to=came_to)


def read_names(path: Path) -> list[str]:
    """Read who holds which post: CSV (UTF-8) with a column `title`, and `holder`, empty where nobody does.

    Posts without a holder are numbered, so that each is named once. Raises Refused with every line that names none, or
    one that is there already.
    """
    problems: list[Problem] = []
    names: dict[str, int] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for line, title, holder in _cells(csv.DictReader(file, strict=True)):
                if name := _name(title, holder, names, Source(str(path), line=line), problems):
                    names[name] = line
    except (csv.Error, UnicodeDecodeError) as error:
        raise Refused([Problem("bad-file", f"cannot be read: {error}", Source(str(path)))]) from None
    if problems:
        raise Refused(problems)
    return list(names)


def _cells(rows: "csv.DictReader[str]") -> Iterable[tuple[int, str, str]]:
    if "title" not in (rows.fieldnames or ()):
        raise csv.Error("there is no column title")
    for row in rows:
        yield rows.line_num, (row.get("title") or "").strip(), (row.get("holder") or "").strip()


def _name(title: str, holder: str, names: Mapping[str, int], place: Source, problems: list[Problem]) -> str:
    """Give the post's name; "" where a problem was written down instead."""
    if not title or _APART in title + holder:
        what = "the title is empty" if not title else "names are kept apart by semicolons, and have none"
        problems.append(Problem("no-name", what, place))
        return ""
    name = f"{title}: {holder or VACANT}"
    if not holder:
        count = sum(other.startswith(f"{name} ") for other in names) + 1
        return f"{name} {count}"
    if name in names:
        problems.append(Problem("twice", f"{name!r} is in line {names[name]} already", place))
        return ""
    return name


def begin_row(
    study: Study, option: Compared, names: list[str], *, name: str, announced: int, go_live: int, parallel_days: int
) -> dict[str, str]:
    """Give the row of the pack's intake that begins a transition to an option; instants in microseconds.

    Raises Refused where fewer posts are named than the study counts in-house: none may be forgotten (S4).
    """
    needed = max(1, ceil(study.posts))
    if len(names) < needed:
        text = f"{len(names)} posts are named, and the function has {needed}: name each (S4)"
        raise Refused([Problem("not-named", text, Source(element="posts"))])
    if go_live <= announced:
        raise Refused([Problem("too-early", "it goes live after it is announced", Source(element="go_live"))])
    return {
        "reference": name,
        "announced_at": str(iso(announced)),
        "function": study.function.name,
        "provider": option.site.name,
        "kind": option.site.kind,
        "shore": option.shore.word,
        "affected_posts": f"{_APART} ".join(names),
        "post_count": str(needed),
        "parallel_days": str(parallel_days),
        "go_live": str(iso(go_live)),
    }
