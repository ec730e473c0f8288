"""`alihdaya invoice MONTH --line`: what a line bills, page by page; or why no items are behind it."""

import json
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from alihdaya.cli.settings import Settings, figure, say

if TYPE_CHECKING:
    from alihdaya.console.reports.behind import Billed
    from alihdaya.console.words import Words
    from alihdaya.engagement.terms import Terms
    from alihdaya.store import Store


class Asked(NamedTuple):
    """A line of a month's invoice by its number, and the page of it that is wanted (from 1), None for none named."""

    settings: Settings
    store: "Store"
    terms: "Terms"
    month: str
    number: int
    page: int | None

    @property
    def line(self) -> "tuple[Store, Terms, str, int]":
        """What finds the line."""
        return self.store, self.terms, self.month, self.number


def show_line(asked: Asked, *, as_json: bool) -> None:
    """Show the items behind a line; for programs all of them, where no page is named."""
    from alihdaya.operations.books.account.close import items_behind
    from alihdaya.operations.books.lines import page_behind

    if as_json:
        behind = items_behind(*asked.line) if asked.page is None else page_behind(*asked.line, asked.page)
        click.echo(json.dumps(behind))
        return
    page = asked.page or 1
    behind = page_behind(*asked.line, page)
    if behind:
        _show_page(asked, behind, page)
    elif page > 1 and page_behind(*asked.line, 1):
        raise click.ClickException(say("Line {line} has no page {page}.").format(line=asked.number, page=page))
    else:
        _show_why_none(asked)


def show_work(asked: Asked, *, as_json: bool) -> None:
    """Show what was done for a line: when, for which item, by whom, in how long."""
    from zoneinfo import ZoneInfo

    from alihdaya.kernel.time import moment
    from alihdaya.operations.books.lines import facts_behind

    zone = ZoneInfo(asked.terms.client.time_zone)
    shown: list[dict[str, Any]] = [
        {"at": moment(at, zone).isoformat(timespec="seconds"), "item": item, "who": who, "seconds": seconds}
        for at, item, who, seconds, _ in facts_behind(*asked.line, asked.page)
    ]
    if as_json:
        click.echo(json.dumps(shown, ensure_ascii=False))
    for one in () if as_json else shown:
        took = f"{one['seconds']} s" if one["seconds"] else ""
        cells = (one["at"][:19].replace("T", " "), str(one["item"] or ""), one["who"], took)
        click.echo("  ".join(cell for cell in cells if cell))


def _words(asked: Asked) -> "Words":
    from alihdaya.cli.reading import vocabulary_of
    from alihdaya.console.words import words

    vocabulary = vocabulary_of(asked.store, asked.terms.engagement)
    return words(asked.settings.language, asked.terms.client.time_zone, vocabulary)


def _show_page(asked: Asked, behind: list[int], page: int) -> None:
    from alihdaya.console.reports.behind import billed_table
    from alihdaya.console.terminal import make_console
    from alihdaya.operations.books.lines import PAGE, page_behind

    make_console().print(billed_table(_words(asked), _billed(asked.store, behind)))
    first = (page - 1) * PAGE + 1
    last = first + len(behind) - 1
    more = len(behind) == PAGE and bool(page_behind(*asked.line, page + 1))
    if page == 1 and not more:
        return
    total = _total(asked) if more else last
    here = {"first": figure(first), "last": figure(last)}
    text = say("Items {first} to {last}") if total is None else say("Items {first} to {last} of {total}")
    told = text.format(**here, total=None if total is None else figure(total))
    goes_on = say("--page {next} goes on").format(next=page + 1)
    click.echo(f"{told}; {goes_on}" if more else told)


def _billed(store: "Store", behind: list[int]) -> "list[Billed]":
    """Give the items in this order, archived or not."""
    from alihdaya.console.reports.behind import Billed
    from alihdaya.store import views
    from alihdaya.store.archive.reading import archived_item

    found = {one.id: one for one in views.items(store, these=behind, limit=len(behind))}
    for item in dict.fromkeys(behind):
        gone = archived_item(store, item) if item not in found else None
        if gone is not None:
            found[item] = views.ItemRow(*gone[0])
    rows = ((item, found.get(item)) for item in behind)
    return [Billed(item, row.external_id if row else "", row.closed_at if row else None) for item, row in rows]


def _plain_line(asked: Asked) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give the invoice in plain form, and the line of it."""
    from alihdaya.operations.books.account.close import document_of

    document = document_of(asked.store, asked.terms, asked.month)
    lines = [*document["lines"], *document.get("adjustments", ())]
    return document, next(one for one in lines if one["number"] == asked.number)


def _total(asked: Asked) -> int | None:
    """Give how many items a line bills; None where it counts something else, which only names items."""
    from alihdaya.engagement.rates.card import OF_ITEMS

    line = _plain_line(asked)[1]
    if "items" in line:
        return len(line["items"])
    return int(line["quantity"]) if line.get("kind", "item") in OF_ITEMS and "part" not in line else None


def _show_why_none(asked: Asked) -> None:
    """Say what a line bills behind which there are no items."""
    from alihdaya.console.reports.behind import shortfall
    from alihdaya.operations.books.bill import terms_under

    document, line = _plain_line(asked)
    if line.get("part") == "shortfall":
        least = terms_under(asked.store, document).service(line["service"]).rate(line["unit"]).minimum
        of_amount = least is not None and least.amount is not None
        click.echo(shortfall(_words(asked), document, line, of_amount=of_amount))
    elif line.get("kind") == "milestone":
        _show_milestones(asked)
    elif "items" in line:
        text = say("Line {line} puts {month} right by an amount: no single items are behind it.")
        click.echo(text.format(line=asked.number, month=_words(asked).month(line["month"])))
    else:
        click.echo(say("Line {line} bills no items: --work tells what it counts.").format(line=asked.number))


def _show_milestones(asked: Asked) -> None:
    from zoneinfo import ZoneInfo

    from alihdaya.kernel.time import moment
    from alihdaya.operations.books.bill import bill, line_facts

    zone = ZoneInfo(asked.terms.client.time_zone)
    for line in bill(asked.store, asked.terms, asked.month).invoice.lines:
        if line.number == asked.number:
            for one in line_facts(asked.store, asked.terms, asked.month, line):
                click.echo(f"{moment(one.at, zone).date().isoformat()}  {one.who}")
