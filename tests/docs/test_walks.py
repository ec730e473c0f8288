"""The pages that a newcomer follows, followed: every command that is shown with its output is run, and must say that.

A line `…` stands for any lines; times of day are not compared. What the text tells the reader to change is changed
here at the same place.
"""

import re
import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from pages import DOCS, blocks
from walking import Shell

from alihdaya.operations.perform import perform
from alihdaya.store import open_store

sys.path.insert(0, str(DOCS.parent / "tests" / "operations" / "jobs"))
from jobs_pack import JobsDesk

_TIME = re.compile(r"\d{1,2} [A-Z][a-z]{2}( \d{4},)? \d\d:\d\d")
_SKIPPED = {"Killed"}  # thirty thousand flights; tests/chaos kills the process


class Site:
    """A shell in a copy of the shop with faults, whose server has a port of its own; what it says names the page's."""

    PORT = "38765"

    def __init__(self, shell):
        self.shell, self.folder = shell, shell.folder / "shop"
        shutil.copytree(DOCS / "examples" / "website", self.folder)
        shell.folder = self.folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = str(free.getsockname()[1])
        terms = self.folder / "vitrine.toml"
        terms.write_text(terms.read_text().replace(self.PORT, self.port))

    @contextmanager
    def running(self):
        """The server, answering, until the end."""
        server = subprocess.Popen([sys.executable, "serve.py", self.port], cwd=self.folder)
        try:
            for _ in range(1000):
                with suppress(OSError), socket.create_connection(("127.0.0.1", int(self.port)), 1):
                    break
                time.sleep(0.1)
            yield
        finally:
            server.kill()
            server.wait()

    def run(self, command):
        command = command.replace(self.PORT, self.port).replace(
            "MONTH", f"{datetime.now(ZoneInfo('Europe/Amsterdam')):%Y-%m}"
        )
        return [line.replace(self.port, self.PORT) for line in self.shell.run(command)]


def transcript(block):
    """(command, lines that should follow) of a block whose commands are marked by a dollar sign."""
    parts = []
    for line in block.lines:
        if line.startswith("$ "):
            parts.append((line[2:], []))
        else:
            parts[-1][1].append(line)
    return parts


def same(shown, lines):
    """Whether the lines are as shown."""
    pattern = "\n".join(".*?" if line.strip() == "…" else re.escape(_plain(line)) for line in shown)
    return re.fullmatch(pattern, "\n".join(map(_plain, lines)), flags=re.DOTALL) is not None


def _plain(line):
    return _TIME.sub("<time>", line.rstrip())


def follow(page, shell, before):
    """Run all transcripts of a page; `before` is what to do as a heading's first block is reached."""
    pending = dict(before)
    ran = 0
    for block in blocks(page):
        if action := pending.pop(block.heading, None):
            action(block)
        if not block.lines[0].startswith("$ ") or block.heading in _SKIPPED:
            continue
        for command, shown in transcript(block):
            lines = shell.run(command)
            assert same(shown, lines), f"{page.name}, {block.heading}: $ {command}\n" + "\n".join(lines)
            ran += 1
    assert not pending, f"no heading {list(pending)}"
    return ran


@pytest.fixture
def shell(tmp_path):
    return Shell(tmp_path)


def test_jobs_by_hand(shell):
    (shell.folder / "alihdaya-data").mkdir()
    with open_store(shell.folder / "alihdaya-data" / "alihdaya.db") as store:
        made = JobsDesk(store, shell.folder, "def look(job: Job):\n    return {'seen': job.key}\n")
        for _ in range(2):
            perform(made.desk, made.receipt(), made.at)
        made.desk.commit()
    assert follow(DOCS / "workers.md", shell, {}) == 4


