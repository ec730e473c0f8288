"""Who is there, what they proved and until when; why somebody may or may not do a task; withdrawing a certificate."""

import json
from typing import TYPE_CHECKING, Any

import click

from alihdaya.cli.settings import Settings, now, say
from alihdaya.cli.work import do

if TYPE_CHECKING:
    from alihdaya.operations.people.standing import Standing


@click.command(help=say("List persons with their language tests and certificates, and when these expire."))
@click.option("--expiring", type=click.IntRange(0, 3650), metavar="DAYS", help=say("Only whose certificate ends soon."))
@click.option("--json", "as_json", is_flag=True, help=say("Print one JSON object a line."))
@click.pass_obj
def people(settings: Settings, expiring: int | None, as_json: bool) -> None:
    """List persons."""
    from alihdaya.cli.people.shown import people_table
    from alihdaya.console.terminal import make_console
    from alihdaya.kernel.time import DAY
    from alihdaya.operations.people.standing import ends_within, plain, standings

    at = now()
    with settings.read() as store:
        found = standings(store)
    if expiring is not None:
        found = [one for one in found if ends_within(one, at, expiring * DAY)]
    if as_json:
        for one in found:
            click.echo(json.dumps(plain(one, at), ensure_ascii=False))
    elif found:
        console = make_console()
        with console.capture() as shown:
            console.print(people_table(found, at))
        click.echo("\n".join(line.rstrip() for line in shown.get().splitlines()))
    else:
        click.echo(say("Nobody."))


@click.command(help=say("Tell what person ID proved, and of every task whether they may do it, or why not."))
@click.argument("person")
@click.option("--json", "as_json", is_flag=True, help=say("Print one JSON object."))
@click.pass_obj
def person(settings: Settings, person: str, as_json: bool) -> None:  # the argument is the person's id
    """Tell about one person."""
    from alihdaya.cli.people.shown import person_tree
    from alihdaya.console.terminal import make_console
    from alihdaya.operations.people.standing import history, may_do, plain, standings

    at = now()
    with settings.read() as store:
        one: Standing | None = next((one for one in standings(store) if one.id == person), None)
        if one is None:
            raise click.ClickException(say("Nobody is called {person!r}.").format(person=person))
        tasks, past = may_do(store, one, at), history(store, person)
    if as_json:
        told: dict[str, Any] = {
            "tasks": [{**task._asdict(), "reasons": list(task.reasons)} for task in tasks],
            "log": [entry._asdict() for entry in past],
        }
        click.echo(json.dumps({**plain(one, at), **told}, ensure_ascii=False))
    else:
        make_console().print(person_tree(one, tasks, past, at))


@click.command(help=say("Withdraw CERTIFICATE of PERSON: what they have in hand because of it waits for others."))
@click.argument("person")
@click.argument("certificate")
@click.option("--because", "reason", required=True, help=say("Why; it goes into the log."))
@click.pass_obj
def withdraw(settings: Settings, person: str, certificate: str, reason: str) -> None:
    """Withdraw a certificate."""
    from alihdaya.operations.people.commands import Withdraw

    do(settings, lambda _: Withdraw(person, certificate, reason), house="people")
    click.echo(say("{person} no longer has the certificate {name}.").format(person=person, name=certificate))
