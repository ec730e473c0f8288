"""Explanations on the terminal: a tree of decisions, and in it each table with the rule that fired marked."""

from collections.abc import Iterable, Iterator

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from alihdaya.cli.decide.answers import Answered
from alihdaya.cli.decide.phrases import outcome, policy, reason
from alihdaya.console.words import Words
from alihdaya.notation.dmn.explain import Decided, TableShown
from alihdaya.notation.dmn.explain.shown import (
    Called,
    Cell,
    ConditionalShown,
    ContextShown,
    ExpressionShown,
    InvocationShown,
    OtherShown,
    Part,
    Read,
    RuleShown,
    Served,
    Shown,
    every,
)
from alihdaya.notation.feel.builtins.conversions import written
from alihdaya.notation.feel.evaluator import Diagnostic

FEW = 30
"""A table with more rules shows those only that matched or were asked for."""

_LONGEST = 400
_FIRED, _PASSED, _FAILED = "\N{BLACK RIGHT-POINTING POINTER}", "\N{CHECK MARK}", "\N{BALLOT X}"


def plain(text: object, style: str = "") -> Text:
    """Make text that holds no control character and no markup."""
    return Text("".join(sign if sign.isprintable() else " " for sign in str(text)), style)


def value(thing: object) -> str:
    """Write a value as FEEL does, a very long one cut."""
    text = written(thing)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "\N{HORIZONTAL ELLIPSIS}"


def _head(*names: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="dim", show_edge=False)
    for name in names:
        table.add_column(plain(name), overflow="fold")
    return table


def answers_table(words: Words, answered: list[Answered]) -> RenderableType:
    """Show answers without their reasons: a line a decision for one row, else a line a row; nulls say why."""
    several = any(one.row is not None for one in answered)
    names = (words.say("Row"),) if several else ()
    table = _head(*names, words.say("Decision"), words.say("Value"), words.say("Rules"), words.say("Why null"))
    for one in answered:
        for place, answer in enumerate(one.answers):
            row = (str(one.row) if not place else "",) if several else ()
            why = "" if answer.why is None or answer.value is not None else _first_reason(words, answer.why)
            rules = ", ".join(map(str, answer.fired))
            table.add_row(*row, plain(answer.name), plain(value(answer.value), "bold"), rules, plain(why, "yellow"))
    if all(answer.value is not None for one in answered for answer in one.answers):
        table.columns.pop()
    return table


def _first_reason(words: Words, why: Decided) -> str:
    notes = [note for part in every(why) for note in _notes(part)]
    return "; ".join(dict.fromkeys(f"{note.element}: {reason(words, note.message)}" for note in notes[-2:]))


def _notes(part: Part) -> tuple[Diagnostic, ...]:
    return part.diagnostics if isinstance(part, Decided | Called | Served) else ()


def explanation(words: Words, decided: Decided, row: int | None, rules: tuple[int, ...] = ()) -> RenderableType:
    """Show a whole explanation; of long tables the rules that matched, and `rules`."""
    head = Text(words.say("Row %(n)s: ", n=row), "dim") if row is not None else Text("")
    tree = Tree(head.append(_decided_line(words, decided)), guide_style="dim")
    _Teller(words, rules).decided(tree, decided)
    return tree


def _decided_line(words: Words, decided: Decided) -> Text:
    line = plain(decided.name, "bold cyan").append(" = ", "dim").append(plain(value(decided.value), "bold"))
    if decided.fired:
        many = words.count("rule %(rules)s", "rules %(rules)s", len(decided.fired), rules=_joined(decided.fired))
        line.append(f"  {many}", "green")
    if decided.origin == "given":
        line.append("  " + words.say("given, so not decided"), "magenta")
    if decided.origin == "above":
        line.append("  " + words.say("explained above"), "dim")
    return line


def _joined(numbers: Iterable[int]) -> str:
    return ", ".join(map(str, numbers))


def _reads(reads: Iterable[Read]) -> Text:
    return Text(", ").join(
        plain(read.name).append(" = ", "dim").append(plain(value(read.value), "bold")) for read in reads
    )


