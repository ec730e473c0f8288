"""Read pack.toml: every problem in one go, each with its line and key."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final, cast

from alihdaya.engagement.document import load
from alihdaya.kernel.errors import PackError, TermsError
from alihdaya.packs.facts import read_fact
from alihdaya.packs.intake import TYPES, Column, Intake, Type
from alihdaya.packs.on_floor import read_floor, read_review
from alihdaya.packs.pack import Chart, Delivery, Field, Form, JobTerms, Manifest
from alihdaya.packs.table import PackTable

_NAME: Final = r"[a-z][a-z0-9]*(-[a-z0-9]+)*"
_VARIABLE: Final = r"[A-Za-z_][A-Za-z0-9_]*"
_LANGUAGE: Final = r"[a-z]{2,3}"
_FIELDS: Final = ("choice", "text", "integer", "number", "boolean", "date", "recording")
_LEAST: Final = -(10**11)


def read_manifest(data: bytes, name: str) -> Manifest:
    """Read the bytes of pack.toml, called `name` in messages. Raises PackError with every problem found."""
    try:
        document, content = load(data, name)
    except TermsError as error:
        raise PackError(error.problems) from None
    manifest = _manifest(PackTable(document, content))
    if document.problems:
        raise PackError(document.problems)
    return manifest


def _manifest(root: PackTable) -> Manifest:
    process = root.sub("process")
    manifest = Manifest(
        name=root.text("name", like=_NAME),
        title=root.texts("title"),
        summary=root.texts("summary"),
        kind=cast("Any", root.one_of("kind", ("BPO", "KPO"))),
        voice=root.flag("voice"),
        contact=cast("Any", root.one_of("contact", ("none", "text", "telephone"))),
        languages=root.names("languages", _LANGUAGE),
        skills=root.names("skills", _NAME),
        certificates=root.names("certificates", _NAME, needed=False),
        maturity=cast("Any", root.one_of("maturity", ("sample", "draft", "proven"))),
        process_file=process.text("file", like=r"[\w-]+\.bpmn"),
        process_id=process.text("id"),
        intake=_intake(root.sub("intake")),
        delivery=_delivery(root.sub("delivery")),
        forms=_forms(root.sub("form", needed=False)),
        words=_words(root.sub("words", needed=False)),
        charts=tuple(_chart(row) for row in root.rows("chart", needed=False)),
        jobs=_jobs(root.sub("job", needed=False)),
        floor=read_floor(root.sub("floor", needed=False)),
        review=read_review(root.sub("review", needed=False)),
    )
    manifest = replace(
        manifest, facts=tuple(read_fact(row, _names(manifest)) for row in root.rows("fact", needed=False))
    )
    for chart in manifest.charts:
        if chart.of not in manifest.delivery.result:
            root.report("no-result", f"{chart.of!r} is not among the results that are delivered", "chart")
    process.done()
    root.done()
    if manifest.voice != (manifest.contact == "telephone") and {"voice", "contact"} <= root.data.keys():
        root.report("contact-degree", "voice work, and only voice work, is by telephone (S6, S7)", "contact")
    return manifest


def _names(manifest: Manifest) -> frozenset[str]:
    return frozenset(manifest.intake.variables) | {
        field.name for form in manifest.forms.values() for field in form.fields
    }


def _twice(table: PackTable, key: str, names: Iterable[str]) -> None:
    for name in [name for name, count in Counter(names).items() if count > 1 and name]:
        table.report("twice", f"{name!r} is there twice", key)


def _intake(table: PackTable) -> Intake:
    columns = tuple(_column(row) for row in table.rows("columns"))
    _twice(table, "columns", (column.name for column in columns))
    by_name = {column.name: column for column in reversed(columns)}
    key = table.names("key", _VARIABLE)
    for name in key:
        if name not in by_name or not by_name[name].required:
            table.report("bad-key", f"{name!r} must be a required column", "key")
    received_at = table.text("received_at", "") or None
    if received_at and (received_at not in by_name or by_name[received_at].type != "instant"):
        table.report("bad-received-at", f"{received_at!r} must be a column of type instant", "received_at")
    nulls = frozenset(map(str, table.items("nulls", needed=False))) | {""}
    table.done()
    return Intake(columns, key, received_at, nulls)


def _column(table: PackTable) -> Column:
    column = Column(
        name=table.text("name", like=_VARIABLE),
        type=cast("Type", table.one_of("type", TYPES)),
        required=table.flag("required", default=True),
        carry=table.flag("carry", default=True),
        low=table.number("min", None, low=_LEAST),
        high=table.number("max", None, low=_LEAST),
        allowed=tuple(str(value) for value in table.items("allowed", needed=False)),
        max_length=table.whole("max_length", None, low=1, high=16_000_000) or 10_000,
    )
    table.done()
    if column.low is not None and column.high is not None and column.low > column.high:
        table.report("out-of-range", "min is above max", "min")
    if column.type not in ("integer", "number") and (column.low, column.high) != (None, None):
        table.report("wrong-type", f"min and max bound numbers, not {column.type}", "type")
    return column


def _delivery(table: PackTable) -> Delivery:
    units = table.sub("units")
    result = table.names("result", _VARIABLE)
    table.done()
    return Delivery(result, {end: units.text(end, like=_NAME) for end in units.data})


def _words(table: PackTable) -> dict[str, dict[str, str]]:
    _twice(table, "words", (code.lower() for code in table.data))
    return {code.lower(): table.texts(code) for code in table.data}


def _chart(table: PackTable) -> Chart:
    made = Chart(table.text("of", like=_VARIABLE), table.texts("title"))
    table.done()
    return made


def _jobs(table: PackTable) -> dict[str, JobTerms]:
    return {name: _job(table.sub(name)) for name in table.data}


def _job(table: PackTable) -> JobTerms:
    usual = JobTerms()
    made = JobTerms(
        table.whole("seconds", None, low=1, high=3600) or usual.seconds,
        table.whole("attempts", None, low=1, high=100) or usual.attempts,
    )
    table.done()
    return made


def _forms(table: PackTable) -> dict[str, Form]:
    return {form: _form(table.sub(form), form) for form in table.data}


def _form(table: PackTable, form: str) -> Form:
    fields = tuple(_field(row) for row in table.rows("fields", needed="message" not in table.data))
    made = Form(
        form,
        table.texts("title"),
        fields,
        table.names("hides", _VARIABLE, needed=False),
        table.text("message", ""),
        table.names("shows", rf"{_VARIABLE}(\.{_VARIABLE})*", needed=False),
    )
    _twice(table, "fields", (field.name for field in made.fields))
    table.done()
    return made


def _field(table: PackTable) -> Field:
    field = Field(
        name=table.text("name", like=_VARIABLE),
        type=cast("Any", table.one_of("type", _FIELDS)),
        label=table.texts("label"),
        required=table.flag("required", default=True),
        options=tuple(str(option) for option in table.items("options", needed=False)),
    )
    table.done()
    if (field.type == "choice") != bool(field.options):
        table.report("bad-options", "a choice, and only a choice, has options", "options")
    return field
