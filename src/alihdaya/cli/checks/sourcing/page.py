"""A study as one HTML page that needs nothing else: what each site costs, why, what moves it, and every source."""

from collections.abc import Callable, Iterable
from html import escape
from typing import TYPE_CHECKING, Any

from alihdaya.cli.checks.sheet import sheet
from alihdaya.cli.settings import figure, mark, say

if TYPE_CHECKING:
    from alihdaya.planning.sourcing import Advice, Compared, Study

SPLIT = mark(
    "  of a saving of {saving} an item: {cost} by the price of a minute, {knowledge} by their number, "
    "{errors} by errors"
)
"""Where a saving comes from; each part may be a loss."""

_WIDE, _LEFT, _ROW = 900, 190, 34
_COLOURS = {"cost": "#0f766e", "knowledge": "#d98a1f", "errors": "#5b6fb5"}
_STYLE = """
body { max-width: 1000px }
h2 { font-size: 1.15rem; margin: .8rem 0 .2rem } h3 { font-size: 1rem; margin: .8rem 0 0 }
svg { width: 100%; height: auto }
table { border-collapse: collapse; width: 100% } th, td { text-align: left; padding: .15rem .6rem .15rem 0 }
th { border-bottom: 1px solid #cfd8d6; font-weight: 600 } td.n, th.n { text-align: right; white-space: nowrap }
td:last-child, th:last-child { padding-left: 1rem }
.big { font-size: 1.15rem }
"""

Bar = tuple[str, float, float, float | None]
"""A label, where its bar begins and ends, and where its dot stands."""


def page(
    made: "Study",
    advice: "dict[str, Advice]",
    best: "Compared | None",
    said: "Callable[[Advice], tuple[str, list[str]]]",
    inputs: "Iterable[tuple[str, str, str, str, str, str]]",
    language: str,
) -> str:
    """Write the page. `said` gives an advice's words and risks, `inputs` the rows of the table of sources."""
    facts = say("{name}: {posts} posts in-house; {currency}; median of {draws} draws (5 to 95 %)").format(
        name=made.function.name,
        posts=figure(float(made.posts), ".1f"),
        currency=made.function.currency,
        draws=figure(made.draws),
    )
    advised = say("Advice: {site}.").format(site=best.site.name) if best else say("Advice: the work stays in-house.")
    shown = best or max(made.options, key=lambda one: one.saving.p50)
    parts = [_costs(made), *(_option(one, *said(advice[one.site.name])) for one in made.options), _tornado(made, shown)]
    body = f'<p class="big"><b>{escape(advised)}</b></p>{"".join(parts)}{_table(inputs)}'
    return sheet(say("In-house or a provider"), facts, body, style=_STYLE, language=language)


def _costs(made: "Study") -> str:
    """Draw what a year costs at each site, from the 5th to the 95th percentile, with the median as a dot."""
    bars: list[Bar] = [(say("in-house"), made.home_year.p5, made.home_year.p95, made.home_year.p50)]
    for one in made.options:
        name = f"{one.site.name} ({one.site.kind}, {one.shore.word})"
        bars.append((name, one.year.p5, one.year.p95, one.year.p50))
    head = say("A year's loaded cost, thousand {currency}").format(currency=made.function.currency)
    return f"<section><h2>{escape(head)}</h2>{_bars(bars, 0.0)}</section>"


def _option(one: "Compared", words: str, risks: list[str]) -> str:
    """Tell one option: the advice with its reason, its saving split, and what speaks against it."""
    parts = {name: float(getattr(one.split, name)) for name in _COLOURS}
    text = say(SPLIT)
    figures = {name: f'<b style="color:{_COLOURS[name]}">{part:+.2f}</b>' for name, part in parts.items()}
    told = escape(text.strip()).format(saving=f"{float(one.split.saving):+.2f}", **figures)
    told = told[:1].upper() + told[1:]
    warned = "".join(f'<p class="warn">{escape(risk)}</p>' for risk in risks)
    sure = say("It saves in {share} of the draws").format(share=figure(one.chance, ".0%"))
    if one.even_months is not None:
        sure += "; " + say("even after {months} months").format(months=figure(float(one.even_months), ".1f"))
    head = f"{one.site.name} ({one.site.kind}, {one.shore.word}): {words}"
    return f"<section><h2>{escape(head)}</h2><p>{told}</p>{_split(parts)}<p>{escape(sure)}.</p>{warned}</section>"


