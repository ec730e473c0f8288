"""What the terminal shows: progress, the summary of a run, items, one item's story, an invoice, rejected rows.

Everything is a rich renderable: readable at 80 columns, plain text without control codes where no terminal listens.
Texts from outside are put in as Text, never as markup; their control characters become blanks.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import IO, Any

from rich import box
from rich.console import Console, Group, RenderableType
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from alihdaya.console.engagement.billed import billed_content, place_told
from alihdaya.console.phrases import (
    clock_name,
    credit_name,
    kind,
    line_name,
    line_price,
    line_quantity,
    line_terms,
    reasons,
    sentence,
    term,
    told,
)
from alihdaya.console.picture import Story
from alihdaya.console.reports.facts import RunSummary
from alihdaya.console.words import NOTHING, Words
from alihdaya.kernel.money import Money

_COLOURS = {"good": "green", "bad": "red", "people": "yellow", "rule": "cyan", "minor": "dim"}

_KEPT = {"task.done": ("result",), "item.delivered": ("result",), "engine.variables_set": ("variables",)}
"""Fields of events that say more than the event's sentence."""


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One line of `alihdaya items`. Instants in microseconds; `state` as of Story."""

    item: int
    external_id: str
    state: str
    outcome: str
    received_at: int
    closed_at: int | None
    person: str = ""


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that could not become an item."""

    source: str
    row: int
    column: str
    reason: str
    text: str


def make_console(file: IO[str] | None = None, *, width: int | None = None, error: bool = False) -> Console:
    """Make the console that all else is printed to; at least 80 columns wide where nobody tells the width."""
    console = Console(file=file, width=width, stderr=error, highlight=False, emoji=False, markup=False)
    if width is None and not console.is_terminal:
        console.width = 100
    return console


def _plain(text: object, style: str = "") -> Text:
    return Text("".join(sign if sign.isprintable() else " " for sign in str(text)), style)


class Rate(ProgressColumn):
    """How many of a task's things are done in a second."""

    def __init__(self, words: Words) -> None:
        super().__init__()
        self._words = words

    def render(self, task: Task) -> Text:
        """Write the rate, or a dash before there is one."""
        speed = task.completed / task.elapsed if task.finished and task.elapsed else task.speed
        shown = NOTHING if speed is None else self._words.number(speed, 0 if speed >= 10 else 1)
        return Text(self._words.say("%(n)s/s", n=shown), "cyan", justify="right")


class Count(ProgressColumn):
    """How many things are done, of how many."""

    def __init__(self, words: Words) -> None:
        super().__init__()
        self._words = words

    def render(self, task: Task) -> Text:
        """Write both numbers in the reader's language."""
        done = self._words.number(int(task.completed))
        if task.total is None:
            return Text(done)
        return Text(f"{done}/{self._words.number(int(task.total))}")


class Left(ProgressColumn):
    """The time that is probably left, as a length; how long it took once it is done."""

    max_refresh = 0.5

    def __init__(self, words: Words) -> None:
        super().__init__()
        self._words = words

    def render(self, task: Task) -> Text:
        """Write the estimate, a dash before there is one, nothing when done."""
        if task.finished:
            return Text("")
        left = task.time_remaining
        shown = NOTHING if left is None else self._words.length(left)
        return Text(self._words.say("%(length)s left", length=shown), "dim")


def make_progress(console: Console, words: Words) -> Progress:
    """Make the progress display; where no terminal listens, only its last state is printed."""
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(18),
        Count(words),
        Rate(words),
        TimeElapsedColumn(),
        Left(words),
        console=console,
        refresh_per_second=6,
    )


def _facts() -> Table:
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    return table


def _level(words: Words, counts: tuple[int, int], target: Decimal | None) -> Text:
    met, total = counts
    text = Text(words.share(met, total))
    if target is not None and total:
        text.stylize("green" if Decimal(met) >= target * total else "red")
        text.append("  " + words.say("target %(share)s", share=words.rate(target)), "dim")
    return text.append(
        "  " + words.say("%(met)s of %(total)s in time", met=words.number(met), total=words.number(total)), "dim"
    )


def _flow(words: Words, run: RunSummary) -> Iterable[tuple[str, Text]]:
    yield words.say("Items received"), Text(words.number(run.items), "bold")
    through = Text(words.share(run.straight_through, run.items), "bold green")
    through.append("  " + words.say("%(n)s by rule alone", n=words.number(run.straight_through)), "dim")
    yield words.say("Straight through"), through
    people = Text(words.number(run.to_people))
    people.append("  " + words.say("%(n)s still waiting", n=words.number(run.waiting)), "dim")
    if run.simulated:
        people.append("  " + words.say("[simulated]"), "magenta")
    yield words.say("To people"), people
    if run.stopped:
        yield (
            words.say("Stopped"),
            Text(words.say("%(n)s stopped, somebody must look", n=words.number(run.stopped)), "red"),
        )
    if run.rejected:
        yield words.say("Rejected rows"), Text(words.number(run.rejected), "red")
    for one in run.refusals:
        text = _plain(one.name, "bold").append("  " + words.count("%(n)s time", "%(n)s times", one.times), "dim")
        yield words.say("Refused"), text.append("\n").append(_plain(reasons(words, one.reasons), "red"))


