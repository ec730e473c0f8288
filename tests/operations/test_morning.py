"""The morning's report: its figures against the log, its files read back, its letters taken by a real SMTP server."""

import socket
import zipfile
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from email import message_from_bytes, policy
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from click.testing import CliRunner

from alihdaya.channels.documents.mail import mornings, read_address, read_server
from alihdaya.cli import cli
from alihdaya.console.reports.files import write_tables, write_workbook
from alihdaya.console.reports.page import morning_html
from alihdaya.console.words import words
from alihdaya.kernel.errors import Refused
from alihdaya.kernel.time import DAY, HOUR, MINUTE, micros, moment
from alihdaya.operations.books.bill import bill
from alihdaya.operations.books.morning import morning
from alihdaya.people.shift import Shifts

NEW_YORK = ZoneInfo("America/New_York")
HOSTILE = '=HYPERLINK("http://x","<script>")'


@pytest.fixture
def busy(small_sqlite):
    """A desk with work done, work open, work late, and a claim whose number is a formula."""
    small = small_sqlite
    for kind in ("plain", "judge", "judge", "stuck"):
        small.receive(kind, 10)
    done = small.receive("judge")
    small.assign(done)
    small.later(hours=1)
    small.complete(done, seconds=1800, verdict="yes")
    small.later(hours=72)
    small.command(small.receipt(HOSTILE, "judge"))
    small.receive("plain", 10)
    small.commit()
    return small


def test_the_sheets_say_what_the_desk_did(busy):
    made = morning(busy.store, busy.terms, busy.at)
    today = moment(busy.at, NEW_YORK).date()
    assert made.today == today
    intake = {row[0]: row[1:] for row in made.sheet("intake").rows}
    assert len(intake) == 14
    assert max(intake) == today
    assert sum(row[0] for row in intake.values()) == 7
    assert intake[today][0] == 2
    backlog = made.sheet("backlog")
    assert sum(backlog.column("open")) == 4
    assert sum(backlog.column("under_1d")) == 1
    assert sum(backlog.column("under_5d")) == 3
    assert {"waiting", "stopped"} <= set(backlog.column("status"))
    assert sum(made.sheet("quality").column("stopped")) == 1
    (row,) = made.sheet("margin").rows
    left = bill(busy.store, busy.terms, row[0]).margin
    assert (row[5], row[6]) == (left.amount.amount, None if left.percent is None else left.percent / 100)


def test_what_is_at_risk_is_due_by_tonight_and_the_latest_comes_first(busy):
    risk = morning(busy.store, busy.terms, busy.at).sheet("risk")
    due = risk.column("due")
    assert due == sorted(due)
    assert due
    assert due[-1] < datetime.combine(moment(busy.at, NEW_YORK).date() + timedelta(days=1), time(), NEW_YORK)
    at = moment(busy.at, NEW_YORK)
    for when, state in zip(due, risk.column("state"), strict=True):
        wanted = "overdue" if when < at else "within_the_hour" if when < at + timedelta(hours=1) else "today"
        assert state == wanted
    assert "overdue" in risk.column("state")


def test_hours_on_shift_are_those_that_a_count_by_minutes_gives(busy):
    rows = {row[0]: row for row in morning(busy.store, busy.terms, busy.at).sheet("utilisation").rows}
    start = micros(datetime(2013, 1, 1, tzinfo=NEW_YORK))
    for one in busy.store.persons():
        facts = one.facts
        shifts = Shifts(facts.time_zone, facts.shifts)
        minutes = sum(shifts.at_work(at) for at in range(start, busy.at, MINUTE))
        assert rows[facts.person][4] == Decimal(minutes) / 60
    assert sum(row[3] for row in rows.values()) == Decimal("0.5")


def test_files_hold_what_the_sheets_hold_and_no_text_is_a_formula(busy, tmp_path):
    made = morning(busy.store, busy.terms, busy.at)
    for kind, read in (("csv", pl.read_csv), ("parquet", pl.read_parquet)):
        paths = list(write_tables(made, tmp_path, kind))
        assert [path.name for path in paths] == [f"{sheet.name}.{kind}" for sheet in made.sheets]
        for path, sheet in zip(paths, made.sheets, strict=True):
            found = read(path)
            assert found.columns == [name for name, _ in sheet.columns]
            assert found.height == len(sheet.rows)
    money = pl.read_parquet(tmp_path / "margin.parquet")["margin"].to_list()
    assert money == made.sheet("margin").column("margin")
    assert pl.read_parquet(tmp_path / "intake.parquet")["day"].to_list() == made.sheet("intake").column("day")
    risk = (tmp_path / "risk.csv").read_text(encoding="utf-8")
    assert "HYPERLINK" in risk
    assert ',"=' not in risk
    assert ",=" not in risk
    write_workbook(words("id"), made, tmp_path / "report.xlsx")
    with zipfile.ZipFile(tmp_path / "report.xlsx") as book:
        texts = {name: book.read(name).decode() for name in book.namelist() if name.endswith(".xml")}
    assert not any("<f>" in text for name, text in texts.items() if "worksheets" in name)
    assert "HYPERLINK(&quot;" in texts["xl/sharedStrings.xml"] or "HYPERLINK(" in texts["xl/sharedStrings.xml"]
    assert "Tunggakan dan umurnya" in texts["xl/workbook.xml"]
    assert "[$USD] #,##0.00;[Red]-[$USD] #,##0.00" in texts["xl/styles.xml"].replace("&quot;", '"')


