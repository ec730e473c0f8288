"""`alihdaya due`: what nobody has to wait for any more is done, in a store of one process; made for cron."""

from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import click

from alihdaya.cli.settings import Settings, now, say

if TYPE_CHECKING:
    from alihdaya.cli.server.papers import Papers
    from alihdaya.operations.desk import Desk
    from alihdaya.packs import Pack

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_MOST = 1_000
"""So many rounds of timers and jobs at the most; what goes on for longer goes on with the next call."""


@click.command(
    help=say(
        "Do what is due in the store: timers that have come up, and the jobs that functions of packs do, until "
        "nothing is left that can be done now. With --pack, that pack's processes are deployed first, so that those "
        "which a timer starts begin."
    )
)
@click.option("--pack", "name", help=say("A pack to deploy first."))
@click.option("--terms", type=_FILE, help=say("Terms (default: as signed here, else those that the pack offers)."))
@click.option("--roster", type=_FILE, help=say("The people (default: those that the pack offers)."))
@click.option("--trust", is_flag=True, help=say("Run steps.py and jobs.py of a pack that is a folder: programs."))
@click.pass_obj
def due(settings: Settings, name: str | None, terms: Path | None, roster: Path | None, trust: bool) -> None:
    """Fire timers and do jobs."""
    from alihdaya.cli.server.papers import papers_of
    from alihdaya.operations.jobs.here import Jobs
    from alihdaya.operations.jobs.processes import Processes
    from alihdaya.packs import load

    if name is None:
        settings.there()  # one that is not there is not made here
    else:
        pack = load(name)
        papers = papers_of(pack, settings, terms, roster)
    desk = settings.write()
    processes = Processes()
    try:
        if name is not None:
            _deploy(desk, pack, papers, trust=trust)
        jobs = Jobs(desk, processes, f"house-{sha256(settings.place.encode()).hexdigest()[:12]}")
        fired = done = 0
        for _ in range(_MOST):
            rung, tried = _fire(desk), jobs.work_off(max(now(), desk.at))
            fired, done = fired + rung, done + tried
            if not rung and not tried:
                break
        desk.commit()
    finally:
        processes.close()
        desk.close()
    click.echo(say("{timers} timers went off, {jobs} jobs were tried").format(timers=fired, jobs=done))


def _deploy(desk: "Desk", pack: "Pack", papers: "list[Papers]", *, trust: bool) -> None:
    from alihdaya.operations.sign import open_service

    for one in papers:
        open_service(desk, pack, one.terms, max(now(), desk.at), roster=one.people, trusted=trust)


def _fire(desk: "Desk") -> int:
    """Let every timer go off that is due, each at its own time; gives how many there were."""
    from alihdaya.operations.commands import Fire
    from alihdaya.operations.perform import perform

    count = 0
    while (timer := desk.next_timer()) is not None and timer[0] <= now() and count < _MOST:
        perform(desk, Fire(timer[1], timer[2]), max(timer[0], desk.at))
        count += 1
    desk.commit()
    return count
