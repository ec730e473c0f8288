"""What the service tasks do. Sites stand as NAME.toml in the folder that ALIHDAYA_SITES names (default: this one)."""

import json
import os
import re
from hashlib import sha256
from pathlib import Path
from time import time_ns
from typing import Any

from alihdaya.kernel.errors import AlihdayaError, Refused
from alihdaya.kernel.time import HOUR, iso
from alihdaya.packs.kit import BpmnError, Job, Permanent, Variables
from alihdaya.packs.website.checks import release
from alihdaya.packs.website.checks.check import check, recheck, rows
from alihdaya.packs.website.checks.memory import Memory, alone, read_memory, write_memory
from alihdaya.packs.website.checks.site import Site, read_site

_SOON = HOUR
"""After a check, no other one is made for so long: days that were missed come due all at once, and are past."""


def look(job: Job) -> Variables:
    """Check every site of the folder once; `found` are the new findings as the intake takes them.

    `pages`: how many addresses were asked for, 0 where nothing was looked at. A site that cannot be checked is a
    finding, and the others are checked all the same.
    """
    found: list[Any] = []
    pages = 0
    for path in sorted(_folder().glob("*.toml")):
        try:
            memory = _checked(path, job.key)
        except Exception as error:  # noqa: BLE001 (whatever is wrong with one site is not wrong with the next)
            found += _unchecked(path, error, job.key)
            continue
        if memory.key == job.key:
            found += memory.found
            pages += memory.pages
    return {"found": found, "pages": pages}


def _checked(path: Path, key: str) -> Memory:
    site, file = read_site(path), path.with_suffix(".memory.json")
    with alone(file):
        return _look(site, file, key)


def _unchecked(path: Path, error: Exception, key: str) -> list[dict[str, Any]]:
    """Give the finding that a site could not be checked: once for each state of its files, and again to the same job.

    Beside the site's file stands which one was given last, and to which job.
    """
    since = path.lstat().st_mtime_ns
    memory = path.with_suffix(".memory.json")
    state = [path.name, str(error), str(since), str(memory.stat().st_mtime_ns) if memory.exists() else ""]
    named = sha256("\n".join(state).encode("utf-8", "replace")).hexdigest()[:8]
    note = path.with_name(f".{path.name}.unchecked")
    last, _, told = note.read_text(encoding="utf-8").partition("\n") if note.exists() else ("", "", "")
    if last == named and told != key:
        return []
    note.write_text(f"{named}\n{key}", encoding="utf-8")
    site = _called(path)
    row = dict.fromkeys(("page", "link", "status", "ms", "days_left", "was"))
    row |= {"finding": f"{site}-unchecked-{named}", "site": site, "kind": "unchecked", "url": f"{site}.toml"}
    return [{**row, "importance": "high", "detail": _said(error), "found_at": iso(since // 1000)}]


def _called(path: Path) -> str:
    """Give the name of a site by that of its file, as the intake takes it."""
    return path.stem[:60].encode("utf-8", "replace").decode()


def _said(error: Exception) -> str:
    text = str(error) if isinstance(error, AlihdayaError) else f"{type(error).__name__}: {error}"
    return text[:1_000].encode("utf-8", "replace").decode()


def _look(site: Site, file: Path, key: str) -> Memory:
    """Check a site, unless this very job did it before (and nobody heard of its end), or another one a moment ago.

    What is new stands in NAME.findings.jsonl, too, as `alihdaya inspect --out` would write it.
    """
    memory, now = read_memory(file, site.name), time_ns() // 1000
    if memory.key and (memory.key == key or memory.at <= now < memory.at + _SOON):
        return memory
    report = check(site, memory, now)
    memory = report.memory
    memory.at, memory.key = now, key
    memory.pages, memory.found = report.pages, rows(report, report.new)
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in memory.found)
    file.with_name(f"{site.name}.findings.jsonl").write_text(lines, encoding="utf-8")
    write_memory(file, memory)
    return memory


def publish(job: Job) -> Variables:
    """Show visitors the release that was named; `previous` is the one before. BPMN error no-release."""
    try:
        name = str(job.variables["release"] or "")
        return {"previous": release.publish(_site(job), name, job.key)}
    except Refused as refusal:
        raise BpmnError("no-release", str(refusal)) from None


def roll_back(job: Job) -> Variables:
    """Show visitors the release before again, unless somebody has published another one since."""
    site = _site(job)
    if release.live(site) == job.variables["release"]:
        release.show(site, str(job.variables["previous"] or ""))
    return {"release": None}


def verify(job: Job) -> Variables:
    """Look at the one finding again; `still` says what of it is wrong yet, `rounds` how often was looked."""
    if job.variables.get("kind") == "unchecked":
        still = _faults(str(job.variables["site"]))
    else:
        left = recheck(_site(job), job.variables, time_ns() // 1000)
        still = [f"{one.kind}: {one.detail}"[:500] for one in left]
    return {"still": still, "rounds": (job.variables.get("rounds") or 0) + 1}


def _faults(name: str) -> list[str]:
    """Say why a site cannot be checked: nothing where it can, or where it is gone."""
    for path in _folder().glob("*.toml"):
        if _called(path) == name:
            try:
                read_memory(path.with_suffix(".memory.json"), read_site(path).name)
            except Exception as error:  # noqa: BLE001 (whatever it is, somebody has to mend it)
                return [f"unchecked: {_said(error)}"[:500]]
    return []


def _folder() -> Path:
    return Path(os.environ.get("ALIHDAYA_SITES", "."))


def _site(job: Job) -> Site:
    name = str(job.variables["site"])
    path = _folder() / f"{name}.toml"
    if not re.fullmatch(r"[a-z0-9-]+", name) or not path.is_file():
        raise Permanent(f"there is no {name[:60]}.toml in the folder of sites (ALIHDAYA_SITES)")
    site = read_site(path)
    if site.name != name:
        raise Permanent(f"{path.name} is the file of a site called {site.name!r}")
    return site
