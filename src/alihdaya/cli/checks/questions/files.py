"""Files of questions, answers and outcomes: CSV with a header, read whole before anything is written down."""

import csv
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from alihdaya.kernel.errors import NotationError, Problem, Source
from alihdaya.work.question import QuestionAnswered, QuestionFact, QuestionRegistered, QuestionSettled

_COLUMNS: Final[dict[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "register": (("question", "text", "prior"), ()),
    "answer": (("question", "person", "probabilities"), ("minutes", "item", "evidence")),
    "settle": (("question", "outcome"), ("source",)),
}
"""What a file is for -> columns that it must have, and may have."""

_MOST_MINUTES: Final = 1_440


def chances(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Read "yes=0.7; no=0.3" into outcomes and probabilities. Raises NotationError for anything else."""
    parts = [part.strip().rpartition("=") for part in text.split(";") if part.strip()]
    if not parts or not all(mark and name.strip() and number.strip() for name, mark, number in parts):
        raise NotationError(Problem("bad-row", f"{text[:60]!r} is not of the form yes=0.7; no=0.3"))
    return tuple(name.strip() for name, _, _ in parts), tuple(number.strip() for _, _, number in parts)


def ordered(outcomes: tuple[str, ...], given: tuple[tuple[str, ...], tuple[str, ...]]) -> tuple[str, ...]:
    """Put probabilities into the order of a question's outcomes. Raises NotationError where these are others."""
    named = dict(zip(*given, strict=True))
    if len(named) < len(given[0]) or set(named) != set(outcomes):
        raise NotationError(Problem("bad-row", f"it must name each outcome once: {', '.join(outcomes)}"))
    return tuple(named[outcome] for outcome in outcomes)


def facts(
    path: Path, kind: str, service: tuple[str, str], outcomes: Callable[[str], tuple[str, ...]]
) -> list[QuestionFact]:
    """Read a file; `service`: (engagement, service) of questions; `outcomes`: those of a question, () of none known.

    Raises NotationError with every row that is wrong.
    """
    problems: list[Problem] = []
    found: list[QuestionFact] = []
    for number, row in _rows(path, kind):
        try:
            found.append(_fact(kind, row, service, outcomes))
        except NotationError as error:
            problems += [replace(one, source=Source(str(path), row=number)) for one in error.problems]
    if problems:
        raise NotationError(problems)
    return found


def _rows(path: Path, kind: str) -> Iterator[tuple[int, dict[str, str]]]:
    needed, more = _COLUMNS[kind]
    try:
        with path.open(newline="", encoding="utf-8-sig") as stream:
            reader = csv.reader(stream, strict=True)
            header = [name.strip() for name in next(reader, [])]
            wrong = [name for name in needed if name not in header]
            wrong += [name for name in header if name not in (*needed, *more) or header.count(name) > 1]
            if wrong:
                listed = ", ".join((*needed, *(f"[{name}]" for name in more)))
                text = f"the header has {', '.join(header) or 'nothing'}; it must have {listed}"
                raise NotationError(Problem("bad-header", text, Source(str(path), 1)))
            for number, cells in enumerate(reader, 1):
                if not cells:
                    continue
                if len(cells) != len(header):
                    text = f"{len(cells)} cells under {len(header)} columns"
                    raise NotationError(Problem("bad-row", text, Source(str(path), row=number)))
                yield number, dict(zip(header, (cell.strip() for cell in cells), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise NotationError(Problem("bad-file", f"no CSV in UTF-8: {error}", Source(str(path)))) from None


def _fact(
    kind: str, row: dict[str, Any], service: tuple[str, str], outcomes: Callable[[str], tuple[str, ...]]
) -> QuestionFact:
    name = row["question"]
    if kind == "register":
        return QuestionRegistered(name, *service, row["text"], *chances(row["prior"]))
    if kind == "settle":
        return QuestionSettled(name, row["outcome"], row.get("source", ""))
    given, known = chances(row["probabilities"]), outcomes(name)
    stated = ordered(known, given) if known else given[1]  # the writer refuses an unknown question
    evidence = tuple(part.strip() for part in row.get("evidence", "").split(";") if part.strip())
    seconds, item = _whole("minutes", row.get("minutes", "")) * 60, _whole("item", row.get("item", ""))
    return QuestionAnswered(name, row["person"], stated, item, seconds, evidence)


def _whole(column: str, text: str) -> int:
    most = _MOST_MINUTES if column == "minutes" else 2**62
    if text and not (text.isascii() and text.isdigit() and len(text) < 19 and int(text) <= most):
        raise NotationError(Problem("bad-row", f"{column}: {text[:40]!r} is no whole number up to {most:,}"))
    return int(text or 0)
