"""`alihdaya spectrum`: where each service stands between BPO and KPO, measured from the log (S16)."""

import json
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from alihdaya.cli.settings import Settings, now, refuse_unknown, say

if TYPE_CHECKING:
    from alihdaya.cli.checks.questions.scoring import Scored
    from alihdaya.cli.checks.spectrum.gather import Gathered
    from alihdaya.planning.spectrum import Foretold, MarginHour, Month, Override, Service


class Placed(NamedTuple):
    """A service with its drift by month, the rules that people overrule, and how well their answers are foretold.

    `worth`: what answers to its client's registered questions were worth; `margins`: what an hour leaves, by currency;
    `of`: the engagement, and the service in it; what it is called beside others is the id of `service`.
    """

    service: "Service"
    moved: "dict[str, list[Month]]"
    rules: "list[Override]"
    answers: "list[Foretold]"
    worth: "list[Scored]"
    margins: "list[MarginHour]"
    of: tuple[str, str]


@click.command(
    help=say(
        "Say where each service stands between BPO (0) and KPO (1): the ten differences measured from the log, each "
        "with an interval over cases (95 %), its drift by month, and rules that people overrule. Under 100 cases it "
        "says too few; where the log has no facts, what would bring them."
    )
)
@click.option("--engagement", help=say("Only this engagement."))
@click.option("--service", help=say("Only this service."))
@click.option("--subject", default="", metavar="COLUMN", help=say("The column that names what an item is about."))
@click.option(
    "--professional",
    default="",
    metavar="NAMES",
    help=say("Certificates that are professional credentials, by commas."),
)
@click.option(
    "--reviews",
    default="",
    metavar="TASKS",
    help=say("Tasks that check a result, by commas (default: those kept from whoever did another, that choose)."),
)
@click.option(
    "--study",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=say("A file of `alihdaya source`: what an item costs in-house and here."),
)
@click.option("--to", "site", default="", help=say("The study's option that this is (default: the first)."))
@click.option("--seed", type=int, default=1, help=say("Seed of the bootstrap; the same seed, the same figures."))
@click.option("--draws", type=click.IntRange(50, 20_000), default=400, help=say("Draws of the bootstrap."))
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help=say("Write the picture to this file."))
@click.option("--json", "as_json", is_flag=True, help=say("Print one JSON object."))
@click.pass_obj
def spectrum(
    settings: Settings,
    engagement: str | None,
    service: str | None,
    *,
    subject: str,
    professional: str,
    reviews: str,
    study: Path | None,
    site: str,
    seed: int,
    draws: int,
    html: Path | None,
    as_json: bool,
) -> None:
    """Measure services."""
    from alihdaya.cli.checks.questions.scoring import score_services
    from alihdaya.cli.checks.spectrum.earned import margins
    from alihdaya.cli.checks.spectrum.gather import gather

    with settings.read() as store, store.moment():
        refuse_unknown(store, engagement)
        gathered = gather(store, service, subject, _names(reviews), now(), engagement=engagement)
        worth = score_services(store, engagement, service, seed=seed, draws=draws)
        earned, unbilled = margins(store, service, engagement=engagement, seed=seed, draws=draws)
    for problem in unbilled:
        click.echo(say("warning: {problem}").format(problem=problem), err=True)
    if not gathered:
        raise click.ClickException(say("There are no items to measure."))
    known = [one.known for one in gathered]
    if not any(case.subject for one in gathered for case in one.cases):
        _check_names("--subject", frozenset({subject} - {""}), [one.columns for one in known])
    _check_names("--professional", _names(professional), [one.certificates for one in known])
    _check_names("--reviews", _names(reviews), [one.tasks for one in known])
    paid = _paid(study, site) if study else None
    placed = []
    for name, one in zip(_called([one.of for one in gathered]), gathered, strict=True):
        beside = [had for had in worth if (had.engagement, had.service) == one.of], earned.get(one.of, [])
        placed.append(_placed(name, one, (_names(professional), paid), beside, seed=seed, draws=draws))
    if as_json:
        click.echo(json.dumps(_plain(placed, seed, draws)))
    else:
        from alihdaya.cli.checks.spectrum.shown import show

        show(placed)
    if html is not None:
        from alihdaya.cli.checks.spectrum.page import page

        html.write_text(page(placed, settings.language), encoding="utf-8")
    sys.exit(1 if any(rule.flagged for one in placed for rule in one.rules) else 0)


