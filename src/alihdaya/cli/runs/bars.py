"""One progress bar for a command that takes long."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from alihdaya.cli.settings import Settings


@contextmanager
def bar(settings: Settings, text: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar on the error stream; the block gets a function that is told (done, of how many)."""
    from alihdaya.console.terminal import make_console, make_progress
    from alihdaya.console.words import words

    with make_progress(make_console(sys.stderr), words(settings.language)) as bars:
        task = bars.add_task(text, total=None)
        yield lambda done, total: bars.update(task, completed=done, total=total)
