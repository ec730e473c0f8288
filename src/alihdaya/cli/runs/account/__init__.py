"""The life of an engagement on the command line: amendments, closing, disputes, payments."""

import click

from alihdaya.cli.settings import say

json_option = click.option("--json", "as_json", is_flag=True, help=say("Print one JSON object a line."))
because_option = click.option("--because", "reason", required=True, help=say("Why; it goes into the log."))