def _names(text: str) -> frozenset[str]:
    return frozenset(name.strip() for name in text.split(",") if name.strip())


def _check_names(option: str, given: frozenset[str], known: list[set[str]]) -> None:
    """Refuse a name that no service has: what it asks for would look as if the log held no facts, or were 0."""
    there = set().union(*known)
    for name in sorted(given - there):
        names = ", ".join(sorted(there))
        raise click.UsageError(
            say("{option}: nothing here is called {name!r}; there are: {names}").format(
                option=option, name=name, names=names
            )
        )


def _called(these: list[tuple[str, str]]) -> list[str]:
    """Name services: those that are called as another engagement's with their engagement in front."""
    ids = Counter(service for _, service in these)
    return [service if ids[service] == 1 else f"{engagement}/{service}" for engagement, service in these]


def _placed(
    name: str,
    one: "Gathered",
    told: tuple[frozenset[str], Any],
    beside: "tuple[list[Scored], list[MarginHour]]",
    *,
    seed: int,
    draws: int,
) -> "Placed":
    from alihdaya.planning.spectrum import Given, drift, foretold, overrides, read_service

    given = Given(one.prices, *told)
    read = read_service(name, one.kind, one.cases, given, seed=seed, draws=draws)
    answers = foretold(one.cases, seed=seed, draws=draws)
    moved = drift(one.cases, given, seed=seed, draws=draws)
    return Placed(read, moved, overrides(one.cases), answers, *beside, one.of)


def _paid(study: Path, site: str) -> Any:
    """Read what an item costs in-house and away, in floating numbers: (in-house, minutes there, away)."""
    from datetime import UTC, datetime
    from random import Random

    from alihdaya.planning import sourcing
    from alihdaya.planning.sourcing.cost import Item

    read = sourcing.read_function(study.read_bytes(), str(study))
    chance = Random(1).random  # noqa: S311 (the likely values are taken: one draw is made, and left unused)
    made = sourcing.study(read, chance, datetime.fromtimestamp(now() / 1e6, UTC).date(), 1)
    option = next((one for one in made.options if site in ("", one.site.name)), None)
    if option is None:
        options = ", ".join(one.site.name for one in made.options)
        raise click.UsageError(
            say("{study} has no option {site!r}; it has {options}.").format(study=study, site=site, options=options)
        )
    home, away = (Item(*map(float, item)) for item in (made.home, option.item))
    return home, float(read.home.quantities["minutes"].likely), away


def _plain(placed: "list[Placed]", seed: int, draws: int) -> dict[str, Any]:
    from alihdaya.planning.spectrum import DIFFERENCES, auc

    return {
        "seed": seed,
        "draws": draws,
        "services": [_plain_one(one) for one in placed],
        "auc": {
            name: auc([one.service for one in placed], lambda one, n=n: one.readings[n].position)  # type: ignore[misc]
            for n, name in enumerate(DIFFERENCES[:-1])
        },
    }


def _plain_one(placed: Placed) -> dict[str, Any]:
    from alihdaya.cli.checks.questions.scoring import plain_bits

    one = placed.service
    return {
        "engagement": placed.of[0],
        "service": placed.of[1],
        "kind": one.kind,
        "cases": one.cases,
        "differences": [
            {
                "difference": reading.difference,
                "state": reading.state,
                "position": _four(reading.position),
                "low": _four(reading.low),
                "high": _four(reading.high),
                "value": _four(reading.value),
                "drift": [_rounded(month) for month in placed.moved.get(reading.difference, ())],
            }
            for reading in one.readings
        ],
        "overrides": [
            {
                "decision": rule.decision,
                "answered": rule.answered,
                "overruled": rule.overruled,
                "rate": _four(rule.rate),
                "flagged": rule.flagged,
            }
            for rule in placed.rules
        ],
        "foretold": [_rounded(told) for told in placed.answers],
        "questions": [{"engagement": had.engagement, **plain_bits(had.bits)} for had in placed.worth],
        "margins": [
            {**_rounded(had), "months": [{**_rounded(month), "rate": _four(month.rate)} for month in had.months]}
            for had in placed.margins
        ],
    }


def _rounded(row: Any) -> dict[str, Any]:
    return {name: _four(value) if isinstance(value, float) else value for name, value in row._asdict().items()}


def _four(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
