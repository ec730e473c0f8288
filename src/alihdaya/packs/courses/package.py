"""Opening a SCORM package, a zip file that strangers made: only its manifest is unpacked, and nothing of it is run."""

import stat
import zipfile
import zlib
from pathlib import Path
from typing import Final

from alihdaya.kernel.errors import NotationError, Problem, Source
from alihdaya.notation.xml import SIZE_LIMIT
from alihdaya.packs.courses.course import Course, read_course

MANIFEST: Final = "imsmanifest.xml"

_MOST_FILES: Final = 20_000
_MOST_BYTES: Final = 4_000_000_000
_MOST_TIMES: Final = 500
_LEAST_BOMB: Final = 10_000_000
"""What unpacks to less than that is no bomb, however well it is packed."""


def open_course(path: Path) -> Course:
    """Read the course of a package. Raises NotationError where it is no SCORM package, or not a harmless one."""
    try:
        with zipfile.ZipFile(path) as package:
            entries = package.infolist()
            problems = _wrong(entries, path)
            if problems:
                raise NotationError(problems)
            manifest = next(one for one in entries if one.filename == MANIFEST)
            with package.open(manifest) as file:
                content = file.read(SIZE_LIMIT + 1)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError, zlib.error) as error:
        raise NotationError(_problem("no-package", f"this is no zip file that can be read: {error}", path)) from None
    names = frozenset(one.filename for one in entries if not one.is_dir())
    return read_course(content, names, f"{path.name}/{MANIFEST}")


def _wrong(entries: list[zipfile.ZipInfo], path: Path) -> list[Problem]:
    if len(entries) > _MOST_FILES:
        return [_problem("too-many", f"the package has more than {_MOST_FILES:,} files", path)]
    if sum(one.file_size for one in entries) > _MOST_BYTES:
        return [_problem("too-long", f"the package unpacks to more than {_MOST_BYTES:,} bytes", path)]
    found = [_problem(*wrong, path, one.filename) for one in entries if (wrong := _fault(one))]
    names = [one.filename for one in entries]
    if len(set(names)) < len(names):
        found.append(_problem("twice", "the package has two files of one name", path))
    if MANIFEST not in names:
        found.append(_problem("no-manifest", f"the package has no {MANIFEST} at its root", path))
    return found[:20]


def _fault(one: zipfile.ZipInfo) -> tuple[str, str] | None:
    """Say what is wrong with a file of a package, by its head alone."""
    parts = one.filename.replace("\\", "/").split("/")
    if ".." in parts or parts[0] in {"", "."} or ":" in parts[0]:
        return "bad-path", "the file would lie outside of the package"
    if stat.S_ISLNK(one.external_attr >> 16):
        return "bad-path", "the file is a link"
    if one.flag_bits & 1:
        return "encrypted", "the file is encrypted"
    if one.file_size > _LEAST_BOMB and one.file_size > _MOST_TIMES * max(1, one.compress_size):
        return "bomb", f"the file unpacks to {one.file_size:,} bytes from {one.compress_size:,}"
    return None


def _problem(code: str, message: str, path: Path, name: str | None = None) -> Problem:
    return Problem(code, message, Source(path.name, element=None if name is None else name[:200]))
