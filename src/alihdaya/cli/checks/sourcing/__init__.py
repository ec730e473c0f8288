"""`alihdaya source`: in-house or a provider, where, at which cost, how surely, and why."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from alihdaya.cli.settings import Settings, figure, mark, now, say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from alihdaya.planning.sourcing import Advice, Compared, Study
    from alihdaya.planning.sourcing.studio import Spread

_VERDICTS = {
    "advised": mark("advised"),
    "possible": mark("possible"),
    "not advised": mark("not advised"),
}
_REASONS = {
    "data-stays": mark("data may not leave the country"),
    "no-language": mark("nobody there speaks the language of the work (S8)"),
    "core": mark("the company lives by it: no BPO (S3, S12)"),
    "needs-knowledge": mark("judgment needs knowledge handed over, not process (S12)"),
    "costs-more": mark("it costs more than in-house, more likely than not (S2)"),
    "not-earned": mark("the transition is not earned back within the horizon"),
    "core-knowledge": mark("the company lives by it: senior posts move too (S3), if somebody decides so"),
    "more-than-needed": mark("rules need no experts: BPO should do (S12)"),
    "unsure": mark("it saves, but not surely"),
    "thin": mark("it saves less than a tenth"),
    "saves": mark("it saves, and nothing speaks against it (S2)"),
}
_RISKS = {
    "little-overlap": mark("fewer than two office hours in common"),
    "dispute": mark("twenty posts or more become redundant: name each, and who agreed (S4)"),
    "people-leave": mark("three in ten people there leave in a year"),
    "far-away": mark("offshore: far from the client (S13)"),
    "saving-not-sure": mark("the saving is not sure"),
}
_HEADS = (
    mark("Site"),
    mark("Kind"),
    mark("Shore"),
    mark("An item"),
    mark("A year, thousand"),
    mark("Saving a year"),
    mark("Surely"),
    mark("Even after"),
)
_INPUT_HEADS = (mark("Site"), mark("Input"), mark("Low"), mark("Likely"), mark("High"), mark("Source"))
_BAR = 44
_BARS = 8
_file = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(
    help=say(
        "Compare doing the work of FUNCTION (a TOML file) in-house with handing it over: loaded cost with its range, "
        "saving split into cost and knowledge, break-even, sensitivity, risks and advice. Every input's source is told."
    )
)
@click.argument("function", type=_file)
@click.option("--wages", type=_file, help=say("Monthly earnings by country (ILO's table), for sites without a wage."))
@click.option("--draws", type=click.IntRange(100, 1_000_000), default=10_000, show_default=True, help=say("Draws."))
@click.option("--seed", type=int, default=1, show_default=True, help=say("Seed of the draws."))
@click.option("--sources", is_flag=True, help=say("List every input with its range and source."))
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help=say("Write it as a page to this file."))
@click.option("--json", "as_json", is_flag=True, help=say("Print one JSON object."))
@click.pass_obj
def source(
    settings: Settings,
    function: Path,
    *,
    wages: Path | None,
    draws: int,
    seed: int,
    sources: bool,
    html: Path | None,
    as_json: bool,
) -> None:
    """Compare sites."""
    from datetime import UTC, datetime
    from random import Random

    from alihdaya.planning import sourcing

    known = sourcing.read_wages(wages.read_bytes(), wages.name) if wages else {}
    read = sourcing.read_function(function.read_bytes(), str(function), known)
    chance = Random(seed).random  # noqa: S311 (a simulation that can be repeated, not a secret)
    try:
        made = sourcing.study(read, chance, datetime.fromtimestamp(now() / 1e6, UTC).date(), draws)
    except KeyError as error:
        raise click.ClickException(
            say("{file}: there is no country {code}").format(file=function, code=error)
        ) from None
    advice = {one.site.name: sourcing.advise(made, one) for one in made.options}
    best = sourcing.recommended(made)
    if html is not None:
        from alihdaya.cli.checks.sourcing.page import page

        html.write_text(page(made, advice, best, _told, list(_inputs(made)), settings.language), encoding="utf-8")
    if as_json:
        click.echo(json.dumps(_plain(made, advice, best, seed), ensure_ascii=False))
        return
    from rich.console import Console

    console = Console()
    _show(console, made, advice, best)
    if sources:
        _show_sources(console, made)


def _plain(made: "Study", advice: "dict[str, Advice]", best: "Compared | None", seed: int) -> dict[str, Any]:
    return {
        "function": made.function.name,
        "currency": made.function.currency,
        "seed": seed,
        "draws": made.draws,
        "posts": round(float(made.posts), 2),
        "in_house": {"item": round(float(made.home.total), 4), "year": _three(made.home_year)},
        "options": [_plain_option(one, advice[one.site.name]) for one in made.options],
        "recommended": best.site.name if best else "in-house",
        "sources": [
            {"site": place, "quantity": key, "low": str(low), "likely": str(likely), "high": str(high), "source": said}
            for place, quantities in _sources(made).items()
            for key, (low, likely, high, said) in quantities.items()
        ],
    }


def _plain_option(one: "Compared", advice: "Advice") -> dict[str, Any]:
    item, split = one.item, one.split
    return {
        "name": one.site.name,
        "kind": one.site.kind,
        "shore": one.shore.word,
        "item": {name: round(float(part), 4) for name, part in (*item._asdict().items(), ("total", item.total))},
        "year": _three(one.year),
        "saving": _three(one.saving),
        "chance": round(one.chance, 4),
        "split": {name: round(float(part), 4) for name, part in (*split._asdict().items(), ("saving", split.saving))},
        "even_months": None if one.even_months is None else round(float(one.even_months), 2),
        "even_items": None if one.even_items is None else round(float(one.even_items)),
        "overlap_hours": one.overlap,
        "verdict": advice.verdict,
        "reason": advice.reason,
        "risks": list(advice.risks),
        "tornado": [[bar.quantity, round(float(bar.low)), round(float(bar.high)), bar.source] for bar in one.tornado],
    }


def _three(spread: "Spread") -> list[int]:
    return [round(one) for one in spread]


def _thousands(value: float) -> str:
    return figure(value / 1000, ",.0f")


def _range(spread: "Spread") -> str:
    joint = "-" if spread.p5 >= 0 else " … "
    return f"{_thousands(spread.p50)} ({_thousands(spread.p5)}{joint}{_thousands(spread.p95)})"


def _show(console: "Console", made: "Study", advice: "dict[str, Advice]", best: "Compared | None") -> None:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for n, head in enumerate(_HEADS):
        table.add_column(say(head), justify="left" if n < 3 else "right")
    table.add_row(
        say("in-house"), "", "", figure(float(made.home.total), ".2f"), _thousands(made.home_year.p50), "", "", ""
    )
    for one in made.options:
        even = (
            "-"
            if one.even_months is None
            else say("{months} months").format(months=figure(float(one.even_months), ".1f"))
        )
        cost = figure(float(one.item.total), ".2f")
        sure = figure(one.chance, ".0%")
        table.add_row(
            one.site.name, one.site.kind, one.shore.word, cost, _thousands(one.year.p50), _range(one.saving), sure, even
        )
    facts = say("{name}: {posts} posts in-house; {currency}; median of {draws} draws (5 to 95 %)")
    console.print(
        facts.format(
            name=made.function.name,
            posts=figure(float(made.posts), ".1f"),
            currency=made.function.currency,
            draws=figure(made.draws),
        )
    )
    console.print(table)
    for one in made.options:
        _show_option(console, one, advice[one.site.name])
    shown = best or max(made.options, key=lambda one: one.saving.p50)
    _show_tornado(console, made, shown)
    if best:
        console.print(say("Advice: {site}.").format(site=best.site.name), style="bold")
    else:
        console.print(say("Advice: the work stays in-house."), style="bold")


def _show_option(console: "Console", one: "Compared", advice: "Advice") -> None:
    from rich.markup import escape

    from alihdaya.cli.checks.sourcing.page import SPLIT

    verdict, reason = say(_VERDICTS[advice.verdict]), say(_REASONS[advice.reason])
    console.print(f"[bold]{escape(one.site.name)}[/]: {verdict}: {reason}")
    names = ("saving", "cost", "knowledge", "errors")
    console.print(
        say(SPLIT).format(**{name: f"{float(getattr(one.split, name)):+.2f}" for name in names}), soft_wrap=True
    )
    for risk in advice.risks:
        console.print("  ! " + say(_RISKS[risk]))


def _show_tornado(console: "Console", made: "Study", one: "Compared") -> None:
    from rich.markup import escape

    bars = one.tornado[:_BARS]
    if not bars:
        return
    title = say("What moves the saving a year of {site}, thousand {currency}:")
    console.print("\n" + title.format(site=escape(one.site.name), currency=made.function.currency))
    least = min(min(float(bar.low), float(bar.high)) for bar in bars)
    most = max(max(float(bar.low), float(bar.high)) for bar in bars)
    wide = max(len(bar.quantity) for bar in bars)
    for bar in bars:
        low, high = sorted((float(bar.low), float(bar.high)))
        begin = round((low - least) / (most - least) * _BAR)
        long = max(1, round((high - low) / (most - least) * _BAR))
        line = " " * begin + "█" * long
        console.print(
            f"  {escape(bar.quantity):<{wide}} {_thousands(low):>7} {line:<{_BAR + 1}} {_thousands(high)}",
            highlight=False,
        )


def _sources(made: "Study") -> dict[str, dict[str, Any]]:
    from alihdaya.planning.sourcing.reading import plain

    return {
        place: {key: (one.low, one.likely, one.high, one.source) for key, one in quantities.items()}
        for place, quantities in plain(made.function).items()
    }


def _show_sources(console: "Console", made: "Study") -> None:
    from rich import box
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for n, head in enumerate(_INPUT_HEADS):
        table.add_column(say(head), justify="right" if 2 <= n <= 4 else "left")
    for place, key, low, likely, high, said in _inputs(made):
        table.add_row(escape(place), key, low, likely, high, escape(said))
    console.print(table)


def _inputs(made: "Study") -> "Iterator[tuple[str, str, str, str, str, str]]":
    """Give every input with its range and its source, as texts."""
    for place, quantities in _sources(made).items():
        for key, (low, likely, high, said) in quantities.items():
            yield place, key, figure(low), figure(likely), figure(high), said


def _told(advice: "Advice") -> tuple[str, list[str]]:
    """Give an advice in words, with its reason, and its risks."""
    words = f"{say(_VERDICTS[advice.verdict])}: {say(_REASONS[advice.reason])}"
    return words, [say(_RISKS[risk]) for risk in advice.risks]
