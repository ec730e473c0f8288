"""Load a pack: its facts, its models and its samples, parsed; nothing of it is run."""

import tomllib
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from alihdaya.kernel.errors import AlihdayaError, PackError, Problem, Source
from alihdaya.notation import bpmn, dmn
from alihdaya.packs.deliverables import no_outcomes, read_deliverables
from alihdaya.packs.folder import CASES, Folder, deployed, digest, open_folder, text
from alihdaya.packs.golden import read_golden
from alihdaya.packs.jobs import check_jobs
from alihdaya.packs.manifest import read_manifest
from alihdaya.packs.pack import Manifest, Pack
from alihdaya.packs.samples import read_samples
from alihdaya.packs.steps import read_steps
from alihdaya.packs.translation import read_translations


def load(name_or_path: str | Path) -> Pack:
    """Load an installed pack by its name, or a folder by its path; a `Path` is never taken for a name.

    Raises PackError with every problem found in all files, each with file, line and key or element. Reading runs
    nothing of the pack (see packs.steps for its steps.py), but an installed pack's package is imported to be found.
    """
    folder = open_folder(name_or_path)
    manifest = read_manifest(folder.content["pack.toml"], f"{folder.place}/pack.toml")
    return _Loading(folder, manifest).pack()


def from_files(texts: Mapping[str, str], *, place: str = "the store") -> Pack:
    """Load a pack from the texts that were deployed, without terms, people and samples. Raises PackError."""
    folder = Folder(place, installed=False, content={path: text.encode() for path, text in texts.items()})
    return _Loading(folder, read_manifest(folder.content["pack.toml"], f"{place}/pack.toml")).pack()


class _Loading:
    """One pack while it is being read: the problems of all its files are kept, and raised together."""

    def __init__(self, folder: Folder, manifest: Manifest) -> None:
        self.folder, self.manifest = folder, manifest
        self.problems: list[Problem] = []

    def pack(self) -> Pack:
        folder = self.folder
        texts = self._try(lambda: deployed(folder), {})
        main = self._process()
        made = Pack(
            manifest=self.manifest,
            definitions=main,
            others=self._others(main),
            models={
                path: model for path in self._under("decisions", ".dmn") if (model := self._model(path)) is not None
            },
            steps=self._steps(),
            files=texts,
            digest=digest(texts),
            place=folder.place,
            installed=folder.installed,
            terms=self._optional("terms.toml"),
            roster=self._optional("roster.toml"),
            samples=self._try(lambda: read_samples(folder, self.manifest.intake), ()),
            golden=self._try(lambda: read_golden(folder), ()),
            translations=self._try(lambda: read_translations(folder), {}),
            deliverables=self._deliverables(),
            rehearsal=self._try(self._rehearsal, {}),
            cases={path: self._try(partial(text, folder, path), "") for path in self._under("decisions", CASES)},
        )
        self._try(lambda: check_jobs(texts.get("jobs.py"), self.manifest.jobs, folder.place), None)
        if self.problems:
            raise PackError(self.problems)
        return made

    def _under(self, folder: str, ending: str) -> list[str]:
        return [path for path in self.folder.under(folder) if path.endswith(ending)]

    def _try(self, read: Callable[[], Any], otherwise: Any) -> Any:
        try:
            return read()
        except AlihdayaError as error:
            self.problems += error.problems
            return otherwise

    def _process(self) -> Any:
        path = f"processes/{self.manifest.process_file}"
        if path not in self.folder.content:
            place = Source(f"{self.folder.place}/pack.toml", element="process.file")
            self.problems.append(Problem("no-process", f"there is no {path}", place))
            return None
        return self._definitions(path)

    def _definitions(self, path: str) -> Any:
        names = frozenset(self.manifest.intake.variables) | {
            field.name for form in self.manifest.forms.values() for field in form.fields
        }
        name = f"{self.folder.place}/{path}"
        return self._try(lambda: bpmn.read(self.folder.content[path], name, names=names), None)

    def _others(self, first: Any) -> tuple[Any, ...]:
        """Read the further files of processes; an id names one process in all of them."""
        main = f"processes/{self.manifest.process_file}"
        found = [self._definitions(path) for path in self._under("processes", ".bpmn") if path != main]
        read = [one for one in found if one is not None]
        seen: set[str] = set()
        for process in [process for one in (first, *read) if one is not None for process in one.processes]:
            if process.id in seen:
                self.problems.append(
                    Problem("duplicate-id", f"two processes are called {process.id!r}", process.source)
                )
            seen.add(process.id)
        return tuple(read)

    def _model(self, path: str) -> Any:
        return self._try(lambda: dmn.read(self.folder.content[path], f"{self.folder.place}/{path}"), None)

    def _deliverables(self) -> Any:
        """Read what the client gets besides; its day must be in the result, its outcomes ends of the process."""
        data = self.folder.content.get("deliverables.toml")
        name, known = f"{self.folder.place}/deliverables.toml", frozenset(self.manifest.delivery.result)
        found = None if data is None else self._try(lambda: read_deliverables(data, name, known), None)
        if found is not None:
            self.problems += no_outcomes(found, frozenset(self.manifest.delivery.units), name)
        return found

    def _steps(self) -> tuple[str, ...]:
        if "steps.py" not in self.folder.content:
            return ()
        name = f"{self.folder.place}/steps.py"
        steps: tuple[str, ...] = self._try(lambda: read_steps(text(self.folder, "steps.py"), name), ())
        return steps

    def _optional(self, path: str) -> str | None:
        if path not in self.folder.content:
            return None
        found: str | None = self._try(lambda: text(self.folder, path), None)
        return found

    def _rehearsal(self) -> dict[str, Any]:
        if "rehearsal.toml" not in self.folder.content:
            return {}
        place = Source(f"{self.folder.place}/rehearsal.toml")
        try:
            tables = tomllib.loads(text(self.folder, "rehearsal.toml"))
        except (tomllib.TOMLDecodeError, RecursionError, ArithmeticError) as error:
            raise PackError(Problem("not-toml", f"not TOML: {error}", place)) from None
        if not all(isinstance(table, dict) for table in tables.values()):
            raise PackError(Problem("wrong-type", "rehearsal.toml holds one table for each user task", place))
        return tables
