"""A DMN file from the disk, with the models that it imports from the same folder."""

from pathlib import Path

from alihdaya.kernel.errors import NotationError, Problem, Source
from alihdaya.notation import dmn
from alihdaya.notation.xml import SIZE_LIMIT

FILES = 500
"""So many files of a folder are looked through for imported models."""


def read_model(path: Path) -> dmn.Model:
    """Read a model and its imports, found by their namespace among the `.dmn` files beside it.

    Raises NotationError where a file is no DMN, or imports go round; OSError where it cannot be read.
    """
    here: dict[str, Path] = {}
    for other in sorted(path.parent.glob("*.dmn"))[:FILES] if _wanted(path)[1] else ():
        try:
            here.setdefault(_wanted(other)[0], other)
        except (NotationError, OSError):
            continue
    return _read(path, here, ())


def _wanted(path: Path) -> tuple[str, tuple[str, ...]]:
    return dmn.wanted_imports(_bytes(path), str(path))


def _bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(SIZE_LIMIT + 1)


def _read(path: Path, here: dict[str, Path], above: tuple[Path, ...]) -> dmn.Model:
    if path in above:
        names = " imports ".join(one.name for one in (*above[above.index(path) :], path))
        raise NotationError(Problem("import-cycle", f"imports go round: {names}", Source(str(path))))
    imports = [_read(here[one], here, (*above, path)) for one in _wanted(path)[1] if one in here]
    return dmn.read(_bytes(path), str(path), imports=imports)
