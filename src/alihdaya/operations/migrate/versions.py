"""Which versions of a pack there are, how many items each has, and where they wait."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from alihdaya.engine.migrate import places
from alihdaya.kernel.errors import Problem, Refused
from alihdaya.operations.desk import Desk
from alihdaya.store.views.versions import counts
from alihdaya.store.working import Version


@dataclass(frozen=True, slots=True)
class Waiting:
    """So many items of a version wait at a node, `name` as the model calls it."""

    node: str
    name: str
    items: int


@dataclass(frozen=True, slots=True)
class Standing:
    """A version of a pack: how many items it has in all and under way, the last intake, and where they wait.

    `current` says that it is the pack's newest. `last_intake` in microseconds, None where nothing came in.
    """

    version: Version
    current: bool
    items: int
    underway: int
    last_intake: int | None
    waiting: tuple[Waiting, ...]


def standing(desk: Desk) -> list[Standing]:
    """Give every version of every pack, by pack and number; each item once at each place where it waits."""
    versions = desk.store.versions()
    newest = {one.pack: one.digest for one in versions}
    counted = counts(desk.store)
    waiting: dict[str, Counter[tuple[str, str]]] = {}
    for item in desk.items.values():
        if item.instance is not None:
            nodes = {(node.id, node.name) for node in places(item.service.plan, item.instance).values()}
            waiting.setdefault(item.service.pack.digest, Counter()).update(nodes)
    return [
        Standing(
            version=one,
            current=newest[one.pack] == one.digest,
            items=counted[one.digest].items if one.digest in counted else 0,
            underway=counted[one.digest].underway if one.digest in counted else 0,
            last_intake=counted[one.digest].last_intake if one.digest in counted else None,
            waiting=_rows(waiting.get(one.digest, {})),
        )
        for one in versions
    ]


def _rows(found: Mapping[tuple[str, str], int]) -> tuple[Waiting, ...]:
    return tuple(Waiting(node, name, items) for (node, name), items in sorted(found.items()))


def version_of(versions: Iterable[Version], pack: str, wanted: str) -> Version:
    """Find a pack's version by its number, the beginning of its digest (four digits at least), or "" for the newest.

    Raises Refused where there is none, or several.
    """
    mine = [one for one in versions if one.pack == pack]
    if not mine:
        raise Refused(Problem("no-version", f"no version of the pack {pack!r} is deployed here"))
    if not wanted:
        return mine[-1]
    found = [one for one in mine if str(one.number) == wanted]
    found = found or [one for one in mine if len(wanted) >= 4 and one.digest.startswith(wanted.lower())]
    if len(found) != 1:
        known = ", ".join(f"{one.number} ({one.digest[:12]})" for one in mine)
        raise Refused(Problem("no-version", f"{pack!r} has no single version {wanted!r}; there is {known}"))
    return found[0]