def replace(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, (path, old, text.count(old))
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_pack_in_ten_minutes(shell):
    desk = shell.folder / "my-desk"

    def rule(block):
        old, new = (line[1:].strip() for line in block.lines)
        replace(desk / "decisions" / "goodwill.dmn", old.replace("30", "20"), new)

    def samples_and_price(block):
        edges = desk / "samples" / "edges.csv"
        replace(edges, "20 for lateness is still granted,E-1,Devi,20,", "30 for lateness,E-1,Devi,30,")
        replace(edges, "E-2,Devi,20.01", "E-2,Devi,30.01")
        old, new = (line[1:] for line in block.lines if line[0] in "+-")
        replace(desk / "terms.toml", old, new)

    def form(block):
        pack = desk / "pack.toml"
        replace(pack, 'result = ["ruling", "note"]', block.lines[1])
        pack.write_text(pack.read_text() + "\n" + "\n".join(block.lines[3:]) + "\n")

    def misspell(_):
        replace(desk / "processes" / "goodwill.bpmn", 'alihdaya:decision="ruling"', 'alihdaya:decision="rulling"')

    before = {
        "Change a rule": rule,
        "Change a price": samples_and_price,
        "Change a form": form,
        "What a task asks of its process": misspell,
    }
    assert follow(DOCS / "pack.md", shell, before) == 8


def test_your_own_files(shell):
    def flights(block):
        text = "\n".join(block.lines) + "\n"
        (shell.folder / "flights.csv").write_text(text)
        (shell.folder / "wrong.csv").write_text(text.replace("distance", "miles", 1))

    def desk(_):
        assert shell.run("alihdaya pack new my-desk")

    assert follow(DOCS / "run.md", shell, {"A file with faults": flights, "Work by hand": desk}) == 14


def test_people_from_application_to_work(shell):
    def wall(block):
        roster = shell.folder / "my-hiring" / "roster.toml"
        roster.write_text(roster.read_text() + "\n" + "\n".join(block.lines) + "\n")

    assert follow(DOCS / "people.md", shell, {"Conflict walls": wall}) == 26


def test_electronic_invoices(shell):
    def terms(block):
        (shell.folder / "invoice.toml").write_text("\n" + "\n".join(block.lines) + "\n")

    assert follow(DOCS / "einvoice.md", shell, {"What the engagement file says": terms}) == 11


def test_rate_cards(shell):
    def rates(block):
        if "=" in block.lines[1]:
            (shell.folder / "rates.toml").write_text("\n" + "\n".join(block.lines) + "\n")

    assert follow(DOCS / "ratecards.md", shell, {"Figures from outside": rates}) == 18


def test_engagements_and_closed_invoices(shell):
    (shell.folder / "invoices").mkdir()
    assert follow(DOCS / "engagements.md", shell, {}) == 21
    shell.folder /= "invoices"
    assert follow(DOCS / "invoices.md", shell, {}) == 13
    (shell.folder / "payments").mkdir()
    shell.folder /= "payments"
    assert follow(DOCS / "payments.md", shell, {}) == 16


def test_decisions_explained(shell):
    assert follow(DOCS / "decisions-explained.md", shell, {}) == 13


def test_courses_of_others(shell):
    shutil.copytree(DOCS / "examples", shell.folder / "docs" / "examples")
    assert follow(DOCS / "courses.md", shell, {}) == 14


def test_posts_classified(shell):
    shutil.copytree(DOCS / "examples", shell.folder / "docs" / "examples")
    assert follow(DOCS / "posts.md", shell, {}) == 1


def test_in_house_or_a_provider(shell):
    shutil.copytree(DOCS / "examples", shell.folder / "docs" / "examples")
    assert follow(DOCS / "sourcing.md", shell, {}) == 1


def test_transition_every_post_named(shell):
    shutil.copytree(DOCS / "examples", shell.folder / "docs" / "examples")
    assert follow(DOCS / "transition.md", shell, {}) == 11


def test_between_bpo_and_kpo(shell):
    shutil.copytree(DOCS / "examples" / "questions", shell.folder / "questions")
    assert follow(DOCS / "spectrum.md", shell, {}) == 15


def test_a_line_that_differs_is_found():
    assert same(["a", "…", "z"], ["a", "b", "c", "z"])
    assert not same(["a", "…", "z"], ["a", "b"])
    assert same(["2 Mar 2026, 12:52  came"], ["3 Apr 2027, 01:02  came  "])
    assert not same(["60 rows"], ["61 rows"])


def test_website_services(shell):
    site = Site(shell)
    with site.running():
        assert follow(DOCS / "website.md", site, {}) == 21


@pytest.mark.parametrize("page", ["techsupport", "techsolutions"])
def test_the_technical_packs(shell, page):
    assert follow(DOCS / f"{page}.md", shell, {}) == 3


def test_a_day_on_the_floor(shell):
    def beside(_):
        shutil.copy(DOCS / "examples" / "floor.toml", shell.folder)

    assert follow(DOCS / "queue.md", shell, {"Batches, advice, wrapping up": beside}) == 51
