"""What waits for people, by what it asks for; and where nobody can do it: why, and who comes nearest."""

import json
from typing import TYPE_CHECKING

import click

from alihdaya.cli.settings import Settings, now, say

if TYPE_CHECKING:
    from alihdaya.work.floor.why import Near, Waits


@click.command(help=say("Show what waits for people, by what it asks for; where nobody can, why and who is nearest."))
@click.option("--json", "as_json", is_flag=True, help=say("Print one JSON object a line."))
@click.pass_obj
def queue(settings: Settings, *, as_json: bool) -> None:
    """Show the queue."""
    from alihdaya.operations.floor.looking import plain_waits, waiting
    from alihdaya.operations.opening import read_desk

    with settings.read() as store:
        found = waiting(read_desk(store, recorded=now))
    for one in found:
        click.echo(json.dumps(plain_waits(one), ensure_ascii=False) if as_json else _shown(one))
    if not found and not as_json:
        click.echo(say("Nothing waits."))


def _shown(one: "Waits") -> str:
    from alihdaya.console.terms import WHY_IT_WAITS
    from alihdaya.kernel.time import moment

    needs = one.ask.needs
    asked = [needs.skill, f"{needs.language} {needs.level}".strip(), needs.certificate, one.ask.channel]
    text = say("{asked}: {n} waiting, the oldest since {oldest}; {able} present can do it")
    what = ", ".join(part for part in asked if part)
    lines = [text.format(asked=what, n=one.pieces, oldest=f"{moment(one.oldest):%-d %b %H:%M} UTC", able=one.able)]
    for day, n in one.days:
        lines.append("  " + say("{n} of them count for {day}").format(n=n, day=day))
    if one.reason:
        lines.append("  " + say(WHY_IT_WAITS[one.reason]))
    return "\n".join(lines + [_near(near) for near in one.nearest])


def _near(near: "Near") -> str:
    from alihdaya.people.gate import render_reason

    lacks = " ".join(render_reason(code, say) for code in near.lacks)
    return f"    {near.person}: " + (lacks or say("may do it"))
