"""`alihdaya report`: the delivery manager's morning, as a page and files, by hand or by mail every day."""

import os
import time as clock
from collections.abc import Iterator
from datetime import datetime, time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from alihdaya.cli.settings import Settings, now, said, say, told

if TYPE_CHECKING:
    from alihdaya.channels.documents.mail import Letter, Server
    from alihdaya.engagement.terms import Terms
    from alihdaya.operations.books.morning import Morning
    from alihdaya.store import Store

_FORMATS = ("html", "csv", "xlsx", "parquet")
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_AGAIN = 60


@click.command(
    help=say(
        "Write the morning's report of an engagement: intake, backlog and its age, what is at risk today, service "
        "levels kept, quality, utilisation and margin, as a page and as CSV, XLSX and Parquet. With --mail, send it "
        "through the server in ALIHDAYA_SMTP (smtp://HOST:PORT); with --daily, every day at that time of the client."
    )
)
@click.option("--engagement", help=say("Which engagement, where the store holds several."))
@click.option(
    "--at", metavar="TIME", help=say("As it was then, such as 2013-02-14T07:00 in the client's zone (else now).")
)
@click.option("--format", "kinds", multiple=True, type=click.Choice(_FORMATS), help=say("Only these files (else all)."))
@click.option("-o", "--out", type=click.Path(file_okay=False, path_type=Path), help=say("Folder for the files."))
@click.option("--mail", "to", multiple=True, metavar="ADDRESS", help=say("Send it to this address; can be repeated."))
@click.option("--sender", metavar="ADDRESS", envvar="ALIHDAYA_MAIL_FROM", help=say("From which address it comes."))
@click.option("--daily", metavar="HH:MM", help=say("Send it every day at this time of the client, until stopped."))
@click.pass_obj
def report(
    settings: Settings,
    engagement: str | None,
    at: str | None,
    kinds: tuple[str, ...],
    out: Path | None,
    to: tuple[str, ...],
    sender: str | None,
    daily: str | None,
) -> None:
    """Write or send the report."""
    if daily and (not to or at):
        raise click.UsageError(say("--daily goes with --mail, and without --at."))
    post = _Post.of(settings, engagement, kinds or _FORMATS, to, sender) if to else None
    if post is not None:
        post.daily(_time(daily)) if daily else post.send(at)
        return
    for path in _written(settings, engagement, at, kinds or _FORMATS, out or Path("alihdaya-data") / "report"):
        click.echo(str(path))


def _time(text: str) -> time:
    try:
        return time.fromisoformat(text)
    except ValueError:
        raise click.UsageError(say("{text!r} is not a time such as 07:00.").format(text=text)) from None


def _at(text: str | None, terms: "Terms") -> int:
    from alihdaya.kernel.time import micros

    if text is None:
        return now()
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise click.UsageError(say("{text!r} is not a time such as 2013-02-14T07:00.").format(text=text)) from None
    return micros(found if found.tzinfo else found.replace(tzinfo=ZoneInfo(terms.client.time_zone)))


def _made(settings: Settings, store: "Store", terms: "Terms", at: str | None) -> "Morning":
    """Make the report of what is, or of what was at a time that was asked for."""
    from alihdaya.cli.runs.bars import bar
    from alihdaya.operations.books.as_of import as_of
    from alihdaya.operations.books.bill import terms_of
    from alihdaya.operations.books.morning import morning

    when = _at(at, terms)
    if at is None:
        return morning(store, terms, when)
    if settings.shards:
        click.echo(say("warning: of many nodes, the last day and month of the report are whole ones"), err=True)
        return morning(store, terms, when)
    with (
        bar(settings, say("The log up to {at}").format(at=at)) as show,
        as_of(store, terms.engagement, when, report=show) as past,
    ):
        return morning(past, terms_of(past, terms.engagement), when)


