"""Where packs are, and the bytes of their files: by the name of an installed one, or by the path of a folder."""

from dataclasses import dataclass
from difflib import get_close_matches
from hashlib import sha256
from importlib.metadata import EntryPoint, entry_points
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

from alihdaya.kernel.errors import PackError, Problem, Source

GROUP: Final = "alihdaya.packs"
LIMIT: Final = 16 * 1024 * 1024
"""Largest file of a pack, in bytes."""

CASES: Final = ".cases.csv"
"""How the name of a table of worked cases ends; it tries a model, and is no part of what runs."""

_DEPLOYED: Final = ("pack.toml", "deliverables.toml", "steps.py", "jobs.py")
_SINGLE: Final = (*_DEPLOYED, "terms.toml", "roster.toml", "rehearsal.toml")
_FOLDERS: Final = {
    "processes": (".bpmn",),
    "decisions": (".dmn", CASES),
    "samples": (".json", ".csv"),
    "locale": (".po",),
    "golden": (".json",),
}


@dataclass(frozen=True, slots=True)
class Folder:
    """The files of a pack: relative path -> bytes. `place` is for people; `installed` as in Pack."""

    place: str
    installed: bool
    content: dict[str, bytes]

    def under(self, folder: str) -> dict[str, bytes]:
        """Files of one of the pack's folders, by relative path, in order."""
        return {path: data for path, data in self.content.items() if path.startswith(folder + "/")}


def installed_packs() -> dict[str, EntryPoint]:
    """Packs that installed packages bring, by name, in order (entry points of the group alihdaya.packs)."""
    found = entry_points(group=GROUP)
    return {name: found[name] for name in sorted(found.names)}


def open_folder(name_or_path: str | Path) -> Folder:
    """Read the files of an installed pack, or of a folder where the argument is a path or names one.

    A bare word is an installed pack first and a folder only after that. Raises PackError.
    """
    packs = installed_packs()
    if str(name_or_path) in packs and not isinstance(name_or_path, Path):
        root: Traversable = files(packs[str(name_or_path)].value.partition(":")[0])
        return _read(root, str(name_or_path), installed=True)
    path = Path(name_or_path)
    if path.is_dir():
        return _read(path, str(path), installed=False)
    near = get_close_matches(str(name_or_path), packs, 1)
    hint = f"; did you mean {near[0]}?" if near else f"; installed packs: {', '.join(packs) or 'none'}"
    raise PackError(Problem("no-pack", f"there is no pack {str(name_or_path)!r}, installed or as a folder{hint}"))


def _read(root: Traversable, place: str, *, installed: bool) -> Folder:
    content: dict[str, bytes] = {}
    for name in _SINGLE:
        if (file := root / name).is_file():
            content[name] = _bytes(file, f"{place}/{name}")
    for folder, endings in _FOLDERS.items():
        if (root / folder).is_dir():
            for file in sorted((root / folder).iterdir(), key=lambda file: file.name):
                if file.is_file() and file.name.endswith(endings):
                    content[f"{folder}/{file.name}"] = _bytes(file, f"{place}/{folder}/{file.name}")
    if "pack.toml" not in content:
        raise PackError(Problem("no-manifest", "a pack needs a pack.toml", Source(f"{place}/pack.toml")))
    return Folder(place, installed, content)


def _bytes(file: Traversable, name: str) -> bytes:
    with file.open("rb") as stream:
        data = stream.read(LIMIT + 1)
    if len(data) > LIMIT:
        raise PackError(Problem("too-large", f"larger than {LIMIT:,} bytes", Source(name)))
    return data


def deployed(folder: Folder) -> dict[str, str]:
    """Texts of the files that make the pack run and its work readable: not terms, people, samples, cases.

    Raises PackError.
    """
    return {
        path: text(folder, path)
        for path in folder.content
        if path in _DEPLOYED or (path.startswith(("processes/", "decisions/", "locale/")) and not path.endswith(CASES))
    }


def text(folder: Folder, path: str) -> str:
    """UTF-8 text of one file. Raises PackError where it is not UTF-8."""
    try:
        return folder.content[path].decode("utf-8-sig")
    except UnicodeDecodeError as error:
        place = Source(f"{folder.place}/{path}")
        raise PackError(Problem("not-utf8", f"not UTF-8 at byte {error.start}", place)) from None


def digest(texts: dict[str, str]) -> str:
    """First 32 hex digits of SHA-256 over paths and texts in the order of the paths; lengths keep them apart."""
    total = sha256()
    for path in sorted(texts):
        for part in (path.encode(), texts[path].encode()):
            total.update(len(part).to_bytes(8, "big") + part)
    return total.hexdigest()[:32]
