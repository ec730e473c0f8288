"""The folder of course packages that are played here: NAME.zip is what enrolments call NAME. Nothing is unpacked."""

import os
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from hashlib import file_digest
from pathlib import Path
from typing import Final

from alihdaya.kernel.errors import NotationError
from alihdaya.packs.courses.course import Course
from alihdaya.packs.courses.package import open_course

COURSES: Final = "ALIHDAYA_COURSES"
"""Names the folder of the packages that are played."""

NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,38}")
_CHUNK: Final = 1 << 18
_BROKEN: Final = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError)


@dataclass(frozen=True, slots=True, eq=False)
class Package:
    """A package on the shelf. `mark`: 32 hex digits of the sha256 of its file, by which its files are asked for."""

    name: str
    path: Path
    mark: str
    course: Course
    files: zipfile.ZipFile

    def entry(self, name: str) -> zipfile.ZipInfo | None:
        """Find a file of the package by its name; by another case where only one file is called so."""
        try:
            return self.files.getinfo(name)
        except KeyError:
            near = [one for one in self.files.infolist() if one.filename.casefold() == name.casefold()]
            return near[0] if len(near) == 1 else None

    def read(self, entry: zipfile.ZipInfo, start: int, end: int) -> Iterator[bytes]:
        """Give the bytes of a file from `start` until before `end`, piece by piece. Raises OSError for a broken one."""
        try:
            with self.files.open(entry) as file:
                file.seek(start)
                while start < end and (piece := file.read(min(_CHUNK, end - start))):
                    start += len(piece)
                    yield piece
        except _BROKEN as error:
            raise OSError(f"{self.path.name}: {entry.filename[:200]} breaks off") from error


def shelf() -> Path | None:
    """Give the folder that ALIHDAYA_COURSES names; None where it names none that is there."""
    home = os.environ.get(COURSES, "")
    return Path(home) if home and Path(home).is_dir() else None


def names() -> list[str]:
    """Give the names of all packages on the shelf, readable or not."""
    folder = shelf()
    return sorted(one.stem for one in folder.glob("*.zip") if NAME.fullmatch(one.stem)) if folder else []


def find_package(name: str) -> Package | None:
    """Give the package that is called so, None where there is none. Raises NotationError for one that is no course."""
    folder = shelf()
    if folder is None or not NAME.fullmatch(name):
        return None
    path = folder / f"{name}.zip"
    try:
        state = path.stat()
    except OSError:
        return None
    return _opened(path, state.st_mtime_ns, state.st_size)


def playable(name: str) -> Package | None:
    """Give the package that is called so, None where none can be played."""
    try:
        return find_package(name)
    except NotationError:
        return None


def by_mark(mark: str) -> Package | None:
    """Give the package with this mark."""
    return next((one for name in names() if (one := playable(name)) is not None and one.mark == mark), None)


@lru_cache(maxsize=256)
def _opened(path: Path, changed: int, size: int) -> Package:  # noqa: ARG001 (a file that was changed is another one)
    course = open_course(path)
    with path.open("rb") as file:
        mark = file_digest(file, "sha256").hexdigest()[:32]
    return Package(path.stem, path, mark, course, zipfile.ZipFile(path))
