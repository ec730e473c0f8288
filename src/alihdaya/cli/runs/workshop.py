"""A file's whole way: packs, terms and people brought together, the run with its progress, and what it leaves."""

import gc
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from alihdaya.channels.files import count_rows, digest, read_rows
from alihdaya.cli.runs.figures import Facts, as_json, report, summary
from alihdaya.cli.runs.functions import JOBS_WAIT, functions
from alihdaya.cli.runs.taken import reject_file, told_before
from alihdaya.cli.server.papers import one_of, papers_of
from alihdaya.cli.settings import Settings, figure, now, say, told
from alihdaya.console.engagement.invoice_page import invoice_html, invoice_json
from alihdaya.console.reports.facts import RunSummary
from alihdaya.console.reports.run import write_report
from alihdaya.console.terminal import make_console, make_progress
from alihdaya.console.terminal import summary as shown_summary
from alihdaya.console.words import words
from alihdaya.engagement.invoice import invoice_to_plain
from alihdaya.engagement.terms import Terms
from alihdaya.kernel.errors import PackError, Problem, Refused
from alihdaya.kernel.errors import Source as Place
from alihdaya.kernel.time import micros
from alihdaya.notation.bpmn import UserWork
from alihdaya.notation.bpmn.details import Message
from alihdaya.operations.books.bill import bills, line_items
from alihdaya.operations.books.replay import prove
from alihdaya.operations.desk import Desk
from alihdaya.operations.run.flow import Progress, Ran, run
from alihdaya.operations.run.intake import Source
from alihdaya.operations.sign import open_service
from alihdaya.packs import Pack, load
from alihdaya.packs.vocabulary import Vocabulary
from alihdaya.planning.rehearsal import Letter, Script
from alihdaya.store import Store, views

if TYPE_CHECKING:
    from rich.progress import Progress as Bars


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be run: a pack and a file, whose terms and people, where results go, and whose clock counts."""

    pack: str
    file: Path
    terms: Path | None
    roster: Path | None
    out: Path
    by_data: bool
    seed: int | None
    trust: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a finished run tells: its summary, the same for machines, and whether rows of the file were turned away."""

    language: str
    summary: RunSummary
    plain: dict[str, Any]
    has_rejects: bool
    vocabulary: Vocabulary

    def publish(self, *, as_json: bool) -> None:
        """Print the summary; with `as_json`, print it to the error stream and the JSON object last."""
        shown = shown_summary(words(self.language, vocabulary=self.vocabulary), self.summary)
        make_console(sys.stderr if as_json else sys.stdout).print(shown)
        if as_json:
            sys.stdout.write(json.dumps(self.plain) + "\n")


def object_of(facts: Facts, ran: Ran) -> dict[str, Any]:
    """Give the JSON object of a run: the store's figures, and what this run itself did."""
    return {**as_json(facts), "this_run": {"received": ran.received, "rejected": ran.turned_away, "jobs": ran.jobs}}


def take_in(settings: Settings, order: Order) -> tuple[Ran, Path | None, str]:
    """Take a file in and stop there; gives the path of the rejected rows, if any, and a word on a file known before."""
    with opened(settings, order) as (desk, service, source, _):
        with functions(desk, played=source.by_data or order.seed is not None) as jobs:
            ran = run(desk, service, source, now=now, jobs=jobs)
        return (
            ran,
            reject_file(desk.store, ran, order.file, order.out),
            told_before(settings, desk.store, ran, service.terms),
        )


def work_off(settings: Settings, order: Order) -> Outcome:
    """Run a file from intake to invoice, prove the log, and write report, invoices and rejected rows."""
    order.out.mkdir(parents=True, exist_ok=True)
    spoken = words(settings.language)
    with opened(settings, order) as (desk, service, source, scripts):
        with make_progress(make_console(sys.stderr), spoken) as bars:
            start = perf_counter()
            ran = _run(desk, service, source, scripts, order, bars)
            seconds = perf_counter() - start
            if before := told_before(settings, desk.store, ran, service.terms):
                bars.console.print(before)
            if ran.jobs:
                bars.console.print(say(JOBS_WAIT).format(count=figure(ran.jobs)))
            equal = _prove(desk.store, bars)
            made, unbilled = bills(desk.store, service.terms)
            facts = Facts(
                store=desk.store,
                terms=service.terms,
                bills=made,
                seconds=seconds,
                items_per_s=ran.received / seconds if ran.received else None,
                replay_equal=equal,
                seed=order.seed,
                made_at=now(),
                unbilled=tuple(map(told, unbilled)),
            )
            files = _write(facts, ran, order, settings, bars, deliverables=service.pack.deliverables is not None)
        rejects = bool(views.rejects(desk.store, ran.source, limit=1))
        return Outcome(settings.language, summary(facts, files), object_of(facts, ran), rejects, facts.vocabulary)


def forget(settings: Settings, folder: Path) -> None:
    """Take away the store and the results in a folder that holds the demo; other files stay. Raises StoreLocked."""
    from alihdaya.store import open_store

    if settings.store:
        raise PackError(Problem("not-fresh", say("--fresh begins again in the folder of --data only, not in --store")))
    database = folder / "alihdaya.db"
    if database.exists():
        with open_store(database) as store:
            store.lock()
            for ending in ("", "-wal", "-shm"):
                Path(f"{database}{ending}").unlink(missing_ok=True)
    for pattern in ("report.html", "rejects*.csv", "invoices/*.html", "invoices/*.json"):
        for path in folder.glob(pattern):
            path.unlink()


