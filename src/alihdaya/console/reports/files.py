"""The morning's sheets as files: CSV and Parquet a sheet, or all in one workbook with charts."""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alihdaya.console.phrases import term
from alihdaya.console.reports.names import COLUMNS, SHEETS
from alihdaya.console.words import Words
from alihdaya.kernel.cell import harmless
from alihdaya.kernel.money import exponent
from alihdaya.operations.books.morning import Kind, Morning, Sheet

if TYPE_CHECKING:
    import polars as pl
    import xlsxwriter


def frame(sheet: Sheet, currency: str) -> "pl.DataFrame":
    """Give a sheet as columns with types of their own: dates, decimals, instants in UTC; money in `currency`."""
    import polars as pl

    decimal = pl.Decimal(38, 6)
    kinds: dict[Kind, Any] = {
        "day": pl.Date,
        "count": pl.Int64,
        "when": pl.Datetime("us", "UTC"),
        "share": decimal,
        "hours": decimal,
        "money": pl.Decimal(38, exponent(currency)),
    }
    schema = {name: kinds.get(kind, pl.String) for name, kind in sheet.columns}
    columns = zip(*sheet.rows, strict=True) if sheet.rows else [()] * len(sheet.columns)
    made = [
        pl.Series(name, [_exact(kind, one) for one in column], dtype=schema[name], strict=False)
        for (name, kind), column in zip(sheet.columns, columns, strict=True)
    ]
    return pl.DataFrame(made)


def _exact(kind: Kind, value: Any) -> Any:
    return round(value, 6) if kind in {"share", "hours"} and value is not None else value


def write_tables(report: Morning, folder: Path, kind: str) -> Iterator[Path]:
    """Write each sheet as "csv" or "parquet" into a folder; names and columns are ids, for programs. Raises OSError."""
    import polars as pl

    for sheet in report.sheets:
        path = folder / f"{sheet.name}.{kind}"
        found = frame(sheet, report.terms.currency)
        if kind == "csv":
            found.with_columns(pl.col(pl.String).map_elements(harmless, pl.String)).write_csv(path)
        else:
            found.write_parquet(path)
        yield path


def write_workbook(words: Words, report: Morning, path: Path) -> None:
    """Write all sheets as one workbook in the reader's language, with charts. Raises OSError."""
    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "remove_timezone": True}
    with xlsxwriter.Workbook(path, options) as book:
        formats = _formats(book, report.terms.currency)
        for sheet in report.sheets:
            _write_sheet(words, book, sheet, formats)


def _formats(book: "xlsxwriter.Workbook", currency: str) -> dict[str, Any]:
    places = exponent(currency)
    amount = f"[${currency}] #,##0" + ("." + "0" * places if places else "")
    money = f"{amount};[Red]-{amount}"
    shapes = {"count": "#,##0", "share": "0.0%", "hours": "#,##0.0", "day": "yyyy-mm-dd", "when": "yyyy-mm-dd hh:mm"}
    made = {kind: book.add_format({"num_format": shape}) for kind, shape in {**shapes, "money": money}.items()}
    head = {"bold": True, "bottom": 1, "bg_color": "#D8ECE8", "text_wrap": True, "valign": "top"}
    return {**made, "head": book.add_format(head)}


def _write_sheet(words: Words, book: "xlsxwriter.Workbook", sheet: Sheet, formats: dict[str, Any]) -> None:
    title = words.say(SHEETS[sheet.name])[:31]
    page = book.add_worksheet(title)
    page.freeze_panes(1, 1)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    for place, (name, kind) in enumerate(sheet.columns):
        page.write_string(0, place, words.say(COLUMNS[name]), formats["head"])
        shown = [_cell(words, kind, row[place]) for row in sheet.rows]
        width = max([_WIDTHS.get(kind, 11), *[len(one) + 2 for one in shown if isinstance(one, str)]])
        page.set_column(place, place, min(width, 40))
        for row, value in enumerate(shown, 1):
            _put(page, row, place, value, formats.get(kind))
    if not sheet.rows:
        page.write_string(1, 0, words.say("Nothing to show."))
    if sheet.rows:
        page.autofilter(0, 0, len(sheet.rows), len(sheet.columns) - 1)
        _chart(words, book, page, sheet, title)


_WIDTHS = {"money": 19, "when": 17}
"""So wide is a column of this kind at least, in characters."""


def _put(page: Any, row: int, place: int, value: Any, shape: Any) -> None:
    if isinstance(value, str):
        page.write_string(row, place, value)
    elif isinstance(value, date | datetime):
        page.write_datetime(row, place, value, shape)
    elif value is not None:
        page.write_number(row, place, float(value), shape)


def _cell(words: Words, kind: Kind, value: Any) -> Any:
    return term(words, value) if kind == "term" and value else value


_CHARTS = {
    "intake": ("column", ("received", "to_people")),
    "quality": ("line", ("respond_missed", "resolve_missed", "stopped")),
    "utilisation": ("bar", ("share",)),
    "margin": ("column", ("fees", "margin")),
}
"""Sheet -> the kind of chart, and the columns that it draws over the first one."""


def _chart(words: Words, book: "xlsxwriter.Workbook", page: Any, sheet: Sheet, title: str) -> None:
    if sheet.name not in _CHARTS:
        return
    kind, wanted = _CHARTS[sheet.name]
    names = [name for name, _ in sheet.columns]
    chart: Any = book.add_chart({"type": kind})
    for name, colour in zip(wanted, ("#0E6E66", "#D98A1F", "#5B6FB5"), strict=False):
        place, last = names.index(name), len(sheet.rows)
        series = {"name": words.say(COLUMNS[name]), "categories": [title, 1, 0, last, 0]}
        paint = {"line": {"color": colour}} if kind == "line" else {"fill": {"color": colour}}
        chart.add_series({**series, "values": [title, 1, place, last, place], **paint})
    chart.set_title({"name": title})
    chart.set_legend({"position": "bottom"})
    page.insert_chart(len(sheet.rows) + 2, 0, chart, {"x_scale": 1.5})
