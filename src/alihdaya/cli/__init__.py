"""The command line: the composition root, the only room that wires the others together.

Commands are imported when they are called, so that `alihdaya --help` answers at once.
"""

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

from alihdaya import __version__
from alihdaya.cli.settings import Settings, mark, say

if TYPE_CHECKING:
    from alihdaya.kernel.errors import Problem

_COMMANDS = {
    "demo": ("runs.demo", mark("run the main job: a year of an airline's disruption desk")),
    "run": ("runs.run", mark("take a file through a pack, from intake to invoice")),
    "load": ("runs.run", mark("take a file in, as far as rules carry it")),
    "inspect": ("runs.inspect", mark("check a web site, and write what is new for the pack website")),
    "engagements": ("runs.account.agreements", mark("list engagements, which terms hold when, and from where")),
    "amend": ("runs.account.agreements", mark("let other terms hold from a day on")),
    "renew": ("runs.account.agreements", mark("let an engagement go on after its end")),
    "terminate": ("runs.account.agreements", mark("let nothing come in any more for an engagement")),
    "holiday": ("runs.account.holidays", mark("add a holiday after the signing: open clocks are due anew")),
    "items": ("look", mark("list items")),
    "item": ("look", mark("tell one item's whole story")),
    "sla": ("instance.clocks", mark("explain an item's service level clocks, or show how a month kept them")),
    "deliverables": ("runs.deliverables", mark("write payslips and other papers, payments and journal")),
    "invoice": ("look", mark("show the invoice of a month, or the items behind one of its lines")),
    "margin": ("runs.margin", mark("show what is left, by service, engagement, person or item, and its trend")),
    "close": ("runs.account.closing", mark("close a month: its invoice gets a number and never changes")),
    "accruals": ("runs.account.accruals", mark("show what was delivered and is on no invoice yet")),
    "correct": ("runs.account.closing", mark("let a delivered item count otherwise, on the next invoice")),
    "report": ("runs.morning", mark("write or mail the morning's report: intake, backlog, risks, margin")),
    "dispute": ("runs.account.disputes", mark("what a client does not accept, and credit notes")),
    "payments": ("runs.account.payments", mark("bank statements, and which invoices they pay")),
    "account": ("runs.account.payments", mark("show the statement of account")),
    "record": ("runs.record", mark("record what bills need: exchange rates, index values, milestones")),
    "question": ("checks.questions", mark("register a client's questions, answer them in bits, see how that held")),
    "einvoice": ("checks.einvoice", mark("check electronic invoices of others against EN 16931")),
    "assign": ("work", mark("give a waiting task to a person, if the gate lets them")),
    "complete": ("work", mark("finish a task with its result")),
    "people": ("people", mark("list persons with tests and certificates, and when these expire")),
    "person": ("people", mark("tell what a person proved, and why they may or may not do a task")),
    "agreement": ("people.agreement", mark("show how far two raters agree: weighted kappa with its interval")),
    "course": ("people.course", mark("read SCORM courses, teach them in a pack, take in xAPI results")),
    "recordings": ("people.recordings", mark("list recordings of spoken tests, and delete them by rule or on request")),
    "withdraw": ("people", mark("withdraw a certificate: no more work from now on")),
    "wall": ("people.wall", mark("list who is kept from whose work, and raise walls or take them down")),
    "due": ("runs.due", mark("do what is due: timers, and the jobs of packs' functions")),
    "message": ("messages", mark("deliver a message to the item that waits for it, or list those that wait")),
    "signal": ("messages", mark("broadcast a signal to all items that wait for it")),
    "queue": ("people.queue", mark("show what waits for people; where nobody can do it, why")),
    "presence": ("people.presence", mark("list who is present, and what they have; log in and out")),
    "review": ("people.review", mark("look at finished tasks again, by a scorecard, and see how everybody fares")),
    "adherence": ("people.adherence", mark("show how people kept to their shifts, by person and day")),
    "accept": ("people.presence", mark("accept a task that rings")),
    "decline": ("people.presence", mark("decline a task that rings")),
    "take": ("people.presence", mark("take a task that waits")),
    "transfer": ("people.presence", mark("pass a task on: transfer, escalate, hand over")),
    "handover": ("people.handover", mark("hand an item over to another service of its client, with its context")),
    "handback": ("people.handover", mark("end such a hand-over without an answer, at either end")),
    "handovers": ("people.handover", mark("list what was handed over between services and is awaited back")),
    "consult": ("people.presence", mark("ask somebody else for advice on a task, and keep it")),
    "advise": ("people.presence", mark("give the advice that one is asked for")),
    "time": ("people.presence", mark("note what a comment, meeting or hand-over took")),
    "callback": ("people.presence", mark("put a task off until a time that was agreed on")),
    "retry": ("work", mark("try again what ended in an incident")),
    "jobs": ("jobs", mark("list the open jobs, and who has them")),
    "job": ("jobs", mark("say by hand how a job ended")),
    "instance": ("instance", mark("show one instance and its path; cancel, suspend, move, set, retry")),
    "definitions": ("migrate", mark("list the versions of every pack, and what runs on them")),
    "migrate": ("migrate", mark("take items under way over to another version of their models")),
    "serve": ("server.serve", mark("open the console at 127.0.0.1: the floor, live")),
    "node": ("server.node", mark("be one of many nodes over one PostgreSQL, with an HTTP API and an outbox")),
    "mcp": ("server.mcp", mark("be a program's tools for a model, by the Model Context Protocol")),
    "token": ("server.token", mark("make, list and revoke the tokens that open the API of nodes")),
    "export": ("export", mark("write the log for process mining, as OCEL 2.0 or XES")),
    "retain": ("runs.retain", mark("archive months that are done with: into Parquet files, out of the store")),
    "replay": ("look", mark("rebuild every table from the log alone, and compare")),
    "check": ("checks", mark("check decision models: gaps, overlaps, rules that never decide, types")),
    "decide": ("decide", mark("take the decisions of a DMN file for inputs of yours, and say why")),
    "classify": ("checks.posts", mark("say what posts are: BPO, KPO or non-BPO, voice or non-voice, and why")),
    "source": ("checks.sourcing", mark("compare in-house with providers: loaded cost, saving, risks, advice")),
    "transition": ("people.transition", mark("begin a transition to a provider, and list what becomes of every post")),
    "spectrum": ("checks.spectrum", mark("say where each service stands between BPO and KPO, measured from the log")),
    "pack": ("packs", mark("list, check and begin packs")),
    "convert": ("export", mark("write a DMN file of any version as DMN 1.5")),
    "completion": ("packs", mark("print the shell completion script")),
}
"""Name -> (module of this package, what it is for). The texts are translated where they are shown."""