class _Teller:
    """Writes parts of an explanation under the branches of a tree."""

    def __init__(self, words: Words, rules: tuple[int, ...]) -> None:
        self.words, self.rules = words, rules
        self.owner = ""

    def decided(self, tree: Tree, decided: Decided) -> None:
        for one in decided.inputs:
            line = plain(one.name).append(" = ", "dim").append(plain(value(one.value), "bold"))
            if one.missing:
                line.append("  " + self.words.say("nobody gave it"), "yellow")
            tree.add(line)
        for required in decided.required:
            self.decided(tree.add(_decided_line(self.words, required)), required)
        self.inside(tree, decided.name, decided.logic, decided.calls)
        if decided.untold:
            more = self.words.count("… and %(n)s more call", "… and %(n)s more calls", decided.untold)
            tree.add(Text(more, "dim"))
        self.notes(tree, decided.diagnostics, silent=decided.value is not None)

    def inside(self, tree: Tree, owner: str, logic: Shown | None, calls: Iterable[Called | Served]) -> None:
        self.owner = owner
        if logic is not None:
            self.logic(tree, logic, "")
        for call in calls:
            self.call(tree, call)

    def notes(self, tree: Tree, notes: Iterable[Diagnostic], *, silent: bool) -> None:
        """Say why something is null; that no rule matches is no news where there is a value all the same."""
        for note in notes:
            if not (silent and note.code == "no-rule"):
                tree.add(plain(f"{note.element}: {reason(self.words, note.message)}", "yellow"))

    def call(self, tree: Tree, call: Called | Served) -> None:
        line = plain(call.name, "cyan").append("(").append(_reads(call.arguments)).append(")")
        branch = tree.add(line.append(" = ", "dim").append(plain(value(call.value), "bold")))
        if isinstance(call, Served):
            for decided in call.decisions:
                self.decided(branch.add(_decided_line(self.words, decided)), decided)
        else:
            self.inside(branch, call.name, call.logic, call.calls)
        self.notes(branch, call.diagnostics, silent=call.value is not None)

    def logic(self, tree: Tree, shown: Shown, name: str) -> None:
        """Tell of a boxed expression; `name` is that of the entry that it stands in."""
        start = plain(name, "cyan").append(" = ", "dim") if name else Text("")
        match shown:
            case TableShown():
                branch = tree.add(start.append(plain(value(shown.value), "bold"))) if name else tree
                branch.add(self.table(shown))
            case ExpressionShown():
                self.expression(tree, shown, start if name else None)
            case ContextShown():
                branch = tree.add(start.append(plain(value(shown.value), "bold"))) if name else tree
                for entry, inside in shown.entries:
                    self.logic(branch, inside, entry or self.words.say("result"))
            case ConditionalShown():
                self.conditional(tree.add(start.append(plain(value(shown.value), "bold"))), shown)
            case InvocationShown():
                line = start.append(plain(shown.function, "cyan")).append(" = ", "dim")
                branch = tree.add(line.append(plain(value(shown.value), "bold")))
                for argument, inside in shown.arguments:
                    self.logic(branch, inside, argument)
            case OtherShown():
                line = start.append(plain(shown.form, "dim")).append(" = ", "dim")
                branch = tree.add(line.append(plain(value(shown.value), "bold")))
                if shown.reads:
                    branch.add(_reads(shown.reads))

    def expression(self, tree: Tree, shown: ExpressionShown, start: Text | None) -> None:
        line = start or Text("")
        if start is not None:
            line.append(plain(value(shown.value), "bold")).append("  ")
        text = plain(" ".join(shown.text.split()), "italic")
        if start is None or not _is_value(shown):
            line.append(text)
        if shown.reads and not _is_name(shown):
            line.append("   ").append(self.words.say("where") + " ", "dim").append(_reads(shown.reads))
        tree.add(line)

    def conditional(self, branch: Tree, shown: ConditionalShown) -> None:
        self.logic(branch, shown.condition, "if")
        if shown.taken is not None:
            self.logic(branch, shown.taken, shown.branch)

    def table(self, shown: TableShown) -> RenderableType:
        """Show a table: the rule that fired marked, each rule's cells up to the first that failed."""
        head = Text(f"{policy(shown)}: ", "dim").append(outcome(self.words, shown), "dim")
        chosen = [rule for rule in shown.rules if len(shown.rules) <= FEW or rule.matched or rule.number in self.rules]
        table = _head("", *(f"{column.label} = {value(column.value)}" for column in shown.columns))
        for output in shown.rules[0].outputs if shown.rules else ():
            table.add_column(plain(f"\N{RIGHTWARDS ARROW} {output.name or self.owner}"), overflow="fold")
        noted = any(rule.description or rule.annotations for rule in chosen)
        if noted:
            table.add_column(Text(self.words.say("Note")), overflow="fold")
        for rule in chosen:
            note = (_note(rule),) if noted else ()
            table.add_row(*_row(rule), *note, style="" if rule.matched else "dim")
        left = len(shown.rules) - len(chosen)
        if not left:
            return Group(head, table)
        more = self.words.count("… and %(n)s rule that does not match", "… and %(n)s rules that do not match", left)
        return Group(head, table, Text(more, "dim"))


