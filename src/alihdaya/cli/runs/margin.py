"""`alihdaya margin`: cost and margin by service, engagement, person and item, and their trend."""

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from alihdaya.cli.settings import Settings, say, told

if TYPE_CHECKING:
    from alihdaya.engagement.contribution import Contribution
    from alihdaya.engagement.terms import Terms
    from alihdaya.operations.books.bill import Bill
    from alihdaya.store import Store

By = Literal["service", "engagement", "person", "item"]
_COLUMNS = ("item", "service", "unit", "seconds", "fees", "credits", "labour", "overhead", "amount", "currency")


@click.command(
    help=say(
        "Show what is left to the provider, month by month, or of MONTH (such as 2013-02): fees, service credits, "
        "labour by its parts, overhead and margin. The client does not see it. By item, the items with the least "
        "margin come first."
    )
)
@click.argument("month", required=False)
@click.option(
    "--by",
    type=click.Choice(["service", "engagement", "person", "item"]),
    default="engagement",
    help=say("Split by what."),
)
@click.option("--engagement", help=say("Which engagement, where the store holds several."))
@click.option(
    "--limit", type=click.IntRange(min=1), default=20, show_default=True, help=say("How many items are shown.")
)
@click.option(
    "--csv", "file", type=click.Path(dir_okay=False, path_type=Path), help=say("Write all items to this file.")
)
@click.option("--json", "as_json", is_flag=True, help=say("Print one JSON object a line."))
@click.pass_obj
def margin(
    settings: Settings,
    month: str | None,
    by: By,
    engagement: str | None,
    limit: int,
    file: Path | None,
    as_json: bool,
) -> None:
    """Show margins."""
    from alihdaya.operations.books.bill import bill, bills, terms_of

    if by == "item" and month is None:
        raise click.UsageError(say("Name the month whose items you want."))
    if file is not None and by != "item":
        raise click.UsageError(say("--csv goes with --by item."))
    with settings.read() as store, store.moment():
        terms = terms_of(store, engagement)
        if by == "item" and month is not None:
            _show_items(settings, store, terms, bill(store, terms, month), limit, file, as_json=as_json)
            return
        made, problems = ([bill(store, terms, month)], ()) if month else bills(store, terms)
        for problem in problems:
            click.echo(say("warning: {problem}").format(problem=told(problem)), err=True)
        rows = [row for one in made for row in _rows(store, terms, one, by)]
    _show(settings, rows, terms, by, as_json=as_json)


def _rows(store: "Store", terms: "Terms", made: "Bill", by: By) -> Iterator["Contribution"]:
    from alihdaya.engagement.contribution import by_service, in_all
    from alihdaya.operations.books.bill import labour_of
    from alihdaya.operations.books.shares import by_person

    if by == "person":
        yield from by_person(store, terms, made)
        return
    services = by_service(terms, made.invoice, labour_of(store, terms, made.month), made.margin)
    yield from services if by == "service" else [in_all(services, terms.engagement)]


def _show(settings: Settings, rows: list["Contribution"], terms: "Terms", by: By, *, as_json: bool) -> None:
    from alihdaya.console.reports.margins import margins_table
    from alihdaya.console.terminal import make_console
    from alihdaya.console.words import words
    from alihdaya.engagement.contribution import to_plain

    if as_json:
        for row in rows:
            click.echo(json.dumps({"by": by, **to_plain(row, terms.currency)}))
        return
    make_console().print(margins_table(words(settings.language), rows, terms.currency, by))


def _show_items(
    settings: Settings, store: "Store", terms: "Terms", made: "Bill", limit: int, file: Path | None, *, as_json: bool
) -> None:
    from alihdaya.console.reports.margins import items_table
    from alihdaya.console.terminal import make_console
    from alihdaya.console.words import words
    from alihdaya.operations.books.shares import by_item

    shares = by_item(store, terms, made)
    if file is not None:
        _write(file, _plain(shares, terms.currency))
        click.echo(str(file))
        return
    shares.sort(key=lambda one: (one.fees - one.credits - one.labour - one.overhead, one.item))
    if as_json:
        for row in _plain(shares[:limit], terms.currency):
            sys.stdout.write(json.dumps(dict(zip(_COLUMNS, row, strict=True))) + "\n")
        return
    make_console().print(items_table(words(settings.language), shares[:limit], len(shares), terms.currency))


def _plain(shares: Iterable[Any], currency: str) -> Iterator[tuple[Any, ...]]:
    from alihdaya.kernel.money import Money

    for item, service, unit, seconds, fees, credited, labour, overhead in shares:
        left = fees - credited - labour - overhead
        amounts = [str(Money(one, currency).amount) for one in (fees, credited, labour, overhead, left)]
        yield (item, service, unit, seconds, *amounts, currency)


def _write(file: Path, rows: Iterable[tuple[Any, ...]]) -> None:
    import csv

    with file.open("w", newline="", encoding="utf-8") as target:
        out = csv.writer(target)
        out.writerow(_COLUMNS)
        out.writerows(rows)
