"""An instance on a terminal: how it stands, as a table; its whole path, as a tree."""

from collections.abc import Callable, Mapping
from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from alihdaya.console.phrases import sentence, term, told
from alihdaya.console.picture import Happening
from alihdaya.console.words import Words, mark
from alihdaya.kernel.time import SECOND
from alihdaya.operations.instance.picture import Picture
from alihdaya.operations.instance.trace import Note, Visit

_MARKS = {"startEvent": "○", "endEvent": "●", "boundaryEvent": "◎", "callActivity": "▣"}
_COLOURS = {
    "stopped": "red",
    "delivered": "green",
    "cancelled": "dim",
    "interrupted": "yellow",
    "withdrawn": "yellow",
    "moved": "magenta",
}
_WAITS = {
    "task": mark("a person"),
    "job": mark("a program"),
    "message": mark("a message"),
    "call": mark("another process"),
    None: mark("an event or other tokens"),
}
_OUTCOMES = {
    "interrupted": mark("interrupted"),
    "withdrawn": mark("withdrawn"),
    "moved": mark("moved away by hand"),
    "joined": mark("went on with another token"),
    "cancelled": mark("cancelled"),
}


def standing_view(words: Words, found: Picture) -> RenderableType:
    """Show where the tokens stand, what they wait for, and the variables."""
    parts: list[RenderableType] = [_head(words, found)]
    if found.instance is not None:
        parts += [Text(""), _tokens(words, found), Text(""), _variables(words, found)]
    elif found.story.item.closed_at is not None:
        parts += [Text(""), _end(words, found)]
    return Group(*parts)


def _head(words: Words, found: Picture) -> Text:
    row = found.story.item
    head = Text().append(_clean(row.external_id), "bold")
    head.append(f"  {words.say('item %(id)s', id=row.id)}  ", "dim")
    head.append(term(words, row.status), _COLOURS.get(row.status, "yellow"))
    return head.append("  " + words.say("times in %(zone)s", zone=words.place), "dim")


def _end(words: Words, found: Picture) -> RenderableType:
    """Tell of an item that is over when it came and ended, how, how long it took, and where its path stands."""
    row = found.story.item
    facts = [(words.say("Received"), words.when(row.received_at)), (words.say("Ended"), words.when(row.closed_at))]
    if row.outcome:
        facts.append((words.say("Outcome"), term(words, row.outcome)))
    facts.append((words.say("Took"), words.since(row.received_at, row.closed_at or row.received_at)))
    table = Table.grid(padding=(0, 2, 0, 0))
    for name, value in facts:
        table.add_row(Text(name, "dim"), Text(_clean(value)))
    hint = words.say("Its whole path: %(command)s", command=f"alihdaya instance {row.id} --trace")
    return Group(table, Text(""), Text(hint, "dim"))


def _table(*names: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="dim", show_edge=False)
    for place, name in enumerate(names):
        table.add_column(name, justify="right" if not place else "left", no_wrap=not place, overflow="fold")
    return table


def _tokens(words: Words, found: Picture) -> Table:
    table = _table(words.say("Token"), words.say("Stands at"), words.say("Waits for"), words.say("Until"))
    held = found.instance
    people = {task.token: task.person for task in found.story.tasks}
    incidents = {one.token: one for one in found.story.incidents}
    for token in held.tokens if held is not None else ():
        node, name = found.node_of(token)
        where = Text().append(_clean(term(words, name or node)), "bold").append(f"  {_clean(node)}", "dim")
        dues = [one.due for one in held.timers.values() if one.token == token] if held is not None else []
        wait = held.waits.get(token) if held is not None else None
        what = _waiting(words, wait, people.get(token))
        if token in incidents:
            what = Text(_clean(f"{incidents[token].code}: {incidents[token].message}"), "red")
        table.add_row(str(token), where, what, ", ".join(words.when(due) for due in sorted(dues)))
    return table


def _waiting(words: Words, wait: Any, person: str | None) -> Text:
    if person:
        return Text(words.say("%(person)s has it", person=_clean(person)), "cyan")
    what = words.say(_WAITS[wait.kind if wait else None])
    if wait is None or not wait.name:
        return Text(what)
    return Text(_clean(f"{what}: {wait.name}" + (f" ({wait.key})" if wait.key else "")))


def _variables(words: Words, found: Picture) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    for name, value in found.instance.variables.items() if found.instance is not None else ():
        table.add_row(Text(_clean(name), "dim"), Text(_clean(told(words, value))))
    return table


