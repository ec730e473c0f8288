"""The morning's report as one page that loads nothing from anywhere: figures, charts, tables."""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from alihdaya.console.pages import page, style
from alihdaya.console.phrases import term
from alihdaya.console.reports import charts
from alihdaya.console.reports.names import COLUMNS, SHEETS, STATES
from alihdaya.console.words import NOTHING, Words, words
from alihdaya.kernel.money import Money
from alihdaya.operations.books.morning import Kind, Morning, Sheet
from alihdaya.packs.vocabulary import NO_VOCABULARY, Vocabulary

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST = 30
_RIGHT = frozenset({"count", "share", "money", "hours"})


def morning_html(report: Morning, language: str = "en", vocabulary: Vocabulary = NO_VOCABULARY) -> str:
    """Render the page in a language; at most the first 30 rows of a table, with how many there are."""
    zone = report.terms.client.time_zone
    spoken = words(language, zone, vocabulary)
    tables = [_table(spoken, report, sheet) for sheet in report.sheets]
    content = {"report": report, "tables": tables, "figures": figures(spoken, report), "css": style("tone", "report")}
    return page("morning.html", spoken.language, zone, vocabulary, **content)


def figures(spoken: Words, report: Morning) -> list[tuple[str, str, str]]:
    """Give the figures above all: what it is, the figure, and good, bad or nothing."""
    intake, quality = report.sheet("intake").rows[-2:], report.sheet("quality").rows[-2:]
    backlog, risk = report.sheet("backlog"), report.sheet("risk").column("state")
    late, soon = risk.count("overdue"), len(risk) - risk.count("overdue")
    shares = [row for row in report.sheet("attainment").rows if row[0] == report.today.isoformat()[:7]]
    missed = sum(1 for row in shares if row[-1] is not None and row[-2] < row[-1])
    return [
        (spoken.say("Received yesterday"), spoken.number(intake[0][1]), ""),
        (spoken.say("Delivered yesterday"), spoken.number(quality[0][1]), ""),
        (spoken.say("Open items"), spoken.number(sum(backlog.column("open"))), ""),
        (spoken.say("Overdue"), spoken.number(late), "bad" if late else "good"),
        (spoken.say("Due today"), spoken.number(soon), ""),
        (spoken.say("Stopped yesterday"), spoken.number(quality[0][5]), "bad" if quality[0][5] else ""),
        (spoken.say("Targets missed this month"), f"{missed} / {len(shares)}", "bad" if missed else "good"),
        (spoken.say("Margin this month"), *_margin(spoken, report)),
    ]


def _title(spoken: Words, name: str) -> str:
    return spoken.say(SHEETS[name])


def _margin(spoken: Words, report: Morning) -> tuple[str, str]:
    rows = [row for row in report.sheet("margin").rows if row[0] == report.today.isoformat()[:7]]
    if not rows:
        return NOTHING, ""
    return spoken.money(Money.of(rows[0][5], report.terms.currency), whole=True), "bad" if rows[0][5] < 0 else ""


def _table(spoken: Words, report: Morning, sheet: Sheet) -> dict[str, Any]:
    draw = _DRAWN.get(sheet.name)
    rows = [
        [_shown(spoken, report, kind, one) for (_, kind), one in zip(sheet.columns, row, strict=True)]
        for row in sheet.rows[:_MOST]
    ]
    return {
        "name": sheet.name,
        "title": _title(spoken, sheet.name),
        "heads": [(spoken.say(COLUMNS[name]), kind in _RIGHT) for name, kind in sheet.columns],
        "rows": rows,
        "total": len(sheet.rows),
        "late": [place for place, row in enumerate(sheet.rows[:_MOST]) if "overdue" in row],
        "chart": draw(spoken, report, sheet) if draw is not None and _drawable(sheet) else "",
    }


def _drawable(sheet: Sheet) -> bool:
    """Whether there is something to draw: of people, only those who have shifts."""
    return any(row[-1] is not None for row in sheet.rows)


def _shown(spoken: Words, report: Morning, kind: Kind, value: Any) -> str:
    """Write a cell as people read it."""
    if value is None or value == "":
        return NOTHING
    if kind == "term":
        return spoken.say(STATES[value]) if value in STATES else term(spoken, value)
    writers: dict[str, Callable[[Any], str]] = {
        "day": spoken.day,
        "month": spoken.month,
        "when": lambda at: spoken.when(at, "dHm"),
        "count": spoken.number,
        "share": spoken.percent,
        "hours": lambda hours: spoken.number(hours, 1),
        "money": lambda amount: spoken.money(Money.of(amount, report.terms.currency)),
    }
    return writers[kind](value) if kind in writers else str(value)


