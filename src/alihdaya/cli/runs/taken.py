"""What is told of a file once it was run: the rows that were turned away, and whether it had been taken before."""

from pathlib import Path

from alihdaya.channels.batch import Reject
from alihdaya.channels.files import spreadsheet_rows, write_rejects
from alihdaya.cli.settings import Settings, figure, say
from alihdaya.console.words import words
from alihdaya.engagement.terms import Terms
from alihdaya.operations.run.flow import Ran
from alihdaya.operations.run.taken import taken_before
from alihdaya.store import Store, views


def reject_file(store: Store, ran: Ran, file: Path, folder: Path) -> Path | None:
    """Write the rows of a file that were turned away into a file of its own; gives its path, if there were any."""
    found = views.rejects(store, ran.source)
    if not found:
        return None
    target = folder / ("rejects.csv" if ran.source == 1 else f"rejects-{ran.source}.csv")
    rows = (Reject(row.row, None, row.column, row.reason, row.text) for row in found)
    write_rejects(target, rows, spreadsheet_rows(file, {row.row for row in found}))
    return target


def told_before(settings: Settings, store: Store, ran: Ran, terms: Terms) -> str:
    """Say when a file was taken in of which this run read nothing because of that; else nothing."""
    taken = taken_before(store, ran)
    if taken is None:
        return ""
    source, spoken = taken.source, words(settings.language, terms.client.time_zone)
    text = say("Taken before, as {name} (source {number}), {when} ({zone}): {received} received, {rejected} rejected")
    return text.format(
        name=source.name,
        number=source.id,
        when=spoken.when(taken.at),
        zone=spoken.place.replace("_", " "),
        received=figure(source.received),
        rejected=figure(source.rejected + source.duplicates),
    )
