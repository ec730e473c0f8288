"""The report's charts as inline SVG: text stays text, and colours are the page's own, so that dark pages work."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from io import StringIO
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from alihdaya.console.phrases import term
from alihdaya.console.reports.facts import Day, Load, Month, Tally, Wait
from alihdaya.console.words import Words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

RULE, PEOPLE, THIRD, FOURTH, INK, GRID = "#0e6e66", "#d98a1f", "#5b6fb5", "#b2546b", "#1c2529", "#e2dfd7"
_VARIABLES = {
    RULE: "var(--chart-rule)",
    PEOPLE: "var(--chart-people)",
    THIRD: "var(--chart-third)",
    FOURTH: "var(--chart-fourth)",
    INK: "currentColor",
    GRID: "var(--chart-grid)",
}
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "text.parse_math": False,
    "font.family": "DejaVu Sans",
    "font.size": 9.5,
    "text.color": INK,
    "axes.edgecolor": GRID,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "legend.frameon": False,
    "legend.handlelength": 1.6,
}


def draw(name: str, label: str, size: tuple[float, float], paint: Callable[["Axes"], None]) -> Markup:
    """Draw one chart of `size` inches with `paint` and give it as an SVG element described by `label`.

    `name` (letters and hyphens) makes the ids within unique on a page that holds many charts.
    """
    from matplotlib import rc_context
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    with rc_context({**_STYLE, "svg.hashsalt": name}):
        figure = Figure(figsize=size, layout="constrained")
        FigureCanvasSVG(figure)
        paint(figure.subplots())
        out = StringIO()
        figure.savefig(out, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    return _inline(out.getvalue(), name, label)


def _inline(text: str, name: str, label: str) -> Markup:
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, count=1, flags=re.DOTALL)
    for colour, variable in _VARIABLES.items():
        text = text.replace(colour, variable)
    text = re.sub(r"'DejaVu Sans'(, [^;\"]*)?", "system-ui, sans-serif", text)
    text = re.sub(r'(\bid="|url\(#|href="#)', rf"\g<1>{name}-", text)
    head = Markup('<svg role="img" aria-label="{}" preserveAspectRatio="xMidYMid meet"').format(label)
    text = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", text, count=1)
    text = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", text, count=1)
    return Markup(text.replace("<svg", head, 1))  # noqa: S704 (matplotlib escapes the texts that it draws)


def _formats(axes: "Axes", words: Words, *, percent: bool = False) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    write = words.rate if percent else words.number
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: write(round(value, 6))))
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=not percent))
    if axes.dataLim.y0 == axes.dataLim.y1 == 0:
        axes.set_ylim(0, 1)
    axes.grid(visible=False, axis="x")


def axis_of(axes: "Axes", words: Words, *, percent: bool = False) -> None:
    """Write the axis of amounts as readers do, and the legend, where there is one, above the chart."""
    _formats(axes, words, percent=percent)
    if axes.get_legend_handles_labels()[0]:
        _legend(axes)


def _months(axes: "Axes", words: Words, months: Sequence[Month]) -> range:
    places = range(len(months))
    axes.set_xlim(-0.6, max(len(months), 4) - 0.4)
    axes.set_xticks(places, [words.month(month.month, short=True) for month in months])
    return places


def _legend(axes: "Axes") -> None:
    axes.legend(loc="lower left", bbox_to_anchor=(-0.02, 1.0), ncols=4, columnspacing=1.4, borderaxespad=0.2)


def days(words: Words, name: str, facts: Sequence[Day]) -> Markup:
    """Items of each day as an area, and over it those that went to people."""

    def written(day: date) -> str:
        return words.month(day.isoformat(), short=True) if len(facts) > 60 else words.day(day)

    def paint(axes: "Axes") -> None:
        from matplotlib import dates
        from matplotlib.ticker import FuncFormatter

        when = [day.day for day in facts]
        every, people = [day.items for day in facts], [day.to_people for day in facts]
        axes.fill_between(when, every, color=RULE, alpha=0.16, linewidth=0)  # type: ignore[arg-type]
        axes.plot(when, every, color=RULE, linewidth=1.3, label=words.say("all items"))  # type: ignore[arg-type]
        axes.fill_between(when, people, color=PEOPLE, alpha=0.85, linewidth=0, label=words.say("to people"))  # type: ignore[arg-type]
        axes.set_ylim(0, max(every, default=1) * 1.08)
        axes.margins(x=0.005)
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: written(dates.num2date(value).date())))  # type: ignore[no-untyped-call]
        if len(facts) > 60:
            axes.xaxis.set_major_locator(dates.MonthLocator())  # type: ignore[no-untyped-call]
        else:
            axes.set_xticks(when[:: max(1, -(-len(when) // 6))])  # type: ignore[arg-type]
        _formats(axes, words)
        _legend(axes)

    return draw(name, words.say("Items per day, and how many of them went to people"), (9.6, 2.9), paint)


def straight_through(words: Words, name: str, months: Sequence[Month]) -> Markup:
    """Straight-through share of each month; the axis leaves out what no month falls to."""

    def paint(axes: "Axes") -> None:
        shares = [month.straight_through / month.items if month.items else float("nan") for month in months]
        known = [share for share in shares if share == share]  # noqa: PLR0124 (not a NaN)
        low = max(0.0, min(known, default=0.0) - 0.02)
        axes.plot(_months(axes, words, months), shares, color=RULE, linewidth=2, marker="o", markersize=5)
        axes.set_ylim(low, min(1.0, max(known, default=1.0) + 0.02))
        _formats(axes, words, percent=True)

    return draw(name, words.say("Share of items that went straight through, by month"), (4.7, 2.5), paint)


def tallies(words: Words, name: str, label: str, facts: Sequence[Tally], colour: str) -> Markup:
    """Draw the counts of a decision's outcomes as bars, the greatest on top, each with its number."""
    shown = sorted(facts, key=lambda tally: tally.count)

    def paint(axes: "Axes") -> None:
        bars = axes.barh(
            [term(words, one.name) for one in shown], [one.count for one in shown], color=colour, height=0.62
        )
        axes.bar_label(bars, [words.number(one.count) for one in shown], padding=4)
        axes.set_xlim(0, max((one.count for one in shown), default=1) * 1.22)
        axes.set_xticks([])
        axes.grid(visible=False)
        axes.spines["bottom"].set_visible(False)

    return draw(name, label, (4.7, max(1.2, 0.36 * len(shown) + 0.3)), paint)


