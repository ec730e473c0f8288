"""Jobs by hand: what is open and who has it, a result said by a person, and the packs' functions run here and now."""

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import click

from alihdaya.cli.settings import Settings, mark, now, say

if TYPE_CHECKING:
    from alihdaya.operations.commands import Command
    from alihdaya.work.outbox import SendKey


@click.command(help=say("List the open jobs of the store: free, leased to a worker, to be tried later, or dead."))
@click.option("--do", "doing", is_flag=True, help=say("First let the packs' functions do theirs, here and now."))
@click.option("--json", "as_json", is_flag=True, help=say("Print JSON, a line for each job."))
@click.pass_obj
def jobs(settings: Settings, *, doing: bool, as_json: bool) -> None:
    """List jobs."""
    from alihdaya.channels.api.job_wire import listed
    from alihdaya.store.resume import sends

    if doing:
        _do_here(settings)
    moment = now()
    with settings.read() as store:
        found = {key: send for key, send in sends(store).items() if send.token}
    rows = [
        {**listed(0, key, send, moment), "id": f"{key[0]}-{key[1]}", "item": send.item} for key, send in found.items()
    ]
    if as_json:
        for row in rows:
            click.echo(json.dumps(row))
    elif rows:
        _show(settings, rows)
    else:
        click.echo(say("No job is open."))


_STATES = {"dead": mark("dead"), "leased": mark("leased"), "later": mark("later"), "free": mark("free")}


def _show(settings: Settings, rows: list[dict[str, Any]]) -> None:
    from datetime import datetime

    from rich import box
    from rich.table import Table
    from rich.text import Text

    from alihdaya.console.terminal import make_console
    from alihdaya.console.words import NOTHING, words

    spoken = words(settings.language)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="dim", show_edge=False)
    heads = (say("Job"), say("Item"), say("Name"), say("State"), say("Attempts"), say("Who has it"))
    for head in (*heads, spoken.zoned(say("Until")), say("Why")):
        table.add_column(head, justify="right" if head in {heads[1], heads[4]} else "left", overflow="fold")
    for row in rows:
        until = row["until"] or row["next_at"]
        when = spoken.when(datetime.fromisoformat(until)) if until else NOTHING
        state = _STATES[row["state"]]
        told = (row["topic"], say(state), str(row["attempts"]), row["worker"] or NOTHING, when)
        cells = (row["id"], str(row["item"]), *told, row["reason"])
        table.add_row(*(Text("".join(sign if sign.isprintable() else " " for sign in cell)) for cell in cells))
    make_console().print(table)


def _do_here(settings: Settings) -> None:
    from alihdaya.operations.jobs.here import Jobs, name_of
    from alihdaya.operations.jobs.processes import Processes

    desk, processes = settings.write(), Processes()
    try:
        here = Jobs(desk, processes, name_of(desk.store))
        while here.work_off(max(now(), desk.at)):
            pass
    finally:
        processes.close()
        desk.close()


@click.command(help=say("Say by hand how the job ID ended, whoever has it: done, fail or error."))
@click.argument("job_id", metavar="ID")
@click.argument("end", metavar="END", type=click.Choice(["done", "fail", "error"]))
@click.option("--set", "fields", multiple=True, metavar="NAME=JSON", help=say("A variable of the result of done."))
@click.option("--code", default="", help=say("The code of the BPMN error."))
@click.option("--reason", default="", help=say("Why it failed; the item stops, and can be tried again."))
@click.option("--by", default="operator", show_default=True, help=say("Who says so."))
@click.pass_obj
def job(settings: Settings, job_id: str, end: str, fields: tuple[str, ...], code: str, reason: str, by: str) -> None:
    """End a job by hand."""
    from alihdaya.cli.work import do
    from alihdaya.operations.jobs.commands import Fail, Finish, Throw

    key = _key(job_id)
    ends: dict[str, Command] = {
        "done": Finish(key, None, by, dict(_field(text) for text in fields)),
        "fail": Fail(key, None, by, reason or say("said by hand"), 0),
        "error": Throw(key, None, by, code, reason),
    }
    if end == "error" and not code:
        raise click.UsageError(say("name the error with --code"))
    do(settings, lambda _: ends[end])
    told = say("Job {job} stopped its item.") if end == "fail" else say("Job {job} is over.")
    click.echo(told.format(job=job_id))


def _key(text: str) -> "SendKey":
    seq, _, number = text.partition("-")
    if not all(part.isascii() and part.isdigit() and len(part) < 19 for part in (seq, number)):
        raise click.BadParameter(say("{text!r} is no job; alihdaya jobs lists them").format(text=text))
    return int(seq), int(number)


def _field(text: str) -> tuple[str, Any]:
    """Read NAME=JSON; what is no JSON is text."""
    name, sign, value = text.partition("=")
    if not (name and sign):
        raise click.BadParameter(say("{text!r} is not of the form NAME=JSON").format(text=text))
    try:
        return name, json.loads(value, parse_float=Decimal, parse_constant=lambda _: value)
    except (ValueError, ArithmeticError, RecursionError):
        return name, value