def _outcome(words: Words, run: RunSummary) -> Iterable[tuple[str, Text]]:
    yield words.say("Answered in time"), _level(words, run.respond, run.respond_target)
    yield words.say("Resolved in time"), _level(words, run.resolve, run.resolve_target)
    invoiced = Text(words.money(run.invoiced), "bold")
    if run.credits is not None and run.credits.minor:
        invoiced.append("  " + words.say("credits of %(amount)s taken off", amount=words.money(run.credits)), "dim")
    yield words.say("Invoiced"), invoiced
    if run.unbilled:
        yield words.say("Not billed"), _plain("\n".join(run.unbilled), "red")
    yield words.say("Margin"), Text(words.money(run.margin), "bold")
    speed = Text(words.say("%(n)s/s", n=words.number(run.items_per_s)), "bold")
    speed.append("  " + words.say("in %(length)s, commits included", length=words.length(run.seconds)), "dim")
    yield words.say("Throughput"), speed
    verdicts = {
        True: Text(words.say("equal"), "bold green"),
        False: Text(words.say("DIFFERS"), "bold red"),
        None: Text(words.say("not run"), "dim"),
    }
    yield words.say("Replay of the log"), verdicts[run.replay_equal]


def summary(words: Words, run: RunSummary) -> RenderableType:
    """Give the summary of a run: what came in, who did it, how well, for how much, and whether the log proves it."""
    table = _facts()
    for name, value in (*_flow(words, run), *_outcome(words, run)):
        table.add_row(name, value)
    for what, file in run.files.items():
        table.add_row(_plain(what), _plain(file))
    title = Text(f"{term(words, run.service)}: ", "bold").append(
        _plain(f"{run.provider} \N{RIGHTWARDS ARROW} {run.client}", "bold")
    )
    parts: list[RenderableType] = [Text(""), title, table]
    if run.simulated:
        parts.append(
            Text(
                words.say("The people's work is simulated; the rules, the log and the money are worked out."), "magenta"
            )
        )
    return Group(*parts)


def plain_table(*columns: tuple[str, str]) -> Table:
    """Give an empty table of columns, each a head and "left" or "right"."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="dim", show_edge=False)
    for name, justify in columns:
        right = justify == "right"
        table.add_column(name, justify="right" if right else "left", no_wrap=right, overflow="fold")
    return table


def items_table(words: Words, rows: Sequence[ItemRow]) -> RenderableType:
    """List items, in the order given."""
    if not rows:
        return Text(words.say("No items."))
    heads = (words.say("Item"), words.say("Number of the client"), words.say("State"), words.say("Outcome"))
    table = plain_table(
        (heads[0], "right"), *((head, "left") for head in heads[1:]), (words.zoned(words.say("Received")), "left")
    )
    for row in rows:
        state = Text(
            term(words, row.state),
            {"delivered": "green", "stopped": "red", "cancelled": "dim"}.get(row.state, "yellow"),
        )
        outcome = _plain(term(words, row.outcome) if row.outcome else NOTHING)
        received = words.when(row.received_at, "dHm")
        table.add_row(str(row.item), _plain(row.external_id), state, outcome, received)
    return table


def story_tree(words: Words, story: Story) -> RenderableType:
    """Tell an item's life as a tree: one branch for each happening, its facts below it."""
    head = _plain(story.external_id or story.item, "bold")
    head.append(f"  {words.say('item %(id)s', id=story.item)}  {term(words, story.state)}", "dim")
    head.append("  " + words.say("times in %(zone)s", zone=words.place), "dim")
    tree = Tree(head, guide_style="dim")
    arrived = tree.add(Text(words.say("What came in"), "dim"))
    arrived.add(_plain(words.value(story.data)))
    _add_invoices(tree, words, story)
    for one in story.happenings:
        line = Text(words.when(one.at) + "  ", "dim").append(
            _plain(sentence(words, one, story.names), _COLOURS.get(kind(one), ""))
        )
        if one.simulated:
            line.append("  " + words.say("[simulated]"), "magenta")
        branch = tree.add(line)
        for name in _KEPT.get(one.tag, ()):
            if one.facts.get(name):
                branch.add(_plain(told(words, one.facts[name]), "dim"))
    return tree


def _add_invoices(tree: Tree, words: Words, story: Story) -> None:
    """Add on which lines of which invoices an item is, and what became of that."""
    content = billed_content(words, story.billed)
    lines = [*(place_told(words, one) for one in content["places"]), *content["notes"]]
    if lines:
        branch = tree.add(Text(words.say("Invoices"), "dim"))
        for line in lines:
            branch.add(_plain(line))