@contextmanager
def opened(settings: Settings, order: Order) -> Iterator[tuple[Desk, Any, Source, dict[str, Script]]]:
    """Open what an order needs: the writer's desk, the service, the file, and how people are played."""
    gc.set_threshold(100_000, 50, 50)  # a batch makes many small tuples and no cycles: 10 to 15 % of the time
    pack = load(order.pack)
    scripts = scripts_of(pack)
    papers = one_of(pack, papers_of(pack, settings, order.terms, order.roster))
    source = Source(
        path=order.file,
        digest=digest(order.file),
        rows=count_rows(order.file),
        batches=lambda after: read_rows(order.file, pack.intake, after=after),
        by_data=order.by_data and pack.intake.received_at is not None,
    )
    order.out.mkdir(parents=True, exist_ok=True)
    desk = settings.write({pack.digest: pack})
    try:
        at = _signed_at(papers.terms) if source.by_data else now()
        service = open_service(desk, pack, papers.terms, at, roster=papers.people, trusted=order.trust)
        yield desk, service, source, scripts
    finally:
        desk.close()


def _run(desk: Desk, service: Any, source: Source, scripts: dict[str, Script], order: Order, bars: "Bars") -> Ran:
    bar = bars.add_task(say("Items, each decided and committed"), total=source.rows)

    def show(progress: Progress) -> None:
        bars.update(bar, completed=progress.row)

    letters = letters_of(service.pack)
    with functions(desk, played=source.by_data or order.seed is not None) as jobs:
        return run(
            desk, service, source, now=now, seed=order.seed, scripts=scripts, letters=letters, report=show, jobs=jobs
        )


def _prove(store: Store, bars: "Bars") -> bool:
    bar = bars.add_task(say("Replay: every table from the log alone"), total=store.last_seq())
    return prove(store, report=lambda done, _: bars.update(bar, completed=done)).equal


def scripts_of(pack: Pack) -> dict[str, Script]:
    """Read how a simulation plays the pack's tasks. Raises PackError for a task, field or answer that there is not."""
    scripts = {}
    for name, table in pack.rehearsal.items():
        if name == _LETTERS:
            continue
        place = Place(f"{pack.place}/rehearsal.toml", element=name)
        try:
            script = scripts[name] = Script.of(table)
        except ValueError as error:
            raise PackError(Problem("bad-rehearsal", str(error), place)) from None
        problems = [Problem("bad-rehearsal", why, place) for why in _unplayable(pack, name, script)]
        if problems:
            raise PackError(problems)
    return scripts


_LETTERS = "message"
"""The table of rehearsal.toml that holds a table for each message that is played."""


def letters_of(pack: Pack) -> dict[str, Letter]:
    """Read how a simulation plays messages from outside. Raises PackError for a message that nothing waits for."""
    known = {node.detail.name for node in pack.process.nodes if isinstance(node.detail, Message)}
    letters = {}
    for name, table in pack.rehearsal.get(_LETTERS, {}).items():
        place = Place(f"{pack.place}/rehearsal.toml", element=f"{_LETTERS}.{name}")
        try:
            letters[name] = Letter.of(table)
        except (ValueError, AttributeError) as error:
            raise PackError(Problem("bad-rehearsal", str(error), place)) from None
        if name not in known:
            raise PackError(Problem("bad-rehearsal", f"the process waits for no message {name!r}", place))
    return letters


def _unplayable(pack: Pack, task: str, script: Script) -> Iterator[str]:
    details = {node.id: node.detail for node in pack.process.nodes}
    work = details.get(task)
    if not isinstance(work, UserWork):
        yield f"the process has no user task {task!r}"
        return
    form = pack.forms.get(work.form)
    fields = {field.name: field for field in form.fields} if form else {}
    for field, weights in script.answers.items():
        if field not in fields:
            yield f"the form of {task!r} has no field {field!r}"
        elif fields[field].options:
            yield from (f"{field} has no option {one!r}" for one in weights if one not in fields[field].options)


def _signed_at(signed: Terms) -> int:
    return micros(datetime.combine(signed.signed, time(9), ZoneInfo(signed.client.time_zone)))


def _write(
    facts: Facts, ran: Ran, order: Order, settings: Settings, bars: "Bars", *, deliverables: bool
) -> dict[str, str]:
    """Write what people read; gives what each file is -> its path."""
    bar = bars.add_task(say("Invoices and report"), total=len(facts.bills) + 1)
    folder = order.out / "invoices"
    folder.mkdir(exist_ok=True)
    for made in facts.bills:
        plain = invoice_to_plain(made.invoice)
        for line, shown in zip(made.invoice.lines, plain["lines"], strict=True):
            shown["items"] = line_items(facts.store, facts.terms, made.month, line)
        (folder / f"{made.month}.json").write_bytes(invoice_json(plain))
        (folder / f"{made.month}.html").write_text(invoice_html(plain, settings.language), encoding="utf-8")
        bars.advance(bar)
    files = {say("Report"): str(order.out / "report.html"), say("Invoices"): str(folder)}
    if deliverables:
        files |= _deliverables(facts, order.out / "deliverables", bars)
    rejects = reject_file(facts.store, ran, order.file, order.out)
    if rejects:
        files[say("Rejected rows")] = str(rejects)
    write_report(report(facts, files), order.out / "report.html", settings.language)
    bars.advance(bar)
    return files


def _deliverables(facts: Facts, folder: Path, bars: "Bars") -> dict[str, str]:
    """Write what the pack's deliverables.toml says; what could not be made of an item is told."""
    from alihdaya.cli.runs.deliverables import hand_over

    try:
        written = hand_over(facts.store, folder, engagement=facts.terms.engagement)
    except Refused as refusal:
        problems, made = refusal.problems, False
    else:
        problems, made = tuple(written.problems if written else ()), written is not None
    for problem in problems:
        bars.console.print(say("warning: {problem}").format(problem=told(problem)))
    return {say("Deliverables"): str(folder)} if made else {}
