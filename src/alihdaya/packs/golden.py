"""Golden items: tasks whose right answers are known, by which a program proves that it can do a kind of task.

`golden/NAME.json` holds a practical test for one certificate: `{"certificate", "pass_mark", "questions", "valid",
"items": [{"name", "task", "given", "expect"}]}`. It is not deployed: whoever reads the store does not read the answers.
"""

import json
from collections.abc import Iterator
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec import Meta

from alihdaya.kernel.errors import PackError, Problem, Source
from alihdaya.notation.bpmn import UserWork
from alihdaya.notation.bpmn.iso8601 import parse_duration
from alihdaya.packs.folder import Folder, text
from alihdaya.packs.form import check_form, dated
from alihdaya.work.keepable import unkeepable

if TYPE_CHECKING:
    from alihdaya.packs.pack import Pack

_Name = Annotated[str, Meta(min_length=1, max_length=200)]


class GoldenItem(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One task as a worker would get it: `given` are its variables, `expect` the right values of the form's fields.

    Fields that `expect` does not name may be anything that fits the form.
    """

    name: _Name
    task: _Name
    given: dict[str, Any]
    expect: Annotated[dict[str, Any], Meta(min_length=1)]


class Golden(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A practical test: so many `questions` are drawn from the items, `pass_mark` percent of them must be right.

    `valid`: for how long the certificate counts then, an ISO 8601 duration.
    """

    certificate: Annotated[str, Meta(pattern=r"^[^\s:]+$")]
    items: Annotated[list[GoldenItem], Meta(min_length=1, max_length=1000)]
    questions: Annotated[int, Meta(ge=1, le=100)]
    pass_mark: Annotated[int, Meta(ge=1, le=100)] = 90
    valid: str = "P6M"
    file: str = ""
    """Where it was read from, for problems."""


def read_golden(folder: Folder) -> tuple[Golden, ...]:
    """Read every file under golden/. Raises PackError with every problem, each with file and element."""
    problems: list[Problem] = []
    found: dict[str, Golden] = {}
    for path in folder.under("golden"):
        name = f"{folder.place}/{path}"
        try:
            one = _read(text(folder, path), name)
        except PackError as error:
            problems += error.problems
            continue
        if one.certificate in found:
            message = f"{found[one.certificate].file} is a test for {one.certificate!r} already"
            problems.append(Problem("twice", message, Source(name, element="certificate")))
        found[one.certificate] = one
    if problems:
        raise PackError(problems)
    return tuple(found.values())


def _read(content: str, name: str) -> Golden:
    try:
        plain = json.loads(content, parse_float=Decimal)
        golden = msgspec.convert({**plain, "file": name} if isinstance(plain, dict) else plain, Golden)
    except (ValueError, RecursionError, ArithmeticError) as error:
        line = getattr(error, "lineno", None)
        raise PackError(Problem("bad-golden", f"no practical test: {error}", Source(name, line))) from None
    problems = list(_odd(golden))
    if problems:
        raise PackError(problems)
    return golden


def _odd(golden: Golden) -> Iterator[Problem]:
    place = partial(Source, golden.file)
    span = parse_duration(golden.valid)
    if span is None or min(span) < 0 or not any(span):
        yield Problem("bad-golden", f"{golden.valid!r} is no duration such as P6M", place(element="valid"))
    if golden.questions > len(golden.items):
        message = f"{golden.questions} questions cannot be drawn from {len(golden.items)} items"
        yield Problem("bad-golden", message, place(element="questions"))
    seen: set[str] = set()
    for n, item in enumerate(golden.items, 1):
        if item.name in seen:
            yield Problem("twice", f"two items are called {item.name!r}", place(element=f"items[{n}].name"))
        seen.add(item.name)
        for fault in unkeepable({**item.given, **item.expect}, "bad-golden"):
            yield Problem(fault.code, fault.message, place(element=f"items[{n}].{fault.source.element}"))


def check_golden(pack: "Pack") -> Iterator[Problem]:
    """Give what is wrong with the practical tests of a pack.

    Every task that asks for a test's certificate must be among its items: who passes may do all of them. What is
    expected must fit the task's form.
    """
    works = {
        node.id: node.detail
        for process in pack.processes.values()
        for node in process.nodes
        if isinstance(node.detail, UserWork)
    }
    for golden in pack.golden:
        asking = {task for task, work in works.items() if work.certificate == golden.certificate}
        for task in sorted(asking - {item.task for item in golden.items}):
            message = f"task {task!r} asks for {golden.certificate!r}, and no item is of it"
            yield Problem("no-golden", message, Source(golden.file, element="items"))
        for n, item in enumerate(golden.items, 1):
            place = Source(golden.file, element=f"items[{n}]")
            if item.task not in asking:
                message = f"{item.task!r} is no task that asks for the certificate {golden.certificate!r}"
                yield Problem("no-task", message, place)
                continue
            form = pack.forms.get(works[item.task].form)
            wrong = check_form(form, dated(form, item.expect))
            for fault in wrong:
                if fault.source.element in item.expect:
                    yield Problem("bad-golden", fault.message, place)