def attainment(words: Words, name: str, months: Sequence[Month], targets: Mapping[str, Decimal | None]) -> Markup:
    """Share of items in time, by month and SLA clock, against the promised shares; one line where they are one."""

    def paint(axes: "Axes") -> None:
        places = _months(axes, words, months)
        clocks = (
            (RULE, "respond", [(one.respond_met, one.respond_total) for one in months]),
            (THIRD, "resolve", [(one.resolve_met, one.resolve_total) for one in months]),
        )
        promised = {clock: float(share) for clock, share in targets.items() if share is not None}
        low = min(promised.values(), default=1.0)
        for colour, clock, counts in clocks:
            shares = [met / total if total else float("nan") for met, total in counts]
            axes.plot(places, shares, color=colour, linewidth=2, marker="o", markersize=5, label=term(words, clock))
            low = min(low, *(share for share in shares if share == share), 1.0)  # noqa: PLR0124 (not a NaN)
        one = len(set(promised.values())) == 1
        for clock, share in list(promised.items())[: 1 if one else None]:
            text = words.say("target %(share)s", share=words.rate(share))
            colour = FOURTH if one else RULE if clock == "respond" else THIRD
            label = text if one else f"{term(words, clock)}: {text}"
            axes.axhline(share, color=colour, linewidth=1.4, linestyle=(0, (4, 2)), label=label)
        axes.set_ylim(max(0.0, low - 0.03), 1.005)
        _formats(axes, words, percent=True)
        _legend(axes)

    return draw(name, words.say("Service levels kept, by month, against the target"), (9.6, 2.7), paint)


def money(words: Words, name: str, months: Sequence[Month]) -> Markup:
    """Revenue after credits and cost of each month side by side, and the margin as a line."""

    def paint(axes: "Axes") -> None:
        places = _months(axes, words, months)
        paid = [float((one.revenue - one.credits).amount) for one in months]
        spent = [float(one.cost.amount) for one in months]
        axes.bar([at - 0.2 for at in places], paid, width=0.36, color=RULE, label=words.say("revenue"))
        axes.bar([at + 0.2 for at in places], spent, width=0.36, color=PEOPLE, label=words.say("cost"))
        left = [float(one.margin.amount) for one in months]
        axes.plot(places, left, color=FOURTH, linewidth=2, marker="o", markersize=4.5, label=words.say("margin"))
        axes.set_ylabel(months[0].revenue.currency if months else "")
        _formats(axes, words)
        _legend(axes)

    return draw(name, words.say("Revenue, cost and margin by month"), (9.6, 2.9), paint)


def waits(words: Words, name: str, facts: Sequence[Wait]) -> Markup:
    """How long tasks waited in the queue, in bands."""

    def band(place: int) -> str:
        below = facts[place].below
        if below is None:
            return words.say("longer")
        return words.say("to %(length)s", length=words.length(below))

    def paint(axes: "Axes") -> None:
        axes.bar(range(len(facts)), [one.count for one in facts], color=THIRD, width=0.9)
        axes.set_xticks(range(len(facts)), [band(place) for place in range(len(facts))], rotation=30, ha="right")
        _formats(axes, words)

    return draw(name, words.say("How long tasks waited for a person"), (4.7, 2.7), paint)


def loads(words: Words, name: str, facts: Sequence[Load]) -> Markup:
    """Hours of handling of each person, the busiest on top."""
    shown = sorted(facts, key=lambda load: load.seconds)

    def paint(axes: "Axes") -> None:
        hours = [one.seconds / 3600 for one in shown]
        bars = axes.barh([one.name for one in shown], hours, color=PEOPLE, height=0.62)
        axes.bar_label(
            bars, [words.say("%(n)s h", n=words.number(hour, 0 if hour >= 10 else 1)) for hour in hours], padding=4
        )
        axes.set_xlim(0, max(hours, default=1) * 1.22 or 1)
        axes.set_xticks([])
        axes.grid(visible=False)
        axes.spines["bottom"].set_visible(False)

    return draw(name, words.say("Hours of handling by person"), (4.7, max(1.2, 0.36 * len(shown) + 0.3)), paint)
