"""`alihdaya course`: training that others made, as SCORM packages, and how it went, as xAPI statements."""

import json
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from alihdaya.cli.settings import Settings, say

if TYPE_CHECKING:
    from alihdaya.packs.courses.course import Course
    from alihdaya.packs.courses.statement import Result

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group(help=say("Read courses that others made (SCORM), teach them in a pack, and take in how they went (xAPI)."))
def course() -> None:
    """Group the commands about courses."""


@course.command(help=say("Show what the SCORM package FILE holds; nothing of it is unpacked or run."))
@click.argument("file", type=_FILE)
@click.option("--json", "as_json", is_flag=True, help=say("Print one JSON object."))
def show(file: Path, *, as_json: bool) -> None:
    """Show a package."""
    from alihdaya.packs.courses.package import open_course

    found = open_course(file)
    if as_json:
        click.echo(json.dumps(_plain(found), ensure_ascii=False))
        return
    mark = (
        say("it asks for {mark} %").format(mark=found.pass_mark) if found.pass_mark is not None else say("no pass mark")
    )
    click.echo(f"{found.title}: SCORM {found.version}, {mark}")
    for number, one in enumerate(found.modules, 1):
        kind = say("reports") if one.reports else say("shows only")
        click.echo(f"{number:>3}  {one.title}  ({one.href}, {kind})")


@course.command("import", help=say("Teach the course of the SCORM package FILE in the training pack in FOLDER."))
@click.argument("folder", type=_FOLDER)
@click.argument("file", type=_FILE)
@click.option("--name", required=True, help=say("What enrolments call the course, such as data-protection."))
@click.option("--certificate", help=say("What it certifies (default: its name)."))
@click.option("--months", type=click.IntRange(1, 120), default=12, show_default=True, help=say("How long that holds."))
@click.option(
    "--pass-mark", type=click.IntRange(1, 100), help=say("Percent to pass (default: as the package says, else 80).")
)
@click.option("--practical", required=True, help=say("The practical item that a trainer watches at the end."))
def import_(
    folder: Path, file: Path, name: str, certificate: str | None, months: int, pass_mark: int | None, practical: str
) -> None:
    """Add a course to a pack."""
    from alihdaya.packs.courses.adding import Teaching, add_course
    from alihdaya.packs.courses.package import open_course

    found = open_course(file)
    mark = pass_mark or round(found.pass_mark or 80) or 80
    add_course(folder, found, Teaching(name, certificate or name, months, mark, practical))
    text = say(
        "{name} is taught in {folder}: {count} modules, {mark} % to pass. Look at it: alihdaya pack check {folder}"
    )
    click.echo(text.format(name=name, folder=folder, count=len(found.modules), mark=mark))
    _put_on_shelf(file, name)


def _put_on_shelf(file: Path, name: str) -> None:
    """Copy a package to where it is played from, if such a folder is named."""
    import shutil

    from alihdaya.packs.courses.shelf import shelf

    home = shelf()
    if home is None:
        return
    path = home / f"{name}.zip"
    if path.exists() and path.samefile(file):
        return
    beside = path.with_suffix(".part")
    shutil.copyfile(file, beside)
    beside.replace(path)
    click.echo(say("It is played from {path}").format(path=path))


@course.command(
    "list", help=say("List the packages in the folder ALIHDAYA_COURSES, which are played at the workplace.")
)
@click.option("--json", "as_json", is_flag=True, help=say("Print one JSON object a line."))
def list_(*, as_json: bool) -> None:
    """List packages. Exits 1 where one cannot be played."""
    from alihdaya.kernel.errors import NotationError
    from alihdaya.packs.courses.shelf import find_package, names

    _shelf_or_not()
    bad = False
    for name in names():
        try:
            found = find_package(name)
        except NotationError as error:
            bad = True
            told: dict[str, Any] = {"name": name, "problem": str(error.problems[0])}
            click.echo(json.dumps(told) if as_json else f"{name}: {told['problem']}")
            continue
        if found is not None:
            plain = {"name": name, "mark": found.mark, **_plain(found.course), "problem": None}
            modules = say("{n} modules").format(n=len(found.course.modules))
            line = f"{name}: {found.course.title}, SCORM {found.course.version}, {modules}"
            click.echo(json.dumps(plain, ensure_ascii=False) if as_json else line)
    sys.exit(1 if bad else 0)