def _is_value(shown: ExpressionShown) -> bool:
    return not shown.reads and " ".join(shown.text.split()) == value(shown.value)


def _is_name(shown: ExpressionShown) -> bool:
    return [read.name for read in shown.reads] == [" ".join(shown.text.split())]


def _row(rule: RuleShown) -> Iterator[Text]:
    mark = _FIRED if rule.fired else " "
    yield Text(f"{mark} {rule.number}", "bold green" if rule.fired else "")
    failed = False
    for cell in rule.cells:
        yield _cell(cell, failed=failed)
        failed = failed or cell.passed is not True
    for output in rule.outputs:
        if output.asked and output.reads:
            text = plain(value(output.value), "bold green" if rule.fired else "")
            yield text.append(f"  {output.text}", "italic dim")
        else:
            yield plain(output.text, "bold green" if rule.fired else "")


def _cell(cell: Cell, *, failed: bool) -> Text:
    if cell.trivial or failed:
        return plain(cell.text)
    good = cell.passed is True
    return Text(f"{_PASSED if good else _FAILED} ", "green" if good else "red").append(
        plain(cell.text, "green" if good else "red")
    )


def _note(rule: RuleShown) -> Text:
    said = [rule.description, *(f"{name}: {text}" if name else text for name, text in rule.annotations)]
    return plain("; ".join(part for part in said if part), "dim")


def refusals(words: Words, decided: Decided, rules: tuple[int, ...], row: int | None) -> RenderableType:
    """Say for each of some rules, in every table of a decision's own logic, why it did not fire."""
    head = words.say("Row %(n)s: ", n=row) if row is not None else ""
    own = [part for part in every(decided) if isinstance(part, Decided) and isinstance(part.logic, TableShown)]
    lines = [
        plain(f"{head}{one.name}: {_refusal(words, one.logic, number)}")
        for one in own
        if isinstance(one.logic, TableShown)
        for number in rules
    ]
    return Group(*lines) if lines else Text(words.say("No decision here is a table."))


def _refusal(words: Words, table: TableShown, number: int) -> str:
    if number > len(table.rules):
        return words.say("there is no rule %(n)s, the last one is %(last)s", n=number, last=len(table.rules))
    rule = table.rules[number - 1]
    if rule.fired:
        return words.say("rule %(n)s fired", n=number)
    cell = rule.failed
    if cell is None:
        return words.say("rule %(n)s matches, but %(why)s", n=number, why=outcome(words, table))
    why = f" ({reason(words, cell.reason)})" if cell.reason else ""
    return (
        words.say(
            "rule %(n)s did not fire: %(column)s is %(value)s, and the cell asks for %(cell)s",
            n=number,
            column=cell.column,
            value=value(cell.value),
            cell=cell.text,
        )
        + why
    )
