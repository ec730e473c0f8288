"""Reading a table of posts: CSV, or with tabs (.tsv), a post a line, columns by their names."""

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from alihdaya.kernel.errors import Problem, Source
from alihdaya.planning.posts import GIVEN, Post

COLUMNS: Final = (
    "title",
    "description",
    "code",
    "employer",
    "serves",
    "agreement",
    "basis",
    "contact",
    "level",
    "place",
)
"""The columns that are read; "title" is needed. `agreement` is yes or no; the last four are given decisions."""

_ALSO: Final = {"o*net-soc code": "code", "soc": "code", "soc code": "code", "contact degree": "contact"}
_WORDS: Final = {"yes": True, "true": True, "no": False, "false": False, "": None}
_LONGEST = 200_000
"""So long a field may be, in characters."""


def read_posts(path: Path) -> tuple[list[Post], list[Problem]]:
    """Give the posts of a file (UTF-8), and a problem with its line for every row that is none.

    Posts and problems together are as many as the file has rows, unless it cannot be read to its end, which the last
    problem says. Raises OSError.
    """
    posts: list[Post] = []
    problems: list[Problem] = []
    csv.field_size_limit(_LONGEST)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file, delimiter="\t" if path.suffix.lower() == ".tsv" else ",", strict=True)
        try:
            names = _names(next(rows, []))
            if "title" not in names:
                return [], [Problem("no-title", "there is no column title", Source(str(path), line=1))]
            for line, cells in _numbered(rows):
                try:
                    posts.append(_post(dict(zip(names, cells, strict=False))))
                except ValueError as error:
                    problems.append(Problem("bad-post", str(error), Source(str(path), line=line)))
        except (csv.Error, UnicodeDecodeError) as error:
            problems.append(
                Problem("bad-file", f"cannot be read on: {error}", Source(str(path), line=rows.line_num + 1))
            )
    if not posts and not problems:
        problems.append(
            Problem("no-posts", "there is no row below the names of the columns", Source(str(path), line=1))
        )
    return posts, problems


def _numbered(rows: "Iterator[list[str]]") -> Iterator[tuple[int, list[str]]]:
    for cells in rows:
        if any(cells):
            yield rows.line_num, cells  # type: ignore[attr-defined]


def _names(cells: list[str]) -> list[str]:
    names = [cell.strip().lower() for cell in cells]
    names = [_ALSO.get(name, name) for name in names]
    twice = [name for name in COLUMNS if names.count(name) > 1]
    if twice:
        raise csv.Error(f"the column {twice[0]} is there twice")
    return names


def _post(row: Mapping[str, str]) -> Post:
    value = {name: row.get(name, "").strip() for name in COLUMNS}
    if not value["title"]:
        raise ValueError("the title is empty")
    employer, serves = value["employer"], value["serves"]
    if bool(employer) != bool(serves):
        raise ValueError("employer and serves are given both, or neither")
    if value["agreement"].lower() not in _WORDS:
        raise ValueError(f"agreement is yes or no, not {value['agreement']!r}")
    third = None if not employer else employer.casefold() != serves.casefold()
    named = {
        "basis": value["basis"],
        "contact degree": value["contact"],
        "level": value["level"],
        "place": value["place"],
    }
    given = {name: text.lower() for name, text in named.items() if text}
    for name, text in given.items():
        if text not in GIVEN[name]:
            raise ValueError(f"{name} is one of {', '.join(GIVEN[name])}, not {text!r}")
    if value["code"] and not value["code"][:2].isdigit():
        raise ValueError(f"a code begins with its group's two digits, not {value['code'][:20]!r}")
    agreement = _WORDS[value["agreement"].lower()]
    return Post(value["title"], value["description"], value["code"], third, agreement, given)
