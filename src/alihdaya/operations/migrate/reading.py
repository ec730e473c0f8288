"""A mapping from a file: TOML, or JSON where the name ends in .json."""

import json
import tomllib
from collections.abc import Mapping
from typing import Any, NamedTuple

from alihdaya.kernel.errors import PackError, Problem, Source


class Wishes(NamedTuple):
    """What a file says: `nodes`, `values` (its table `set`) and `reset` (its key `reset-timers`), as of an Order."""

    nodes: Mapping[str, str]
    values: Mapping[str, str]
    reset: bool


_KEYS = {"nodes": dict, "set": dict, "reset-timers": bool}


def read_wishes(data: bytes, name: str) -> Wishes:
    """Read a mapping file. Raises PackError with every problem: no TOML or JSON, or what has no place there."""
    found = _tables(data, name)
    problems = [
        _problem(name, key, f"there is no key {key!r}; there is {', '.join(_KEYS)}")
        for key in found
        if key not in _KEYS
    ]
    for key, kind in _KEYS.items():
        if not isinstance(found.get(key, kind()), kind):
            problems.append(_problem(name, key, f"{key} must be {'a table' if kind is dict else 'true or false'}"))
            found[key] = kind()
    for key in ("nodes", "set"):
        for one, value in found.get(key, {}).items():
            if not isinstance(value, str):
                problems.append(_problem(name, f"{key}.{one}", f"{one} must be given a text"))
    if problems:
        raise PackError(problems)
    return Wishes(found.get("nodes", {}), found.get("set", {}), found.get("reset-timers", False))


def _tables(data: bytes, name: str) -> dict[str, Any]:
    try:
        found = json.loads(data) if name.endswith(".json") else tomllib.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        what = "JSON" if name.endswith(".json") else "TOML"
        raise PackError(Problem("unreadable", f"not {what}: {error}", Source(name))) from None
    if not isinstance(found, dict):
        raise PackError(Problem("unreadable", "the file must hold one object", Source(name)))
    return found


def _problem(name: str, key: str, message: str) -> Problem:
    return Problem("bad-mapping", message, Source(name, element=key))
