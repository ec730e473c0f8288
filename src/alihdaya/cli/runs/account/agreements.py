"""`alihdaya engagements`, `amend`, `renew`, `terminate`: which terms hold when."""

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from alihdaya.cli.runs.account import because_option, json_option
from alihdaya.cli.settings import Settings, figure, mark, now, say

if TYPE_CHECKING:
    from alihdaya.engagement.account.schedule import Agreement, Segment
    from alihdaya.engagement.terms import Service, Terms

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_DAY = click.DateTime(["%Y-%m-%d"])
_WORDS = {
    "signed": mark("signed"),
    "amended": mark("amended"),
    "renewed": mark("renewed"),
    "replaced": mark("replaced"),
    "taken back": mark("taken back"),
    "onshore": mark("onshore"),
    "nearshore": mark("nearshore"),
    "offshore": mark("offshore"),
}


@click.command(help=say("List engagements: whose, which terms hold since when and until when, from where."))
@json_option
@click.pass_obj
def engagements(settings: Settings, *, as_json: bool) -> None:
    """List engagements."""
    from alihdaya.operations.books.account.agree import agreements

    at = now()
    with settings.read() as store:
        found = agreements(store)
    for one in found:
        if as_json:
            click.echo(json.dumps(_plain(one, at), ensure_ascii=False))
        else:
            click.echo("\n".join(_shown(one, at)))
    if not found and not as_json:
        click.echo(say("No engagement is signed here."))


def _plain(one: "Agreement", at: int) -> dict[str, Any]:
    terms = one.last.terms
    return {
        "engagement": one.engagement,
        "client": terms.client.name,
        "provider": terms.provider.name,
        "currency": terms.currency,
        "from": one.segments[0].effect.isoformat(),
        "until": one.until.isoformat(),
        "terminated": one.terminated.isoformat() if one.terminated else None,
        "reason": one.reason,
        "terms": [_part(part, part.kind) for part in one.segments],
        "replaced": [
            {**_part(part, "taken back" if part.back else "replaced"), "because": part.gone} for part in one.replaced
        ],
        "services": [_service(terms, service, at) for service in terms.services],
    }


def _part(part: "Segment", kind: str) -> dict[str, Any]:
    return {"from": part.effect.isoformat(), "kind": kind, "digest": part.terms.digest, "reason": part.reason}


def _service(terms: "Terms", service: "Service", at: int) -> dict[str, Any]:
    from alihdaya.engagement.account.overlap import overlap
    from alihdaya.engagement.shore import shore

    seen = shore(terms.client.country, service.delivery_country)
    shared = overlap(terms, service, at)
    return {
        "service": service.id,
        "pack": service.pack,
        "delivery_country": service.delivery_country,
        "shore": seen.word,
        "reasons": list(seen.reasons),
        "km": seen.km,
        "overlap_hours": None if shared is None else [float(hours) for hours in shared],
    }


def _shown(one: "Agreement", at: int) -> list[str]:
    plain = _plain(one, at)
    lines = [f"{one.engagement}: {plain['provider']} -> {plain['client']}, {plain['currency']}"]
    for part in sorted([*plain["terms"], *plain["replaced"]], key=lambda part: str(part["from"])):
        said = " -> ".join(text for text in (part["reason"], part.get("because")) if text)
        told = f": {said}" if said else ""
        lines.append(f"  {part['from']}  {say(_WORDS[part['kind']])}  {part['digest'][:12]}{told}")
    if one.terminated:
        lines.append("  " + say("{day}  last day: terminated: {why}").format(day=one.until, why=one.reason))
    else:
        lines.append("  " + say("{day}  last day").format(day=one.until))
    for service in plain["services"]:
        where = f"{service['service']}: {service['delivery_country']}, {say(_WORDS[service['shore']])}"
        km = "" if service["km"] is None else f", {figure(service['km'])} km"
        lines.append(f"  {where}{km}{_hours(service['overlap_hours'])}")
    return lines


def _hours(shared: list[float] | None) -> str:
    if shared is None:
        return ""
    low, high = shared
    hours = figure(low, "g") if low == high else f"{figure(low, 'g')}-{figure(high, 'g')}"
    return ", " + say("{hours} office hours in common").format(hours=hours)


def _terms(file: Path) -> "Terms":
    from alihdaya.engagement.terms import parse

    return parse(file.read_bytes(), str(file))


def _held(agreement: "Agreement") -> None:
    click.echo("\n".join(_shown(agreement, now())))


@click.command(
    help=say("Let the terms of FILE hold from a day of the client on; what came in before keeps its own."),
    epilog=say("Terms of the day of the last amendment stand in for it, until an invoice was closed by it."),
)
@click.argument("file", type=_FILE)
@click.option("--from", "effect", type=_DAY, required=True, help=say("The first day on which they hold."))
@click.option("--retroactive", is_flag=True, help=say("Let the day be past: prices of what came in since change."))
@because_option
@click.pass_obj
def amend(settings: Settings, file: Path, effect: datetime, reason: str, *, retroactive: bool) -> None:
    """Amend an engagement."""
    from alihdaya.operations.books.account import agree

    terms = _terms(file)
    with settings.desk("books") as desk:
        _held(agree.amend(desk, terms, effect.date(), reason, "manager", retroactive=retroactive))


@click.command(help=say("Let ENGAGEMENT go on after its end: until a day, or under the terms of a file."))
@click.argument("engagement")
@click.option("--until", type=_DAY, help=say("The last day, under the terms that hold."))
@click.option("--terms", "file", type=_FILE, help=say("Other terms, which begin the day after the end."))
@because_option
@click.pass_obj
def renew(settings: Settings, engagement: str, until: datetime | None, file: Path | None, reason: str) -> None:
    """Renew an engagement."""
    from alihdaya.operations.books.account import agree

    if until is not None and file is None:
        following: Any = until.date()
    elif file is not None and until is None:
        following = _terms(file)
    else:
        raise click.UsageError(say("Give either --until or --terms."))
    with settings.desk("books") as desk:
        _held(agree.renew(desk, engagement, following, reason, "manager"))


@click.command(help=say("Let nothing come in any more for ENGAGEMENT; what is under way is finished and billed."))
@click.argument("engagement")
@click.option("--on", "last", type=_DAY, required=True, help=say("The last day on which anything comes in."))
@because_option
@click.pass_obj
def terminate(settings: Settings, engagement: str, last: datetime, reason: str) -> None:
    """Terminate an engagement."""
    from alihdaya.operations.books.account import agree

    with settings.desk("books") as desk:
        _held(agree.terminate(desk, engagement, last.date(), reason, "manager"))
