"""A course put into a training pack of one's own: a rule of its decision table, and a value of its intake."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from alihdaya.kernel.errors import PackError, Problem, Source
from alihdaya.notation.xml import local_name, parse_xml
from alihdaya.packs.courses.course import Course
from alihdaya.packs.load import load

if TYPE_CHECKING:
    from lxml import etree

MODEL: Final = "decisions/courses.dmn"
TABLE: Final = "course_table"
COLUMN: Final = "course_name"

_NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,38}")
_ALLOWED: Final = re.compile(rf'(?m)^name = "{COLUMN}"\n(?:(?!^\[).*\n)*?allowed = \[(?P<values>[^\]\n]*)\]')


class Teaching(NamedTuple):
    """How a course is taught here: its name, what it certifies for how many months, its pass mark, its practice."""

    name: str
    certificate: str
    months: int
    pass_mark: int
    practical: str


def add_course(folder: Path, course: Course, how: Teaching) -> None:
    """Add a course to the pack in `folder`. Raises PackError where it cannot be; then nothing is changed.

    The pack must have been begun like `training`: a decision table `course_table` and an intake column `course_name`.
    """
    for name in (how.name, how.certificate):
        if not _NAME.fullmatch(name):
            raise PackError(Problem("bad-name", f"{name[:40]!r} is no name such as service-desk", Source(str(folder))))
    if not how.practical.strip() or not how.practical.isprintable():
        raise PackError(Problem("bad-text", "the practical item is one line of text", Source(str(folder))))
    load(folder)  # what is wrong already is told as it is
    model, manifest = folder / MODEL, folder / "pack.toml"
    before = {one: one.read_bytes() for one in (model, manifest) if one.is_file()}
    if model not in before:
        raise PackError(Problem("no-table", f"the pack has no {MODEL}", Source(str(folder))))
    after = {
        model: _with_rule(before[model], course, how, model),
        manifest: _with_value(before[manifest], how, manifest),
    }
    try:
        for path, content in after.items():
            path.write_bytes(content)
        load(folder)
    except BaseException:
        for path, content in before.items():
            path.write_bytes(content)
        raise


def _with_value(content: bytes, how: Teaching, path: Path) -> bytes:
    text = content.decode()
    found = _ALLOWED.search(text)
    if found is None:
        raise PackError(
            Problem("no-column", f"the intake has no column {COLUMN} with allowed values", Source(str(path)))
        )
    end = found.end("values")
    return f'{text[:end]}, "{how.name}"{text[end:]}'.encode()


def _with_rule(content: bytes, course: Course, how: Teaching, path: Path) -> bytes:
    from lxml import etree

    root = parse_xml(content, str(path))
    table = next((one for one in root.iter() if one.get("id") == TABLE), None)
    rules = [] if table is None else [one for one in table if local_name(one) == "rule"]
    if not rules:
        raise PackError(Problem("no-table", f"the model has no decision table {TABLE} with rules", Source(str(path))))
    cells = _cells(course, how)
    named = [_text(next(one for one in rule if local_name(one) == "inputEntry")) for rule in rules]
    if cells[0] in named:
        raise PackError(Problem("twice", f"there is a course {how.name!r} already", Source(str(path))))
    values = next((one for one in root.iter() if one.get("id") == "tCourse_values"), None)
    if values is not None:
        values[0].text = f"{_text(values)}, {cells[0]}"
    made = _rule(rules[-1], cells, course, path)
    rules[-1].addnext(made)
    rules[-1].tail, made.tail = rules[-2].tail if len(rules) > 1 else "\n", rules[-1].tail
    return etree.tostring(root.getroottree(), xml_declaration=True, encoding="UTF-8") + b"\n"


def _rule(former: "etree._Element", cells: list[str], course: Course, path: Path) -> "etree._Element":
    """Make a rule after the last one: the same entries, other texts, ids of its own."""
    from copy import deepcopy

    made = deepcopy(former)
    entries = [one for one in made if local_name(one).endswith("Entry")]
    if len(entries) != len(cells):
        message = f"{TABLE} has {len(entries)} columns, not {len(cells)}: it was begun otherwise"
        raise PackError(Problem("no-table", message, Source(str(path))))
    number = 1 + len([one for one in former.itersiblings(preceding=True) if local_name(one) == "rule"]) + 1
    made.set("id", f"course_{number}")
    for place, (entry, cell) in enumerate(zip(entries, cells, strict=True)):
        entry.set("id", f"course_{number}_{'o' if place else 'i'}{place or 1}")
        entry[0].text = cell
    for one in made:
        if local_name(one) == "description":
            one.text = f"{course.title}. SCORM {course.version}."
    return made


def _cells(course: Course, how: Teaching) -> list[str]:
    """Give the FEEL of the rule's entries: name; certificate, modules, no key, pass mark, months, practical item."""
    modules = ",".join(_literal(one.title) for one in course.modules)
    texts = [_literal(how.name), _literal(how.certificate), f"[{modules}]", '""']
    return [*texts, str(how.pass_mark), str(how.months), _literal(how.practical)]


def _literal(text: str) -> str:
    """Write a text as FEEL (DMN 10.3.1.2, string literal)."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _text(element: "etree._Element") -> str:
    return (element[0].text or "").strip() if len(element) else ""
