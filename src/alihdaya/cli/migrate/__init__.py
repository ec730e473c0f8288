"""Versions of definitions, and the migration of items under way from one to another."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from alihdaya.cli.settings import Settings, now, say

if TYPE_CHECKING:
    from alihdaya.operations.desk import Desk
    from alihdaya.operations.migrate.order import Order
    from alihdaya.operations.migrate.reading import Wishes
    from alihdaya.operations.migrate.report import Report
    from alihdaya.packs import Pack

_INSTANT = click.DateTime(["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d"])


@click.command(
    help=say("List the versions of every pack: when each was deployed, how many items run on it, and where they wait.")
)
@click.option("--json", "as_json", is_flag=True, help=say("Print one JSON object a line."))
@click.pass_obj
def definitions(settings: Settings, as_json: bool) -> None:
    """List versions."""
    from alihdaya.cli.migrate.shown import plain_standing, versions_table
    from alihdaya.console.terminal import make_console
    from alihdaya.console.words import words
    from alihdaya.operations.migrate.versions import standing
    from alihdaya.operations.opening import read_desk

    with settings.read() as store:
        found = standing(read_desk(store, recorded=now))
    if not as_json:
        make_console().print(versions_table(words(settings.language), found))
        return
    for one in found:
        click.echo(json.dumps(plain_standing(one)))


def _pairs(_context: click.Context, _option: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    """Read OLD=NEW texts; what is behind the first sign may be empty."""
    found = {}
    for value in values:
        name, mark, text = value.partition("=")
        if not (name.strip() and mark):
            raise click.BadParameter(say("{text!r} is not of the form NAME=VALUE.").format(text=value))
        found[name.strip()] = text.strip()
    return found


@click.command(
    help=say(
        "Take items under way over to another version of their pack, wherever they wait for something. Without --go "
        "nothing changes: it shows how many items wait where, where each would go on, and which cannot go, and why."
    ),
    epilog=say(
        "Exit code: 0 all went (or could), 1 some items stay. Asking again is safe: who went does not go twice."
    ),
)
@click.option("--of", "name", metavar="PACK", help=say("Which pack, where the store holds several."))
@click.option("--to", metavar="VERSION", default="", help=say("Its number or digest (default: the newest)."))
@click.option(
    "--pack", "place", metavar="PACK", help=say("To the models of this pack as they are now; --go deploys them.")
)
@click.option("--trust", is_flag=True, help=say("Run the steps.py of a pack that is a folder: it is a program."))
@click.option(
    "--map",
    "nodes",
    multiple=True,
    metavar="OLD=NEW",
    callback=_pairs,
    help=say("A node that is called otherwise now; OLD= gives an event up."),
)
@click.option(
    "--mapping",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=say("The same from a file, TOML or JSON."),
)
@click.option(
    "--set", "values", multiple=True, metavar="NAME=FEEL", callback=_pairs, help=say("A variable to set on the way.")
)
@click.option(
    "--reset-timers",
    "reset",
    is_flag=True,
    help=say("Set timers anew whose definition changed (default: they run on)."),
)
@click.option("--from", "version", metavar="VERSION", default="", help=say("Only items of this version."))
@click.option("--service", default="", help=say("Only items of this service."))
@click.option("--node", default="", help=say("Only items that wait at this node."))
@click.option("--before", type=_INSTANT, help=say("Only items received before, in UTC if nothing else is said."))
@click.option("--where", metavar="FEEL", default="", help=say("Only items for whose variables this holds."))
@click.option("--item", "items", metavar="ITEM", multiple=True, help=say("Only this item; may be given many times."))
@click.option("--limit", type=click.IntRange(min=1), help=say("At most so many items."))
@click.option("--by-nodes", "url", metavar="URL", help=say("Have running nodes do it: the address of any of them."))
@click.option("--go", is_flag=True, help=say("Carry it out."))
@click.option("--at", type=_INSTANT, help=say("When it happened (default: now); never before the log's last entry."))
@click.option("--json", "as_json", is_flag=True, help=say("Print one JSON object."))
@click.pass_obj
def migrate(settings: Settings, /, **given: Any) -> None:
    """Show or carry out a migration."""
    from alihdaya.cli.migrate.shown import report_shown
    from alihdaya.console.terminal import make_console
    from alihdaya.console.words import words
    from alihdaya.operations.migrate.report import to_plain

    if given["url"]:
        report, numbers = _remotely(settings, given)
    else:
        report, numbers = _here(settings, given)
    if given["as_json"]:
        click.echo(json.dumps({**to_plain(report, numbers), "carried_out": given["go"]}))
    else:
        make_console().print(report_shown(words(settings.language), report, numbers, go=given["go"]))
    sys.exit(1 if report.stayed else 0)


def _here(settings: Settings, given: dict[str, Any]) -> "tuple[Report, dict[str, int | None]]":
    """Carry it out as the writer, or look without being it."""
    pack = _target(given["place"], trusted=given["trust"])
    with _desk(settings, go=given["go"]) as desk:
        order, at = _order(desk, pack, given), _moment(desk, given)
        if given["go"] and pack is not None:
            from alihdaya.operations.sign import deploy

            deploy(desk, pack, at)
            desk.commit()
        report = _carried(settings, desk, order, at, given)
        return report, {one.digest: one.number for one in desk.store.versions()}


def _remotely(settings: Settings, given: dict[str, Any]) -> "tuple[Report, dict[str, int | None]]":
    """Have running nodes carry it out."""
    from alihdaya.cli.migrate.remote import carry_out
    from alihdaya.cli.runs.bars import bar

    if given["place"] or given["at"] or not given["name"]:
        raise click.UsageError(say("With --by-nodes name the pack with --of; a node deploys packs and tells the time."))
    wishes = _wishes(given)
    before: datetime | None = given["before"]
    body = {
        "pack": given["name"],
        "to": given["to"],
        "nodes": dict(wishes.nodes),
        "set": dict(wishes.values),
        "reset-timers": wishes.reset,
        "from": given["version"],
        "service": given["service"],
        "node": given["node"],
        "before": None if before is None else (before if before.tzinfo else before.replace(tzinfo=UTC)).isoformat(),
        "where": given["where"],
        "items": list(given["items"]),
        "go": given["go"],
    }
    with bar(settings, say("Items")) as show:
        return carry_out(given["url"], body, limit=given["limit"], told=lambda done: show(done, done))


@contextmanager
def _desk(settings: Settings, *, go: bool) -> Iterator["Desk"]:
    """Become the writer, or with nothing to be carried out only look."""
    from alihdaya.operations.opening import read_desk

    with settings.read() as store:  # a store that is not there is not made here
        if not go:
            yield read_desk(store, recorded=now)
            return
    desk = settings.write()
    try:
        yield desk
    finally:
        desk.close()


def _target(place: str | None, *, trusted: bool) -> "Pack | None":
    """Load the pack on disk that is to be the target, and see that it runs."""
    from alihdaya.operations.opening import plans_of
    from alihdaya.packs import load

    if place is None:
        return None
    pack = load(place)
    plans_of(pack, trusted=trusted)
    return pack


def _order(desk: "Desk", pack: "Pack | None", given: dict[str, Any]) -> "Order":
    from alihdaya.operations.migrate.order import Choice, Order

    if pack is not None and (given["to"] or given["name"]):
        raise click.UsageError(say("--pack names the target already: leave out --to and --of"))
    wishes, before = _wishes(given), given["before"]
    return Order(
        pack=pack.name if pack else given["name"] or _only_pack(desk),
        to=given["to"],
        nodes=wishes.nodes,
        values=wishes.values,
        reset=wishes.reset,
        choice=Choice(
            given["version"], given["service"], given["node"], _micros(before), given["where"], _numbers(given["items"])
        ),
        given=pack,
    )


def _wishes(given: dict[str, Any]) -> "Wishes":
    """Put the file of the mapping and the command line together; the line has the last word."""
    from alihdaya.operations.migrate.reading import Wishes, read_wishes

    file: Path | None = given["mapping"]
    read = read_wishes(file.read_bytes(), str(file)) if file else Wishes({}, {}, False)
    return Wishes({**read.nodes, **given["nodes"]}, {**read.values, **given["values"]}, read.reset or given["reset"])


def _numbers(names: tuple[str, ...]) -> tuple[int, ...]:
    if not all(name.isascii() and name.isdigit() and len(name) < 19 for name in names):
        raise click.UsageError(say("--item: the number of an item; of many nodes its name, such as 3-17"))
    return tuple(map(int, names))


def _only_pack(desk: "Desk") -> str:
    names = sorted({one.pack for one in desk.store.versions()})
    if len(names) != 1:
        raise click.UsageError(say("Name the pack with --of; there is: {names}").format(names=", ".join(names) or "-"))
    return names[0]


def _micros(moment: datetime | None) -> int:
    from alihdaya.kernel.time import micros

    return 0 if moment is None else micros(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _moment(desk: "Desk", given: dict[str, Any]) -> int:
    """Give when it happens, in microseconds."""
    from alihdaya.kernel.time import iso

    at = _micros(given["at"])
    if at and at < desk.at:
        raise click.UsageError(say("The log is at {last} already.").format(last=iso(desk.at)))
    return at or max(now(), desk.at)


def _carried(settings: Settings, desk: "Desk", order: "Order", at: int, given: dict[str, Any]) -> "Report":
    """Work the order off, a chunk and a commit at a time."""
    from alihdaya.cli.runs.bars import bar
    from alihdaya.operations.migrate.order import Migrate
    from alihdaya.operations.migrate.whole import work_off
    from alihdaya.operations.perform import perform

    def chunk(command: Migrate) -> "Report":
        report: Report = perform(desk, command, max(at, desk.at))
        desk.commit()
        return report

    with bar(settings, say("Items")) as show:
        return work_off(chunk, Migrate(order, go=given["go"]), limit=given["limit"], told=lambda done: show(done, done))