def _written(
    settings: Settings, engagement: str | None, at: str | None, kinds: tuple[str, ...], out: Path
) -> Iterator[Path]:
    """Write the files of these kinds into a folder, and yield their paths."""
    from alihdaya.cli.reading import vocabulary_of
    from alihdaya.console.reports.files import write_tables, write_workbook
    from alihdaya.console.reports.page import morning_html
    from alihdaya.console.words import words
    from alihdaya.operations.books.bill import terms_of

    with settings.read() as store:
        terms = terms_of(store, engagement)
        made = _made(settings, store, terms, at)
        vocabulary = vocabulary_of(store, terms.engagement)
    out.mkdir(parents=True, exist_ok=True)
    if "html" in kinds:
        path = out / "report.html"
        path.write_text(morning_html(made, settings.language, vocabulary), encoding="utf-8")
        yield path
    if "xlsx" in kinds:
        write_workbook(words(settings.language, terms.client.time_zone, vocabulary), made, out / "report.xlsx")
        yield out / "report.xlsx"
    for kind in ("csv", "parquet"):
        if kind in kinds:
            yield from write_tables(made, out, kind)


class _Post:
    """Reports on their way to a mail server."""

    def __init__(self, settings: Settings, engagement: str | None, kinds: tuple[str, ...], **post: Any) -> None:
        self._what = settings, engagement, kinds
        self._server: Server = post["server"]
        self._sender: str = post["sender"]
        self._to: list[str] = post["to"]

    @classmethod
    def of(
        cls, settings: Settings, engagement: str | None, kinds: tuple[str, ...], to: tuple[str, ...], sender: str | None
    ) -> "_Post":
        """Read the addresses and the server. Raises click.UsageError for what is none."""
        from alihdaya.channels.documents.mail import read_address, read_server

        url = os.environ.get("ALIHDAYA_SMTP")
        if not url:
            raise click.UsageError(say("Say in ALIHDAYA_SMTP which mail server takes letters: smtp://HOST:PORT."))
        try:
            addresses = [read_address(one) for one in (sender or "alihdaya@localhost", *to)]
        except ValueError as error:
            raise click.UsageError(said(error)) from None
        return cls(settings, engagement, kinds, server=read_server(url), sender=addresses[0], to=addresses[1:])

    def send(self, at: str | None = None) -> None:
        """Make the report and send it. Raises Refused where the server does not take it."""
        from alihdaya.channels.documents.mail import send

        send(self._server, self._sender, self._to, self._letter(at), now())
        click.echo(say("Sent to {to}.").format(to=", ".join(self._to)))

    def daily(self, when: time) -> None:
        """Send one every day, and try for half an hour where the server does not take it; never ends by itself."""
        from alihdaya.channels.documents.mail import mornings
        from alihdaya.kernel.errors import AlihdayaError
        from alihdaya.operations.books.bill import terms_of

        settings, engagement, _ = self._what
        with settings.read() as store:
            zone = ZoneInfo(terms_of(store, engagement).client.time_zone)
        for _ in mornings(when, zone, now, clock.sleep):
            for _try in range(30):
                try:
                    self.send()
                    break
                except AlihdayaError as error:
                    click.echo(say("warning: {problem}").format(problem="; ".join(map(told, error.problems))), err=True)
                    clock.sleep(_AGAIN)

    def _letter(self, at: str | None) -> "Letter":
        from alihdaya.channels.documents.mail import Attachment, Letter

        settings, engagement, kinds = self._what
        with TemporaryDirectory(prefix="alihdaya-report-") as folder:
            paths = list(_written(settings, engagement, at, tuple({*kinds, "html"}), Path(folder)))
            files = {path.name: path.read_bytes() for path in paths}
        types = {".html": "text/html", ".xlsx": _XLSX, ".csv": "text/csv"}
        attached = [
            Attachment(name, types.get(Path(name).suffix, "application/octet-stream"), files[name]) for name in files
        ]
        subject = say("Morning report")
        text = say("The morning's report is attached, as a page and as files.")
        return Letter(subject, text, f"<p>{text}</p>", tuple(attached))
