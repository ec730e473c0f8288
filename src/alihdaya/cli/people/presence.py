"""Being there: log in and out, say how one is, and what one does with a task that rings or is one's own."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from alihdaya.cli.settings import Settings, mark, said, say
from alihdaya.cli.work import ITEM, at_option, do, token_of

if TYPE_CHECKING:
    from alihdaya.operations.desk import Desk
    from alihdaya.operations.floor.looking import AtHand, Seated

_token_option = click.option("--token", type=click.IntRange(min=1), help=say("Which task, where the item has several."))
_by_option = click.option("--by", "person", required=True, help=say("The person's id."))


@click.group(invoke_without_command=True, help=say("Who is present, and what they have at hand; log in and out."))
@click.option("--json", "as_json", is_flag=True, help=say("Print one JSON object a line."))
@click.pass_context
def presence(ctx: click.Context, *, as_json: bool) -> None:
    """List who is present, unless something else is asked for."""
    if ctx.invoked_subcommand is not None:
        return
    from alihdaya.operations.floor.looking import plain_seat

    found = _seated(ctx.obj)
    for one in found:
        click.echo(json.dumps(plain_seat(one), ensure_ascii=False) if as_json else _line(one))
    if not found and not as_json:
        click.echo(say("Nobody is present."))


def _seated(settings: Settings) -> "list[Seated]":
    from alihdaya.operations.floor.looking import seated

    with settings.read() as store:
        return seated(store)


def _line(one: "Seated") -> str:
    return f"{one.person}  {say(one.state)}  {', '.join(map(_hand, one.hands))}".rstrip()


def _hand(hand: "AtHand") -> str:
    state = say((_ADVICE if hand.of else _STATES)[hand.state])
    name = f": {hand.name}" if hand.name else ""
    return f"{state} {hand.item}{name}{_noted(hand.note)}"


def _noted(note: str) -> str:
    """Show what the former one wrote; it is anybody's text."""
    plain = " ".join("".join(char if char.isprintable() else " " for char in note).split())
    return f" ({plain})" if plain else ""


_STATES = {
    "rings": mark("rings: item"),
    "works": mark("has item"),
    "wraps": mark("wraps up item"),
    "later": mark("put off item"),
}
_ADVICE = {
    "rings": mark("rings: advice on item"),
    "works": mark("advises on item"),
    "later": mark("put off advice on item"),
}
_ALL = [mark("ready"), mark("break"), mark("lunch"), mark("meeting"), mark("coaching"), mark("wrap-up")]
_ALL += [mark("technical"), mark("missed"), mark("training")]


def _told(settings: Settings, person: str) -> None:
    """Say what rings at somebody now, and what they have."""
    for one in _seated(settings):
        if one.person == person:
            click.echo(_line(one))


@presence.command(help=say("Be present and ready for work, as PERSON."))
@click.argument("person")
@click.option(
    "--channel",
    "channels",
    multiple=True,
    metavar="NAME=N",
    default=("office=1",),
    show_default=True,
    help=say("How many pieces of a channel at the same time: voice, chat, mail, office."),
)
@at_option
@click.pass_obj
def login(settings: Settings, person: str, channels: tuple[str, ...], at: datetime | None) -> None:
    """Log in."""
    from alihdaya.work.floor import shares
    from alihdaya.work.floor.commands import LogIn

    try:
        most = {name: int(number) for name, _, number in (text.partition("=") for text in channels)}
        made = shares(most)
    except ValueError as error:
        raise click.BadParameter(said(error)) from None
    do(settings, lambda _: LogIn(person, made), at)
    _told(settings, person)


@presence.command(help=say("Leave, as PERSON; what rings waits again."))
@click.argument("person")
@at_option
@click.pass_obj
def logout(settings: Settings, person: str, at: datetime | None) -> None:
    """Log out."""
    from alihdaya.work.floor.commands import LogOut

    do(settings, lambda _: LogOut(person), at)
    click.echo(say("{person} has left.").format(person=person))


@presence.command(
    help=say("Be ready, or have a break, lunch, training, a meeting, coaching, wrap-up, technical trouble.")
)
@click.argument("person")
@click.argument("state")
@at_option
@click.pass_obj
def state(settings: Settings, person: str, state: str, at: datetime | None) -> None:
    """Set a state."""
    from alihdaya.work.floor.commands import SetState

    do(settings, lambda _: SetState(person, state), at)
    _told(settings, person)


def _of_task(
    settings: Settings, item: int, token: int | None, make: "Callable[[int], Any]", person: str, text: str
) -> None:
    def made(desk: "Desk") -> Any:
        return make(_at_hand(desk, item, person) or token_of(desk, item, None) if token is None else token)

    do(settings, made, None, item)
    click.echo(text.format(person=person, item=item))
    _told(settings, person)


def _at_hand(desk: "Desk", item: int, person: str) -> int | None:
    """Give the token of the only part of an item that somebody has at hand, if there is one."""
    seat = desk.hall.floor.seats.get(person) if desk.hall is not None else None
    found = [key[1] for key in seat.held if key[0] == item] if seat else []
    return found[0] if len(found) == 1 else None


@click.command(help=say("Accept the task of ITEM that rings; of a batch, all of it."))
@click.argument("item", type=ITEM)
@_by_option
@_token_option
@click.pass_obj
def accept(settings: Settings, item: int, person: str, token: int | None) -> None:
    """Accept a task."""
    from alihdaya.work.floor.commands import Accept

    text = say("{person} has the task of item {item}.")
    _of_task(settings, item, token, lambda where: Accept(item, where, person), person, text)


