"""The life of an engagement on the command line: amendments, closing, disputes, payments."""

import click

from alihdaya.cli.settings import say

json_option = click.option("--json", "as_json", is_flag=True, help=say("Print one JSON object a line."))
because_option = click.option("--because", "reason", required=True, help=say("Why; it goes into the log."))
engagement_option = click.option("--engagement", help=say("Only this engagement."))
reference_option = click.option(
    "--reference",
    help=say(
        "Its own number, such as the client's: given again, it is the same one; another number makes a further one."
    ),
)


def alone(context: click.Context, engagement: str | None) -> bool:
    """Whether a group's list is asked for, and none of its commands; an engagement goes with the list alone."""
    command = context.invoked_subcommand
    if command and engagement:
        raise click.UsageError(say("--engagement in front of {command} is for the list alone").format(command=command))
    return not command