@pytest.mark.parametrize("language", ["en", "id"])
def test_the_page_stands_alone_and_escapes_what_strangers_wrote(busy, language):
    page = morning_html(morning(busy.store, busy.terms, busy.at), language)
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "src=" not in page
    assert page.count("<svg") >= 3


def test_an_empty_house_has_a_report_too(small_sqlite):
    small_sqlite.commit()
    made = morning(small_sqlite.store, small_sqlite.terms, small_sqlite.at)
    assert "<table" in morning_html(made)
    assert made.sheet("risk").rows == made.sheet("margin").rows == ()


class Kept(Sink):
    """Keeps what came; refuses whoever lives at refused.example."""

    def __init__(self):
        self.letters = []

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 - the library's name
        if address.endswith("@refused.example"):
            return "550 unknown"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - the library's name
        self.letters.append((envelope.rcpt_tos, message_from_bytes(envelope.content, policy=policy.default)))
        return "250 OK"


@pytest.fixture
def mailbox():
    kept = Kept()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(kept, hostname="127.0.0.1", port=port, ready_timeout=100)
    controller.start()
    kept.url = f"smtp://127.0.0.1:{port}"
    yield kept
    controller.stop()


def told(store, url, *options):
    command = ["--lang", "en", "--store", str(store.place), "report", "--at", "2013-01-11T17:00", *options]
    return CliRunner().invoke(cli, command, env={"ALIHDAYA_SMTP": url})


def test_the_report_is_mailed_to_all_with_its_files(busy, mailbox):
    done = told(busy.store, mailbox.url, "--mail", "ana@example.com", "--mail", "budi@example.com", "--format", "xlsx")
    assert done.exit_code == 0, done.output
    ((to, letter),) = mailbox.letters
    assert to == ["ana@example.com", "budi@example.com"]
    assert letter["To"] == "ana@example.com, budi@example.com"
    files = {part.get_filename(): part.get_content() for part in letter.iter_attachments()}
    assert set(files) == {"report.html", "report.xlsx"}
    assert files["report.xlsx"].startswith(b"PK")
    assert "Morning report" in files["report.html"]


def test_what_a_server_does_not_take_is_told(busy, mailbox):
    done = told(busy.store, mailbox.url, "--mail", "ana@example.com", "--mail", "who@refused.example")
    assert isinstance(done.exception, Refused)
    assert "who@refused.example" in str(done.exception)
    nobody = told(busy.store, "smtp://127.0.0.1:1", "--mail", "ana@example.com")
    assert isinstance(nobody.exception, Refused)
    assert "did not take the letter" in str(nobody.exception)


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["--mail", "nobody"], "not an address"),
        (["--mail", "a@example.com\nBcc: x@example.com"], "not an address"),
        (["--daily", "07:00"], "--daily goes with --mail"),
        (["--at", "soon"], "not a time"),
    ],
)
def test_a_wrong_call_is_a_usage_error(busy, options, why):
    command = ["--lang", "en", "--store", str(busy.store.place), "report", *options]
    done = CliRunner().invoke(cli, command, env={"ALIHDAYA_SMTP": "smtp://127.0.0.1:1"})
    assert done.exit_code == 2
    assert why in done.output


@pytest.mark.parametrize("url", ["127.0.0.1:25", "http://mail", "smtp://", "smtp://host:notaport"])
def test_what_is_no_mail_server_is_refused(url):
    with pytest.raises(Refused, match="smtp://HOST:PORT"):
        read_server(url)


def test_a_server_and_an_address_are_read():
    server = read_server("smtps://me%40example.com:p%3Aw@mail.example.com")
    assert (server.user, server.password, server.port, server.tls) == ("me@example.com", "p:w", 465, True)
    assert read_address("Ana.B@example.com") == "Ana.B@example.com"


def test_every_morning_comes_once_by_the_wall_clock_even_when_the_clocks_change():
    now = micros(datetime(2026, 3, 6, 13, tzinfo=UTC))  # two days before daylight saving begins; 8:00 in New York

    def sleep(seconds):
        nonlocal now
        now += int(seconds * 1_000_000)

    found = []

    def here():
        return now

    for at in mornings(time(7), NEW_YORK, here, sleep):
        assert 0 <= now - at < MINUTE
        found.append(moment(at, NEW_YORK))
        if len(found) == 2:
            now += DAY + 2 * HOUR  # a letter that took longer than a day: that morning is over
        if len(found) == 4:
            break
    assert [(one.date(), one.hour) for one in found] == [
        (date(2026, 3, 7), 7),
        (date(2026, 3, 8), 7),
        (date(2026, 3, 10), 7),
        (date(2026, 3, 11), 7),
    ]
