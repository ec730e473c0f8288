"""Begin a pack: a small complete one, written into a folder and named after it."""

import re
import unicodedata
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

from alihdaya.kernel.errors import PackError, Problem, Source
from alihdaya.packs.folder import installed_packs

NAME: Final = "my-desk"
"""What the template calls itself; each occurrence becomes the new pack's name."""

_TEMPLATE: Final = "begin"
_LONGEST: Final = 40


def write_starter(folder: Path, like: str = "") -> list[Path]:
    """Write the starter pack into a folder, made where there is none; give the paths of its files, in order.

    With `like`, a copy of the installed pack of that name instead. The pack is named after the folder (see
    `pack_name`). Raises PackError where the folder is not empty, is a file, cannot be written, where an installed pack
    has that name already, or where there is no pack to copy; then nothing was written over.
    """
    name = pack_name(folder.resolve().name)
    packs = installed_packs()
    if name in packs:
        raise _refusal("name-taken", f"an installed pack is called {name!r} already; name the folder otherwise", folder)
    if like and like not in packs:
        raise _refusal("no-pack", f"there is no installed pack {like!r}; there is {', '.join(packs)}", folder)
    template = files(packs[like].value.partition(":")[0]) if like else files("alihdaya.packs") / _TEMPLATE
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise _refusal("not-empty", "is there already, and not an empty folder; nothing was written", folder)
        return [_write(folder / path, _renamed(path, source, like or NAME, name)) for path, source in _walk(template)]
    except OSError as error:
        raise _refusal("not-written", f"cannot be written: {error.strerror or error}", folder) from None


def pack_name(text: str) -> str:
    """Make the name of a pack out of any text: "Café Désk 2" gives "cafe-desk-2", and "2026" gives "desk-2026"."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "-", plain)[:_LONGEST].strip("-")
    if not name:
        return NAME
    return name if name[0].isalpha() else f"desk-{name}"


def _walk(folder: Traversable, under: str = "") -> list[tuple[str, Traversable]]:
    """Files of the template in order, by their path within it; what makes it a Python package stays behind."""
    found = []
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir() and entry.name != "__pycache__" and not (entry / "__init__.py").is_file():
            found += _walk(entry, f"{under}{entry.name}/")
        elif entry.is_file() and entry.name != "__init__.py":
            found.append((under + entry.name, entry))
    return found


def _renamed(path: str, source: Traversable, old: str, new: str) -> str:
    """Give a file's text with the pack's name changed: in the template everywhere, in a copy where it names the pack.

    A copy's words may hold the name with another meaning, as a skill or a title.
    """
    text = source.read_text(encoding="utf-8")
    if old == NAME:
        return text.replace(old, new)
    key = {"pack.toml": "name", "terms.toml": "pack"}.get(path)
    return re.sub(rf'(?m)^({key} = )"{old}"$', rf'\g<1>"{new}"', text) if key else text


def _write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="utf-8", newline="\n") as file:
        file.write(text)
    return path


def _refusal(code: str, message: str, folder: Path) -> PackError:
    return PackError(Problem(code, message, Source(str(folder))))
