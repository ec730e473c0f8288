"""How versions and migrations look on a terminal."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from alihdaya.console.words import Words, mark
from alihdaya.kernel.time import iso
from alihdaya.operations.migrate.report import Reason, Report
from alihdaya.operations.migrate.versions import Standing

_WHY = {
    "no-target": mark("nothing in the new version is its counterpart: name one with --map"),
    "other-wait": mark("its counterpart waits for something of another kind"),
    "other-scope": mark("its counterpart lies in another sub-process, or at another activity"),
    "repeats-otherwise": mark("its counterpart repeats in another way"),
    "no-flow": mark("it waits at a join by a flow that has no counterpart"),
    "other-call": mark("its counterpart calls another process"),
    "removed-event": mark("it can still happen, and is not there any more: give it up with --map %(node)s="),
    "no-handler": mark("what was done could be compensated, and could not in the same way any more"),
    "join-starved": mark("the join would wait for ever for tokens that the item does not have"),
    "form-changed": mark("somebody works on it with a form that changed: let them finish first"),
    "missing-variable": mark(
        "the new version reads %(what)s here, which the item lacks: give it with --set %(what)s=…"
    ),
    "no-price": mark("the terms of the item have no price for the unit %(what)s"),
    "not-running": mark("the item does not run"),
}
"""Code of a reason -> what it means for whoever reads the table; others are shown as they are."""


def versions_table(words: Words, found: Sequence[Standing]) -> RenderableType:
    """List versions with their items and where these wait."""
    if not found:
        return Text(words.say("Nothing is deployed."))
    heads = [("Pack", "left"), ("Version", "right"), ("Deployed", "left"), ("Items", "right"), ("Under way", "right")]
    named = {"Deployed": words.zoned(words.say(_HEADS["Deployed"]))}
    table = _table([(named.get(head) or words.say(_HEADS[head]), side) for head, side in [*heads, ("Waiting", "left")]])
    for one in found:
        version = Text(str(one.version.number), "bold" if one.current else "")
        waiting = Text("\n").join(_at(place.node, place.name, place.items, words) for place in one.waiting)
        counts = (words.number(one.items), words.number(one.underway))
        digest = Text(f"{words.when(one.version.deployed_at)}\n").append(one.version.digest[:12], "dim")
        table.add_row(Text(one.version.pack), version, digest, *counts, waiting)
    return table


_HEADS = {
    "Pack": mark("Pack"),
    "Version": mark("Version"),
    "Deployed": mark("Deployed"),
    "Items": mark("Items"),
    "Under way": mark("Under way"),
    "Waiting": mark("Waiting at"),
    "Place": mark("Waits at"),
    "Target": mark("Goes on at"),
    "Stay": mark("Stay"),
    "Why": mark("Why they stay"),
    "Sample": mark("Such as item"),
}


def _at(node: str, name: str, items: int, words: Words) -> Text:
    return _named(node, name).append(f"  {words.number(items)}", "yellow")


def _named(node: str, name: str) -> Text:
    shown = name or node
    text = Text("".join(char if char.isprintable() else " " for char in shown))
    return text.append(f" ({node})", "dim") if name and name != node else text


def _table(columns: Sequence[tuple[str, Any]]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="dim", show_edge=False)
    for name, justify in columns:
        table.add_column(name, justify=justify, no_wrap=justify == "right", overflow="fold")
    return table


def report_shown(words: Words, report: Report, numbers: Mapping[str, int | None], *, go: bool) -> RenderableType:
    """Show what a migration did, or would do."""
    parts: list[RenderableType] = []
    if report.places:
        heads = [("Version", "right"), ("Place", "left"), ("Target", "left"), ("Items", "right"), ("Stay", "right")]
        table = _table([(words.say(_HEADS[head]), side) for head, side in heads])
        for one in report.places:
            target = _named(one.target, one.target_name) if one.target else Text("-", "red")
            stay = Text(words.number(one.refused), "red" if one.refused else "dim")
            place = _named(one.node, one.name)
            table.add_row(_number(numbers, one.before), place, target, words.number(one.items), stay)
        parts += [table, Text("")]
    if report.reasons:
        heads = [("Version", "right"), ("Place", "left"), ("Why", "left"), ("Items", "right"), ("Sample", "right")]
        table = _table([(words.say(_HEADS[head]), side) for head, side in heads])
        for reason in report.reasons:
            why = Text(_why(words, reason))
            number = _number(numbers, reason.before)
            table.add_row(number, Text(reason.node), why, words.number(reason.items), str(reason.sample))
        parts += [table, Text("")]
    return Group(*parts, *_closing(words, report, _number(numbers, report.to), go=go))


def _number(numbers: Mapping[str, int | None], digest: str) -> str:
    found = numbers.get(digest)
    return digest[:12] if found is None else str(found)


def _why(words: Words, reason: Reason) -> str:
    sentence = _WHY.get(reason.code)
    if sentence is None:
        return reason.message
    quoted = re.search(r"'([^']+)'", reason.message)
    return words.say(sentence, node=reason.node, what=quoted[1] if quoted else reason.message)


def _closing(words: Words, report: Report, to: str, *, go: bool) -> list[Text]:
    moved, all_ = words.number(report.moved), words.number(report.items)
    if not report.items:
        return [Text(words.say("No item is to go to version %(to)s.", to=to))]
    if go:
        said = words.say("%(moved)s of %(all)s items went to version %(to)s.", moved=moved, all=all_, to=to)
    else:
        said = words.say("%(moved)s of %(all)s items could go to version %(to)s.", moved=moved, all=all_, to=to)
    lines = [Text(said, "green" if report.moved == report.items else "yellow")]
    if report.withdrawn:
        count = words.number(report.withdrawn)
        lines.append(
            Text(words.say("Tasks taken from people who may not do them any more: %(count)s.", count=count), "yellow")
        )
    if report.due:
        count = words.number(report.due)
        lines.append(Text(words.say("Timers that are due go off first, at %(count)s items.", count=count), "yellow"))
    if not go:
        lines.append(Text(words.say("Nothing was changed. Carry it out with --go."), "dim"))
    return lines


def plain_standing(one: Standing) -> dict[str, Any]:
    """Give a version for machines."""
    version = {"pack": one.version.pack, "version": one.version.number, "digest": one.version.digest}
    times = {"deployed_at": iso(one.version.deployed_at), "last_intake": iso(one.last_intake)}
    waiting = [{"node": place.node, "name": place.name, "items": place.items} for place in one.waiting]
    return {
        **version,
        **times,
        "current": one.current,
        "items": one.items,
        "underway": one.underway,
        "waiting": waiting,
    }
