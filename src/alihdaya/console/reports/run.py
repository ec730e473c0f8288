"""The report of a run: one HTML file in both languages that loads nothing from anywhere."""

from pathlib import Path
from typing import Any

from markupsafe import Markup

from alihdaya.console.pages import page, style
from alihdaya.console.reports import charts
from alihdaya.console.reports.facts import Counted, ReportFacts
from alihdaya.console.words import Words, words
from alihdaya.locale import LANGUAGES
from alihdaya.packs import say


def _charts(spoken: Words, facts: ReportFacts) -> dict[str, Any]:
    code = spoken.language
    targets = {"respond": facts.run.respond_target, "resolve": facts.run.resolve_target}
    return {
        "days": charts.days(spoken, f"days-{code}", facts.days),
        "straight": charts.straight_through(spoken, f"straight-{code}", facts.months),
        "counts": [_counted(spoken, place, one) for place, one in enumerate(facts.counts)],
        "attainment": charts.attainment(spoken, f"sla-{code}", facts.months, targets),
        "money": charts.money(spoken, f"money-{code}", facts.months),
        "waits": charts.waits(spoken, f"waits-{code}", facts.waits),
        "loads": charts.loads(spoken, f"loads-{code}", facts.loads),
    }


def _counted(spoken: Words, place: int, counted: Counted) -> tuple[str, Markup, bool]:
    title = say(counted.title, spoken.language)
    colour = (charts.THIRD, charts.RULE)[place % 2]
    drawn = charts.tallies(spoken, f"count-{place}-{spoken.language}", title, counted.tallies, colour)
    return title, drawn, counted.several


def report_html(facts: ReportFacts, language: str = "en") -> str:
    """Render the report; it opens in `language`, and a switch shows the other without any script."""
    first = words(language).language
    order = (first, *(code for code in LANGUAGES if code != first))
    bodies = []
    for code in order:
        spoken = words(code, facts.zone, facts.vocabulary)
        body = page(
            "report_body.html",
            code,
            facts.zone,
            facts.vocabulary,
            facts=facts,
            run=facts.run,
            charts=_charts(spoken, facts),
        )
        bodies.append((code, body))
    return page("report.html", first, facts.zone, facts=facts, bodies=bodies, css=style("tone", "report"))


def write_report(facts: ReportFacts, path: Path, language: str = "en") -> None:
    """Write the report to `path` in UTF-8. Raises OSError."""
    path.write_text(report_html(facts, language), encoding="utf-8")