def _bars(spoken: Words, report: Morning, sheet: Sheet) -> Markup:
    """Draw what came in and what went to people, day by day."""
    del report
    days = sheet.column("day")

    def paint(axes: "Axes") -> None:
        places = range(len(days))
        axes.bar(
            places, sheet.column("received"), color=charts.RULE, alpha=0.35, width=0.72, label=spoken.say("received")
        )
        axes.bar(places, sheet.column("to_people"), color=charts.PEOPLE, width=0.72, label=spoken.say("to people"))
        axes.plot(places, sheet.column("delivered"), color=charts.THIRD, marker="o", label=spoken.say("delivered"))
        axes.set_xticks(places, [_short(spoken, day) for day in days])
        charts.axis_of(axes, spoken)

    return charts.draw(f"intake-{spoken.language}", _title(spoken, "intake"), (9.6, 2.6), paint)


def _short(spoken: Words, day: date) -> str:
    from babel.dates import format_date

    return format_date(day, "d MMM", spoken.language)


def _lines(spoken: Words, report: Morning, sheet: Sheet) -> Markup:
    """Draw each clock's share by month, against the target."""
    del report
    months = sorted(set(sheet.column("month")))
    series: dict[tuple[str, str], dict[str, Decimal]] = {}
    for month, service, clock, *_, share, _ in sheet.rows:
        series.setdefault((service, clock), {})[month] = share

    def paint(axes: "Axes") -> None:
        colours = (charts.RULE, charts.THIRD, charts.PEOPLE, charts.FOURTH)
        for place, ((service, clock), found) in enumerate(series.items()):
            shares = [float(found.get(month, Decimal("nan"))) for month in months]
            label = f"{term(spoken, service)}, {term(spoken, clock)}"
            axes.plot(range(len(months)), shares, marker="o", color=colours[place % 4], linewidth=2, label=label)
        targets = [float(one) for one in sheet.column("target") if one is not None]
        if targets:
            axes.axhline(max(targets), color=charts.FOURTH, linestyle=(0, (4, 2)), label=spoken.say("target"))
        axes.set_xticks(range(len(months)), [spoken.month(month, short=True) for month in months])
        axes.set_xlim(-0.5, max(len(months), 4) - 0.5)
        axes.set_ylim(max(0.0, axes.get_ylim()[0]), min(1.004, axes.get_ylim()[1]))
        charts.axis_of(axes, spoken, percent=True)

    return charts.draw(f"attained-{spoken.language}", _title(spoken, "attainment"), (9.6, 2.6), paint)


def _people(spoken: Words, report: Morning, sheet: Sheet) -> Markup:
    """Draw what share of their shifts people worked on items."""
    del report
    rows = sorted((row for row in sheet.rows if row[-1] is not None), key=lambda row: row[-1])[-20:]

    def paint(axes: "Axes") -> None:
        shares = [float(row[-1]) for row in rows]
        bars = axes.barh([row[1] for row in rows], shares, color=charts.THIRD, height=0.62)
        axes.bar_label(bars, [spoken.percent(share, 0) for share in shares], padding=4)
        axes.set_xlim(0, max([*shares, 0.01]) * 1.2)
        axes.set_xticks([])
        axes.grid(visible=False)

    return charts.draw(f"used-{spoken.language}", _title(spoken, "utilisation"), (9.6, 0.5 + 0.28 * len(rows)), paint)


def _trend(spoken: Words, report: Morning, sheet: Sheet) -> Markup:
    """Draw the margin of each month, and its share of the revenue."""
    months = sheet.column("month")
    amounts = [float(one) for one in sheet.column("margin")]

    def paint(axes: "Axes") -> None:
        colours = [charts.RULE if one >= 0 else charts.FOURTH for one in amounts]
        bars = axes.bar(range(len(months)), amounts, color=colours, width=0.6)
        axes.bar_label(bars, [_shown(spoken, report, "share", one) for one in sheet.column("share")], padding=3)
        axes.set_xticks(range(len(months)), [spoken.month(month, short=True) for month in months])
        axes.set_xlim(-0.6, max(len(months), 4) - 0.4)
        axes.margins(y=0.18)
        charts.axis_of(axes, spoken)

    return charts.draw(f"margins-{spoken.language}", _title(spoken, "margin"), (9.6, 2.6), paint)


def _ages(spoken: Words, report: Morning, sheet: Sheet) -> Markup:
    """Draw how old the open items are, all services together."""
    del report
    bands = [name for name, _ in sheet.columns if name.startswith(("under_", "over_"))]
    sums = [sum(sheet.column(band)) for band in bands]

    def paint(axes: "Axes") -> None:
        bars = axes.bar([spoken.say(COLUMNS[band]) for band in bands], sums, color=_shades(len(bands)), width=0.62)
        axes.bar_label(bars, [spoken.number(one) for one in sums], padding=3)
        axes.margins(y=0.18)
        charts.axis_of(axes, spoken)

    return charts.draw(f"ages-{spoken.language}", _title(spoken, "backlog"), (9.6, 2.4), paint)


def _shades(n: int) -> Sequence[str]:
    return [charts.RULE] * (n - 2) + [charts.PEOPLE, charts.FOURTH]


_DRAWN: dict[str, Callable[[Words, Morning, Sheet], Markup]] = {
    "intake": _bars,
    "backlog": _ages,
    "attainment": _lines,
    "utilisation": _people,
    "margin": _trend,
}
