"""Match the columns of a file with the columns of an intake."""

from collections.abc import Sequence
from difflib import get_close_matches

from alihdaya.channels.batch import FileRefused
from alihdaya.kernel.errors import Problem, Source
from alihdaya.packs.intake import Intake

_LISTED = 12


def match(names: Sequence[str], intake: Intake, file: str) -> tuple[list[int | None], tuple[str, ...]]:
    """Give the place of each intake column in the file (None: not there), and notes about the rest.

    Raises FileRefused, naming every required column that is missing with the nearest name that is there, and
    every wanted column that is there twice.
    """
    places: list[int | None] = []
    problems = []
    absent = []
    spare = [name for name in names if name not in intake.names]
    for column in intake.columns:
        found = [place for place, name in enumerate(names) if name == column.name]
        places.append(found[0] if found else None)
        if len(found) > 1:
            message = f"column {column.name!r} is there {len(found)} times"
            problems.append(Problem("column-twice", message, Source(file, 1, element=column.name)))
        elif not found and column.required:
            problems.append(Problem("column-missing", _missing(column.name, spare), Source(file, element=column.name)))
        elif not found:
            absent.append(column.name)
    if problems:
        raise FileRefused(problems)
    return places, _notes(spare, absent)


def _missing(name: str, spare: list[str]) -> str:
    folded = {other.casefold().strip().replace(" ", "_"): other for other in spare}
    near = [folded[key] for key in get_close_matches(name.casefold(), folded, 1)]
    there = f"; did you mean the column {near[0]!r}?" if near else f"; the file has {_list(spare) or 'no other'}"
    return f"the column {name!r} is missing{there}"


def _notes(spare: list[str], absent: list[str]) -> tuple[str, ...]:
    notes = []
    if spare:
        notes.append(f"ignored columns that the pack does not know: {_list(spare)}")
    if absent:
        notes.append(f"columns that are not in the file count as empty: {_list(absent)}")
    return tuple(notes)


def _list(names: list[str]) -> str:
    shown = ", ".join(name[:40] or "(no name)" for name in names[:_LISTED])
    return shown + (f" and {len(names) - _LISTED} more" if len(names) > _LISTED else "")