def _split(parts: dict[str, float]) -> str:
    """Draw the parts of a saving from a middle line: what is gained to the right, what is lost to the left."""
    gain = sum(part for part in parts.values() if part > 0)
    loss = -sum(part for part in parts.values() if part < 0)
    scale = _WIDE / ((gain + loss) or 1)
    right = left = loss * scale
    drawn = []
    for name, part in parts.items():
        long = abs(part) * scale
        left -= long if part < 0 else 0
        x = left if part < 0 else right
        right += long if part > 0 else 0
        drawn.append(f'<rect x="{x:.1f}" y="4" width="{long:.1f}" height="18" fill="{_COLOURS[name]}"/>')
    middle = loss * scale
    line = f'<line x1="{middle:.1f}" x2="{middle:.1f}" y1="0" y2="26" stroke="#1c2b2a" stroke-width="2"/>'
    return f'<svg viewBox="-2 0 {_WIDE + 4} 26" role="img">{"".join(drawn)}{line}</svg>'


def _tornado(made: "Study", one: "Compared") -> str:
    bars: list[Bar] = [
        (bar.quantity, *sorted((float(bar.low), float(bar.high))), None)  # type: ignore[misc]
        for bar in one.tornado[:12]
    ]
    title = say("What moves the saving a year of {site}, thousand {currency}:")
    head = title.format(site=one.site.name, currency=made.function.currency).rstrip(":")
    return f"<section><h2>{escape(head)}</h2>{_bars(bars, None)}</section>" if bars else ""


def _bars(bars: list[Bar], least: float | None) -> str:
    """Draw bars one below the other on one scale, which begins at `least`, or with the least of them."""
    low = min(one[1] for one in bars) if least is None else least
    most = max(one[2] for one in bars)
    span = (most - low) or 1

    def x(value: float) -> float:
        return _LEFT + 60 + (value - low) / span * (_WIDE - _LEFT - 140)

    rows = []
    for n, (name, begin, end, dot) in enumerate(bars):
        y, first, last = n * _ROW + 18, figure(begin / 1000, ",.0f"), figure(end / 1000, ",.0f")
        rows.append(
            f'<text x="{_LEFT}" y="{y + 4}" text-anchor="end">{escape(name)}</text>'
            f'<rect x="{x(begin):.1f}" y="{y - 8}" width="{max(1.5, x(end) - x(begin)):.1f}" height="16" rx="3" '
            f'fill="#0f766e" opacity="{0.45 if dot is not None else 0.8}"/>'
            f'<text x="{x(begin) - 6:.1f}" y="{y + 4}" text-anchor="end" class="dim">{first}</text>'
            f'<text x="{x(end) + 6:.1f}" y="{y + 4}" class="dim">{last}</text>'
        )
        if dot is not None:
            rows.append(f'<circle cx="{x(dot):.1f}" cy="{y}" r="6" fill="#0f766e"/>')
    return f'<svg viewBox="0 0 {_WIDE} {len(bars) * _ROW + 4}" role="img">{"".join(rows)}</svg>'


def _table(rows: "Iterable[tuple[Any, ...]]") -> str:
    """List every input with its range and where it is from."""
    heads = [say(one) for one in ("Site", "Input", "Low", "Likely", "High", "Source")]
    marks = ["", "", ' class="n"', ' class="n"', ' class="n"', ""]
    head = "".join(f"<th{mark}>{escape(name)}</th>" for name, mark in zip(heads, marks, strict=True))
    body = "".join(
        "<tr>" + "".join(f"<td{mark}>{escape(str(cell))}</td>" for cell, mark in zip(row, marks, strict=True)) + "</tr>"
        for row in rows
    )
    title = escape(say("Every input and its source"))
    return f"<section><h2>{title}</h2><table><tr>{head}</tr>{body}</table></section>"
