"""Packs: list what is installed, check one, begin one; and the shell completion."""

import sys
from pathlib import Path
from shlex import quote

import click

from alihdaya.cli.settings import Settings, say
from alihdaya.cli.settings import told as in_words


@click.group(help=say("List, check and begin packs: a service as a folder of process, decisions, terms and people."))
def pack() -> None:
    """Group the commands about packs."""


@pack.command("list", help=say("List the installed packs."))
@click.pass_obj
def list_packs(settings: Settings) -> None:
    """List the installed packs with their titles."""
    from alihdaya.packs import installed_packs, load
    from alihdaya.packs import say as in_language

    for name in installed_packs():
        manifest = load(name).manifest
        title = in_language(manifest.title, settings.language)
        click.echo(f"{name:16} {manifest.kind}  {title}: {in_language(manifest.summary, settings.language)}")


@pack.command("check", help=say("Check PACK (a name or a folder): its structure, its models, its samples."))
@click.argument("place", metavar="PACK")
@click.option("--trust", is_flag=True, help=say("Run the programs (steps.py, jobs.py) of a pack that is a folder."))
@click.pass_obj
def check_pack(settings: Settings, place: str, trust: bool) -> None:
    """Check a pack; exit code 1 where something is wrong."""
    from alihdaya.cli.decide.trial import show_coverage, show_explained
    from alihdaya.cli.runs.workshop import letters_of, scripts_of
    from alihdaya.operations.opening import plans_of
    from alihdaya.packs import check, load
    from alihdaya.packs.trial import reports_of
    from alihdaya.people.roster import read_roster

    found = load(place)
    tried = reports_of(found)
    problems = check(found, tried)
    errors = [problem for problem in problems if problem.severity == "error"]
    if not errors:
        plans_of(found, trusted=trust)
        scripts_of(found)
        letters_of(found)
        if found.roster is not None:
            problems += read_roster(found.roster.encode(), f"{found.place}/roster.toml").warnings
    told = {failure.problem: failure.explained for report in tried[0] for failure in report.failures}
    for problem in problems:
        click.echo(f"{say(problem.severity)}: {in_words(problem)}")
        if problem in told:
            show_explained(settings, told[problem])
    for report in tried[0] if not errors else ():
        show_coverage(settings, report)
    click.echo(
        say("{name}: {samples} samples, {errors} errors, {warnings} warnings").format(
            name=found.name, samples=len(found.samples), errors=len(errors), warnings=len(problems) - len(errors)
        )
    )
    sys.exit(1 if errors else 0)


@pack.command("new", help=say("Begin a pack of your own in FOLDER: a small complete one to change as you like."))
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--like", default="", metavar="PACK", help=say("Begin with a copy of this installed pack."))
@click.pass_obj
def new_pack(settings: Settings, folder: Path, like: str) -> None:
    """Write a starter pack, or a copy of an installed one."""
    del settings
    from alihdaya.packs.starter import write_starter

    written = write_starter(folder, like)
    for path in written:
        click.echo(str(path))
    inputs = [path for path in written if path.parent == folder / "input"]
    place, rows = quote(str(folder)), quote(str(inputs[-1] if inputs else "FILE"))
    if any(path.suffix == ".py" for path in written):  # a program, which runs only where it is trusted
        rows += " --trust"
    click.echo(
        say("Now: alihdaya pack check {folder}; alihdaya run {folder} --input {rows}").format(folder=place, rows=rows)
    )


@click.command(
    help=say('Print the completion script of SHELL; for bash: eval "$(alihdaya completion bash)" in ~/.bashrc.')
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the shell's completion script."""
    from click.shell_completion import get_completion_class

    from alihdaya.cli import cli

    kind = get_completion_class(shell)
    if kind is None:
        raise click.ClickException(shell)
    click.echo(kind(cli, {}, "alihdaya", "_ALIHDAYA_COMPLETE").source())