@course.command(
    "serve",
    help=say(
        "Serve the packages in the folder ALIHDAYA_COURSES to browsers, and nothing else, for the workplace of nodes: "
        "under another host name than theirs, which they learn from ALIHDAYA_COURSES_AT."
    ),
)
@click.option("--host", default="127.0.0.1", show_default=True, help=say("The address to listen at."))
@click.option("--port", type=click.IntRange(1024, 65535), default=8322, show_default=True, help=say("The port."))
def serve_(host: str, port: int) -> None:
    """Serve courses until interrupted."""
    import uvicorn

    from alihdaya.console.workplace.courses.files import make_courses

    _shelf_or_not()
    click.echo(say("Courses: {url}").format(url=f"http://{host}:{port}/"), err=True)
    uvicorn.run(make_courses(), host=host, port=port, log_level="warning", server_header=False)


def _shelf_or_not() -> None:
    from alihdaya.packs.courses.shelf import COURSES, shelf

    if shelf() is None:
        raise click.UsageError(say("{variable} names no folder of courses.").format(variable=COURSES))


@course.command(
    help=say("Take in how courses went: FILE holds xAPI statements, as JSON. A trainer decides afterwards.")
)
@click.argument("file", type=_FILE)
@click.option("--json", "as_json", is_flag=True, help=say("Print one JSON object a line."))
@click.pass_obj
def results(settings: Settings, file: Path, *, as_json: bool) -> None:
    """Take results in. Exits 1 where one could not be used."""
    told = list(_taken(settings, file))
    for one in told:
        click.echo(json.dumps(one) if as_json else _line(one), err=not as_json and bool(one["problem"]))
    sys.exit(1 if any(one["problem"] for one in told) else 0)


def _taken(settings: Settings, file: Path) -> Iterator[dict[str, Any]]:
    from alihdaya.kernel.errors import NotationError, Problem, Refused, Source
    from alihdaya.operations.people.reported import results as read

    try:
        sent = json.loads(file.read_bytes(), parse_float=Decimal)
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise NotationError(Problem("no-json", f"no JSON: {error}", Source(file.name))) from None
    for found in read(sent, file.name):
        if isinstance(found, Problem):
            yield {"enrolment": None, "percent": None, "item": None, "problem": str(found)}
            continue
        told: dict[str, Any] = {"enrolment": found.enrolment, "percent": found.percent, "item": None, "problem": None}
        try:
            yield {**told, "item": _deliver(settings, found)}
        except Refused as refusal:
            yield {**told, "problem": str(refusal)}


def _deliver(settings: Settings, found: "Result") -> int | None:
    """Deliver a result; None where it was known."""
    from alihdaya.cli.work import do
    from alihdaya.operations.people.reported import letter

    with settings.read() as store:
        told = letter(store, found)
    return None if told is None else int(do(settings, lambda _: told))


def _line(one: dict[str, Any]) -> str:
    if one["problem"]:
        return f"alihdaya: {one['problem']}"
    if one["item"] is None:
        return str(say("{enrolment}: was known")).format(**one)
    return str(say("{enrolment}: {percent} %, to item {item}")).format(**one)


def _plain(found: "Course") -> dict[str, Any]:
    modules = [{"id": one.id, "title": one.title, "href": one.href, "reports": one.reports} for one in found.modules]
    mark = None if found.pass_mark is None else float(found.pass_mark)
    return {"title": found.title, "scorm": found.version, "pass_mark": mark, "modules": modules}