def trace_view(words: Words, found: Picture) -> RenderableType:
    """Tell the whole path as a tree: a branch for each node, what happened there below it."""
    tree = Tree(_head(words, found), guide_style="dim")
    teller = _Teller(words)
    for step in found.trace.steps():
        if isinstance(step, Note):
            teller.note(tree, step)
        else:
            teller.visit(tree, step)
    return tree


class _Teller:
    """Writes visits and notes as branches, in one reader's words."""

    def __init__(self, words: Words) -> None:
        self.words = words

    def when(self, at: int) -> str:
        return self.words.when(at, "dHm") + "  "

    def visit(self, tree: Tree, visit: Visit) -> None:
        words = self.words
        line = Text().append(self.when(visit.entered_at), "dim")
        glyph = _MARKS.get(visit.kind) or ("◇" if "Gateway" in visit.kind else "○" if "Event" in visit.kind else "▢")
        line.append(f"{glyph} ", "cyan")
        line.append(_clean(term(words, visit.name or visit.node)), "bold")
        if visit.name and visit.name != visit.node:
            line.append(f"  {_clean(visit.node)}", "dim")
        branch = tree.add(line.append(self._end(visit)))
        steps: list[Visit | Note] = sorted([*visit.notes, *visit.inside], key=lambda step: step.order)
        for step in steps:
            if isinstance(step, Note):
                self.note(branch, step)
            else:
                self.visit(branch, step)

    def _end(self, visit: Visit) -> Text:
        words, end = self.words, Text()
        if visit.left_at is None:
            return end.append("  " + words.say("still here"), "yellow")
        if visit.left_at > visit.entered_at:
            end.append("  " + words.length((visit.left_at - visit.entered_at) / SECOND), "cyan")
        if visit.outcome in _OUTCOMES:
            end.append("  " + words.say(_OUTCOMES[visit.outcome]), _COLOURS.get(visit.outcome, "dim"))
        return end.append(f"  {_clean(visit.by)}", "dim") if visit.by else end

    def note(self, tree: Tree, note: Note) -> None:
        told = _TELLERS.get(note.tag)
        if told is not None:
            text, style = told(self.words, note.facts), _STYLES.get(note.tag, "")
        else:
            text, style = sentence(self.words, _happening(note)), _STYLES.get(note.tag, "")
        if text:
            line = Text().append(self.when(note.at), "dim").append(_clean(text), style)
            by_hand = note.tag in _BY_HAND or note.facts.get("node") == ""
            tree.add(line.append(f"  {_clean(note.by)}", "dim") if by_hand else line)


def _happening(note: Note) -> Happening:
    return Happening(0, note.at, 0, note.tag, note.by, "", note.facts, simulated=False)


def _set(words: Words, facts: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} = {told(words, value)}" for name, value in facts["variables"].items())


def _timer(words: Words, facts: Mapping[str, Any]) -> str:
    return words.say("timer %(node)s until %(due)s", node=facts["node"], due=words.when(facts["due"]))


def _awaited(words: Words, facts: Mapping[str, Any]) -> str:
    named = f"{facts['name']} ({facts['key']})" if facts["key"] else facts["name"]
    return words.say("waits for %(what)s", what=named)


def _incident(_: Words, facts: Mapping[str, Any]) -> str:
    return f"{facts['code']}: {facts['message']}"


_INNER = ("engine.job_offered", "engine.job_closed", "job.answered")
"""What the events of the job that goes out tell better."""

_TELLERS: dict[str, Callable[[Words, Mapping[str, Any]], str]] = {
    "engine.variables_set": _set,
    "engine.started": _set,
    "engine.timer_set": _timer,
    "engine.message_awaited": _awaited,
    "engine.catch_opened": _awaited,
    "engine.incident_raised": _incident,
    **dict.fromkeys(("item.stopped", "task.changed", *_INNER), lambda _words, _facts: ""),
    "task.queued": lambda words, _: words.say("waits for a person"),
}
_BY_HAND = frozenset({"item.suspended", "item.resumed", "item.cancelled"})
"""What somebody did to the item, whose name belongs beside it."""

_STYLES = {
    "engine.incident_raised": "red",
    "item.suspended": "yellow",
    "item.cancelled": "red",
    "item.delivered": "green",
    "task.cancelled": "yellow",
    "assignment.refused": "yellow",
}


def _clean(text: str) -> str:
    """Write control characters as escapes: what a stranger sent must not command the terminal."""
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)
