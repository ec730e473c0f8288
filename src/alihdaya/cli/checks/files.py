"""Which files are checked, by what: each kind of file has its own analysis."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from alihdaya.kernel.errors import AlihdayaError, Problem, Source
from alihdaya.notation.bpmn import findings
from alihdaya.notation.dmn import Model, read, wanted_imports
from alihdaya.notation.dmn.analysis import check_file
from alihdaya.notation.finding import Finding
from alihdaya.notation.xml import SIZE_LIMIT
from alihdaya.packs.decisions import compile_decisions
from alihdaya.packs.load import load
from alihdaya.packs.static import process_findings

_DEEPEST = 8


@dataclass(frozen=True, slots=True)
class Checked:
    """A file and what was found in it; `problems` where it cannot be read as a model at all."""

    path: Path
    findings: tuple[Finding, ...]
    problems: tuple[Problem, ...] = ()


def checked(places: Iterable[Path]) -> list[Checked]:
    """Check files, and the models in folders and the folders below them."""
    return [_check(path) for path in dict.fromkeys(path for place in places for path in _files(place))]


def _files(place: Path) -> Iterator[Path]:
    if place.is_dir():
        yield from sorted(path for path in place.rglob("*") if path.suffix.lower() in KINDS and path.is_file())
    else:
        yield place


def _check(path: Path) -> Checked:
    analyse = KINDS.get(path.suffix.lower())
    if analyse is None:
        known = ", ".join(sorted(KINDS))
        problem = Problem("no-model", f"files of this kind are not checked; {known} are", Source(str(path)))
        return Checked(path, (), (problem,))
    try:
        return Checked(path, tuple(analyse(path)))
    except AlihdayaError as error:
        return Checked(path, (), error.problems)


def _dmn(path: Path) -> list[Finding]:
    data = path.read_bytes()
    return check_file(data, str(path), _imports(path, data, _DEEPEST))


def _imports(path: Path, data: bytes, depth: int) -> Iterator[Model]:
    """Read the models that a file imports, from the files beside it."""
    _, wanted = wanted_imports(data, str(path))
    if not wanted or depth == 0:
        return
    for other in sorted(path.parent.glob("*.dmn")):
        if other == path:
            continue
        content = other.read_bytes()
        try:
            own, _ = wanted_imports(content, str(other))
            if own in wanted:
                yield read(content, str(other), imports=_imports(other, content, depth - 1), lenient=True)
        except AlihdayaError:
            continue  # it is told when it is checked itself


def _bpmn(path: Path) -> list[Finding]:
    """Check processes; those of a pack with what the pack knows of its intake, its forms and its other files."""
    folder = path.resolve().parent.parent
    if path.resolve().parent.name == "processes" and (folder / "pack.toml").is_file():
        with suppress(AlihdayaError):  # the process by itself is checked all the same
            pack = load(folder)
            own = f"{pack.place}/processes/{path.name}"
            found = [one for one in process_findings(pack, compile_decisions(pack)) if one.source.file == own]
            return [replace(one, source=replace(one.source, file=str(path))) for one in found]
    return findings.check_file(_bytes(path), str(path), lambda location: _beside(path, location))


def _bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(SIZE_LIMIT + 1)


def _beside(path: Path, location: str) -> bytes | None:
    """Give an imported file that lies in the folder of the importing one, or below it."""
    folder = path.parent.resolve()
    other = (folder / location).resolve()
    return _bytes(other) if other.is_relative_to(folder) and other.is_file() else None


KINDS: dict[str, Callable[[Path], list[Finding]]] = {".dmn": _dmn, ".bpmn": _bpmn}
"""What analyses a file, by the end of its name."""
