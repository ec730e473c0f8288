"""The life of an engagement on the command line: amendments, closing, disputes, payments."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from alihdaya.cli.settings import Settings, say

if TYPE_CHECKING:
    from alihdaya.operations.desk import Desk

json_option = click.option("--json", "as_json", is_flag=True, help=say("Print one JSON object a line."))
because_option = click.option("--because", "reason", required=True, help=say("Why; it goes into the log."))


@contextmanager
def desk_of(settings: Settings) -> Iterator["Desk"]:
    """Become the writer of a store that is there. Raises StoreError, StoreLocked."""
    with settings.read():
        pass  # a store that is not there is not made here
    desk = settings.write()
    try:
        yield desk
    finally:
        desk.close()