def invoice_table(words: Words, invoice: Mapping[str, Any]) -> RenderableType:
    """Show an invoice (engagement.invoice's plain form) as the client sees it."""

    def money(text: str) -> str:
        return words.money(Money.of(Decimal(text), invoice["currency"]))

    heads = (words.say("Quantity"), words.say("Price each"), words.say("Amount"))
    table = plain_table(
        (words.say("Line"), "right"), (words.say("Service"), "left"), *((head, "right") for head in heads)
    )
    for line in invoice["lines"]:
        price = words.price(Decimal(line["price"]), invoice["currency"])
        name, quantity = _plain(line_name(words, line)), line_quantity(words, line)
        table.add_row(str(line["number"]), name, quantity, price, money(line["amount"]))
        made_of, by = line_price(words, line), line_terms(words, line)
        if made_of or by:
            table.add_row("", _plain(f"  {by}", "dim"), "", Text(made_of, "dim"), "")
    table.add_section()
    table.add_row("", words.say("Fees"), "", "", money(invoice["fees"]))
    for credit in invoice["credits"]:
        amount = money(credit["amount"].removeprefix("-"))
        earned = credit["amount"].startswith("-")
        table.add_row("", credit_name(words, credit), "", "", amount if earned else f"-{amount}")
    for level in invoice.get("critical", ()):
        told_so = words.say(
            "Critical level: %(clock)s below %(below)s, which lets the client terminate",
            clock=clock_name(words, level["clock"]),
            below=words.rate(Decimal(level["below"]) / 100),
        )
        table.add_row("", Text(told_so, "red"), "", "", "")
    for one in invoice.get("adjustments", ()):
        table.add_row(*_adjustment(words, one, invoice["currency"]), money(one["amount"]))
    payable = invoice.get("payable", invoice["total"])  # with tax, where the terms say what the services bear
    if Decimal(payable) != Decimal(invoice["total"]):
        table.add_row("", words.say("Total without VAT"), "", "", money(invoice["total"]))
        table.add_row("", words.say("VAT"), "", "", money(str(Decimal(payable) - Decimal(invoice["total"]))))
    table.add_row("", Text(words.say("Total due"), "bold"), "", "", Text(money(payable), "bold"))
    title = _plain(words.say("Invoice %(number)s", number=invoice["number"]), "bold")
    parties = f"{invoice['provider']['name']} \N{RIGHTWARDS ARROW} {invoice['client']['name']}"
    return Group(title, _plain(f"{parties}, {words.month(invoice['month'])}", "dim"), table)


def _adjustment(words: Words, one: Mapping[str, Any], currency: str) -> tuple[str, str, str, str]:
    """Give the number, name, quantity and price of an adjustment line."""
    name = one["names"].get(words.language) or one["names"].get("en") or term(words, one["unit"])
    what = words.say("Adjustment of %(month)s: %(name)s", month=words.month(one["month"]), name=name)
    price = words.price(Decimal(one["price"]), currency) if one["price"] else ""
    quantity = words.number(Decimal(one["quantity"]), 4) if price else ""
    return str(one["number"]), what, quantity, price


def margin_table(words: Words, margin: Mapping[str, Any]) -> RenderableType:
    """Show what a month leaves to the provider (engagement.margin's plain form)."""

    def money(text: str) -> str:
        return words.money(Money.of(Decimal(text), margin["currency"]))

    table = plain_table((words.say("Margin of %(month)s", month=words.month(margin["month"])), "left"), ("", "right"))
    table.add_row(words.say("Revenue after credits"), money(margin["revenue"]))
    for person, cost in margin["labour_by_person"].items():
        table.add_row(_plain(f"  {person}"), "-" + money(cost))
    for unit, cost in margin["overhead_by_unit"].items():
        name = _plain("  " + words.say("Overhead: %(unit)s", unit=term(words, unit)))
        table.add_row(name, "-" + money(cost))
    table.add_section()
    share = words.percent(Decimal(margin["percent"]) / 100) if margin["percent"] is not None else NOTHING
    table.add_row(Text(words.say("Margin"), "bold"), Text(f"{money(margin['amount'])}  ({share})", "bold"))
    return table


def rejects_table(words: Words, rejects: Sequence[Reject], *, total: int | None = None) -> RenderableType:
    """List rejected rows with their reasons; `total` where these are only the first of more."""
    if not rejects:
        return Text(words.say("No row was rejected."))
    heads = (words.say("Column"), words.say("Reason"), words.say("Value"))
    table = plain_table((words.say("Row"), "right"), *((head, "left") for head in heads))
    for one in rejects:
        table.add_row(str(one.row), _plain(one.column), _plain(one.reason), _plain(one.text, "dim"))
    more = (total or 0) - len(rejects)
    if more <= 0:
        return table
    return Group(table, Text(words.count("… and %(n)s more row", "… and %(n)s more rows", more), "dim"))
