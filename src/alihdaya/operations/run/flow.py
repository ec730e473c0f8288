"""A whole run: a file's rows and people's played work in the order of time, committed in groups."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from alihdaya.operations.books.account.agree import backdated
from alihdaya.operations.commands import Receive
from alihdaya.operations.desk import GROUP, Desk, Service
from alihdaya.operations.jobs.here import Jobs
from alihdaya.operations.perform import perform
from alihdaya.operations.run.intake import Source, allowed, bounds, commands, open_source
from alihdaya.operations.run.rehearse import Rehearsal
from alihdaya.planning.rehearsal import Letter, Script


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: rows of the file read so far and in all, and what waits for people."""

    row: int
    rows: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Ran:
    """What this run did: rows from `first` to `last` of the source, of which `received` became items."""

    source: int
    first: int
    last: int
    received: int
    turned_away: int
    jobs: int = 0
    """So many jobs wait to be done, of this run's items or of others."""


Report = Callable[[Progress], None]


def run(
    desk: Desk,
    service: Service,
    source: Source,
    *,
    now: Callable[[], int],
    seed: int | None = None,
    scripts: Mapping[str, Script] | None = None,
    letters: Mapping[str, Letter] | None = None,
    report: Report = lambda _: None,
    jobs: Jobs | None = None,
) -> Ran:
    """Take in what a source still holds and, with a seed, let the rehearsal play people's work to the end.

    Goes on where a former run stopped, wherever that was. Rows of a file that was read to its end before are not read
    again. With `jobs`, the packs' functions do those of a batch before the next one is read, each once: one that
    failed waits, as all do without it. What happens in the past, or is played, must have no effect outside.
    """
    number, done = open_source(desk, source, desk.at if source.by_data else now())
    window = bounds(service.terms, now(), desk.standings.get(service.engagement)) if source.by_data else None
    played = Rehearsal(desk, seed or 0, scripts or {}, present=seed is not None, letters=letters or {})
    received, turned_away, last = 0, 0, done
    for batch in source.batches(done) if done < source.rows or not source.rows else ():
        desk.commit()  # what came before must be known when duplicates are looked for
        base = desk.at if source.by_data else now()
        for when, wanted in commands(desk, service, number, batch, window):
            at = max(desk.at, when if when is not None and source.by_data else base)
            command = allowed(desk, wanted, at)
            played.until(at)
            waiting = len(desk.queue)
            item = perform(desk, command, at)
            if type(command) is Receive:
                received += 1
                backdated(desk, service.engagement, item, when, at)
                played.waits(item, at)
                if len(desk.queue) > waiting:
                    played.arrived(at)
            else:
                turned_away += 1
            if len(desk.pending) >= GROUP:
                desk.commit()
        _do(jobs, desk, now)
        last = batch.last
        report(Progress(last, source.rows, len(desk.items)))
    if seed is not None:
        played.finish()
    desk.commit()
    _do(jobs, desk, now)
    report(Progress(last, source.rows, len(desk.items)))
    return Ran(number, done + 1, last, received, turned_away, sum(send.token > 0 for send in desk.outbox.values()))


def _do(jobs: Jobs | None, desk: Desk, now: Callable[[], int]) -> None:
    """Let functions do the jobs that may be done at once, and those that follow from them."""
    begun = now()
    while jobs is not None and jobs.work_off(max(begun, desk.at)):
        pass