class Commands(click.Group):
    """The group of all commands, imported one at a time."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's signature)
        """Give the names in the order in which work flows."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import a command. Gives None for a name that there is not."""
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"alihdaya.cli.{_COMMANDS[cmd_name][0]}"), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the list of commands without importing any."""
        with formatter.section(say("Commands")):
            formatter.write_dl([(name, say(text)) for name, (_, text) in _COMMANDS.items()])

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """Find a command, and say what is near where there is none."""
        from difflib import get_close_matches

        if args and args[0] not in _COMMANDS and not args[0].startswith("-"):
            near = get_close_matches(args[0], _COMMANDS, 1)
            hint = say("Did you mean {name}?").format(name=near[0]) if near else say("See alihdaya --help.")
            ctx.fail(say("There is no command {name!r}.").format(name=args[0]) + " " + hint)
        return super().resolve_command(ctx, args)


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=say(
        "Alihdaya runs an outsourcing provider's trade: work in, done by rule or by people who proved that they can, "
        "proven and billed from one event log. Begin with: alihdaya demo"
    ),
)
@click.option(
    "--lang", type=click.Choice(["en", "id"]), help=say("Language of what is shown (else ALIHDAYA_LANG, LANG).")
)
@click.option(
    "--store",
    metavar="URL",
    envvar="ALIHDAYA_STORE",
    help=say("Where the log lives: a file or postgresql://… (default: alihdaya-data/alihdaya.db)."),
)
@click.version_option(__version__, prog_name="alihdaya")
@click.pass_context
def cli(ctx: click.Context, lang: str | None, store: str | None) -> None:
    """Keep what all commands share."""
    ctx.obj = Settings.of(lang, store)


def printable(text: str) -> str:
    """Write control characters as escapes: a name in a stranger's file must not command the terminal."""
    return "".join(char if char.isprintable() or char == "\n" else ascii(char)[1:-1] for char in text)


def main() -> None:
    """Run the command line, and end with an exit code: docs/commands.md has the table.

    0: done. 1: refused or failed, or done with something to look at. 2: it cannot be done as it was asked for: an
    option, or a file, pack or store that was named. What went wrong stands on standard error behind "alihdaya: ".
    """
    from alihdaya.kernel.errors import AlihdayaError

    try:
        cli(prog_name="alihdaya", standalone_mode=False)
    except click.exceptions.Exit as end:
        sys.exit(end.exit_code)
    except click.ClickException as error:
        sys.exit(_shown(error))
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except AlihdayaError as error:
        _tell(*map(_worded, error.problems))
        sys.exit(1 if _is_refusal(error) else 2)
    except OSError as error:  # a port that is taken, a full disk, a folder that may not be written
        _tell(f"{error.strerror or error}: {error.filename or ''}".removesuffix(": "))
        named = (FileNotFoundError, FileExistsError, IsADirectoryError, NotADirectoryError, PermissionError)
        sys.exit(2 if isinstance(error, named) else 1)


def _tell(*messages: str) -> None:
    for message in messages:
        click.echo(f"alihdaya: {printable(message)}", err=True)


def _worded(problem: "Problem") -> str:
    """Say a problem, and where it is, in the reader's language."""
    from alihdaya.cli.settings import told

    return told(problem)


def _shown(error: click.ClickException) -> int:
    """Tell what the command line says itself; gives the exit code."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        error.show()
        return 2
    if not isinstance(error, click.UsageError):
        _tell(error.format_message())
        return 1
    if error.ctx is not None:
        click.echo(error.ctx.get_usage(), err=True)
        click.echo(say("See {command} --help.").format(command=error.ctx.command_path), err=True)
    _tell(error.format_message())
    return 2


def _is_refusal(error: Exception) -> bool:
    """Whether a rule, or somebody who was there before, stands against it; else what was named cannot be used."""
    from alihdaya.kernel.errors import Refused

    if isinstance(error, Refused):
        return True
    if "alihdaya.store" not in sys.modules:
        return False
    from alihdaya.store.errors import ConnectionLost, GapError, StoreLocked

    return isinstance(error, (ConnectionLost, GapError, StoreLocked))