@click.command(help=say("Decline the task of ITEM that rings: it goes to somebody else."))
@click.argument("item", type=ITEM)
@_by_option
@click.option("--because", "reason", default="", help=say("Why; it goes into the log."))
@_token_option
@click.pass_obj
def decline(settings: Settings, item: int, person: str, reason: str, token: int | None) -> None:
    """Decline a task."""
    from alihdaya.work.floor.commands import Decline

    text = say("{person} does not take the task of item {item}.")
    _of_task(settings, item, token, lambda where: Decline(item, where, person, reason), person, text)


@click.command(help=say("Take the task of ITEM that waits, if the gate lets them who are present."))
@click.argument("item", type=ITEM)
@_by_option
@_token_option
@click.pass_obj
def take(settings: Settings, item: int, person: str, token: int | None) -> None:
    """Take a task."""
    from alihdaya.work.floor.commands import Take

    text = say("{person} has the task of item {item}.")
    _of_task(settings, item, token, lambda where: Take(item, where, person), person, text)


@click.command(help=say("Pass the task of ITEM on to others, with a note; it keeps its age."))
@click.argument("item", type=ITEM)
@_by_option
@click.option("--to", default="", help=say("Whom it should reach first."))
@click.option(
    "--kind",
    type=click.Choice(["transfer", "escalate", "hand-over"]),
    default="transfer",
    show_default=True,
    help=say("How it is passed on."),
)
@click.option("--note", default="", help=say("What the next one should know."))
@click.option(
    "--level", type=click.Choice(["A1", "A2", "B1", "B2", "C1", "C2"]), help=say("It needs the language at this level.")
)
@click.option("--proficiency", type=click.IntRange(1, 5), help=say("It needs the skill at this proficiency."))
@click.option("--minutes", type=click.IntRange(0, 1440), default=0, help=say("How long handing it over took."))
@_token_option
@click.pass_obj
def transfer(
    settings: Settings,
    item: int,
    person: str,
    to: str,
    kind: str,
    note: str,
    level: str | None,
    proficiency: int | None,
    minutes: int,
    token: int | None,
) -> None:
    """Pass a task on."""
    from alihdaya.operations.floor.commands import HandOn

    def make(where: int) -> HandOn:
        return HandOn(item, where, person, kind, to, None, note, level or "", proficiency or 0, minutes * 60)

    _of_task(settings, item, token, make, person, say("{person} has passed the task of item {item} on."))


@click.command(help=say("Ask somebody else for advice on the task of ITEM, and keep it."))
@click.argument("item", type=ITEM)
@_by_option
@click.option("--to", default="", help=say("Whom it should reach first."))
@click.option("--note", default="", help=say("What is asked."))
@click.option("--channel", default="", metavar="NAME", help=say("By voice, chat, mail or office; else as the task."))
@_token_option
@click.pass_obj
def consult(settings: Settings, item: int, person: str, to: str, note: str, channel: str, token: int | None) -> None:
    """Ask for advice."""
    from alihdaya.operations.floor.commands import AskAdvice

    text = say("{person} asks for advice on item {item}.")
    _of_task(settings, item, token, lambda where: AskAdvice(item, where, person, to, note, channel), person, text)


@click.command(help=say("Give the advice on ITEM that one is asked for; whoever has the task decides."))
@click.argument("item", type=ITEM)
@_by_option
@click.option("--note", default="", help=say("What is advised."))
@_token_option
@click.pass_obj
def advise(settings: Settings, item: int, person: str, note: str, token: int | None) -> None:
    """Give advice."""
    from alihdaya.operations.floor.commands import Advise

    text = say("{person} has advised on item {item}.")
    _of_task(settings, item, token, lambda where: Advise(item, where, person, note), person, text)


@click.command(
    help=say(
        "Note what somebody spent on ITEM with others, under way or not: a comment, a meeting, a hand-over. It is the "
        "item's labour, and coordination."
    )
)
@click.argument("item", type=ITEM)
@_by_option
@click.option("--kind", type=click.Choice(["comment", "meeting", "hand-over"]), required=True, help=say("What it was."))
@click.option("--minutes", type=click.IntRange(1, 1440), required=True, help=say("How long it took."))
@click.option("--note", default="", help=say("What was said, or met about."))
@click.pass_obj
def time(settings: Settings, item: int, person: str, kind: str, minutes: int, note: str) -> None:
    """Note time with others."""
    from alihdaya.operations.floor.commands import SpendTime

    do(settings, lambda _: SpendTime(item, person, kind, minutes * 60, note), None, item)
    text = say("Noted: {person} spent {minutes} minutes on item {item}.")
    click.echo(text.format(person=person, minutes=minutes, item=item))


@click.command(help=say("Put the task of ITEM off until a time that was agreed on; then it rings first at who agreed."))
@click.argument("item", type=ITEM)
@_by_option
@click.option(
    "--until", required=True, type=click.DateTime(["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M%z"]), help=say("In UTC.")
)
@_token_option
@click.pass_obj
def callback(settings: Settings, item: int, person: str, until: datetime, token: int | None) -> None:
    """Agree on a call-back."""
    from alihdaya.kernel.time import micros
    from alihdaya.work.floor.commands import CallBack

    due = micros(until if until.tzinfo else until.replace(tzinfo=UTC))
    text = say("{person} has put the task of item {item} off.")
    _of_task(settings, item, token, lambda where: CallBack(item, where, person, due), person, text)
