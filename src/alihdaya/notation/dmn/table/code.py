"""Generated Python for decision tables: one look-up a column, the rules' bitmaps ANDed, the answer looked up."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from typing import Any

from alihdaya.notation.dmn.table import Answer, Table, conclude, joined
from alihdaya.notation.dmn.table.dense import Place, fits, laid_out
from alihdaya.notation.dmn.table.grid import Axis, Column, cut
from alihdaya.notation.feel.emitter import Emitter, Names, emits
from alihdaya.notation.feel.ir import INPUT, Literal, Node
from alihdaya.notation.feel.values import KINDS

ANSWER_LIMIT = 10_000
"""Most answers that one table keeps; beyond it they are concluded anew."""


@emits(Table)
def _table(node: Table, out: Emitter, names: Names) -> str:
    return value_of(node, out, names)


def value_of(table: Table, out: Emitter, names: Names) -> str:
    """Write the code of a table; give the local that holds its value."""
    if out.swift and table.literal:
        columns = _columns(table, out, names)
        if columns is not None:
            return _laid(table, columns, out)
    return out.assign(f"{answer(table, out, names)}[0]")


def _columns(table: Table, out: Emitter, names: Names) -> list[Place] | None:
    """Write the code of the columns' expressions; None for a table that cannot be laid out cell by cell."""
    columns = [cut(tuple(tests[place] for tests in table.tests)) for place in range(len(table.columns))]
    if any(column.computed for column in columns):
        return None
    wanted = [(Place(column), node) for column, node in zip(columns, table.columns, strict=True) if not column.trivial]
    places = [place for place, _ in wanted]
    if not fits(places):
        return None
    for place, node in wanted:
        place.value = out.emit(node, names)
    return places


def _laid(table: Table, places: list[Place], out: Emitter, *, ruled: bool = False) -> str:
    """Write the look-up of the value (of the answer, if `ruled`) in the table's cells."""
    conclude_rules = _concluder(table, {})
    seen: set[type] = set()

    def cell(rules: int) -> Any:
        found = conclude_rules(rules)
        seen.add(type(found[0]))
        return found if ruled else found[0]

    cells = laid_out((1 << len(table.tests)) - 1, places, cell)
    found = places[0].enter(cells, out) if places else out.constant(cells)
    found += "".join(f"[{place.write(out)}]" for place in places[1:])
    if table.plain:
        local = out.assign(found, None if ruled else frozenset(seen))
        if ruled:
            out.facts[f"{local}[0]"] = frozenset(seen)
        return local
    return out.assign(f"{out.constant(copied if ruled else copied_value)}({found})")


def answer(table: Table, out: Emitter, names: Names) -> str:
    """Write the code of a table; give the local that holds its value and the numbers of the rules that gave it."""
    if out.swift and table.literal:
        columns = _columns(table, out, names)
        if columns is not None:
            return _laid(table, columns, out, ruled=True)
    rules = _rules(table, out, names)
    if not table.literal:
        outputs = "".join(_row(row, table, out, names) + ", " for row in table.outputs)
        default = _row(table.defaults, table, out, names) if table.defaults else "None"
        return out.assign(f"{out.constant(_settler(table))}({rules}, ({outputs}), {default})")
    answers: dict[int, Answer] = {}
    found = out.assign(f"{out.constant(answers)}.get({rules})")
    with out.block(f"if {found} is None:"):
        out.line(f"{found} = {out.constant(_concluder(table, answers))}({rules})")
    return found if table.plain else out.assign(f"{out.constant(copied)}({found})")


def _rules(table: Table, out: Emitter, names: Names) -> str:
    """Write the code that finds the bitmap of the rules that match."""
    masks: list[str] = []
    late: list[tuple[int, Node, str]] = []
    for place, expression in enumerate(table.columns):
        cells = tuple(tests[place] for tests in table.tests)
        column = cut(cells)
        if column.trivial and not column.computed:
            continue
        value = out.emit(expression, names)
        if not column.trivial:
            masks.append(_mask(column, value, out))
        late += [(rule, cells[rule], value) for rule in column.computed]
    rules = out.assign(" & ".join(masks) or str((1 << len(table.tests)) - 1))
    for rule, cell, value in late:
        with out.block(f"if {rules} & {1 << rule}:"):
            verdict = out.emit(cell, names.bind({INPUT: value}))
            with out.block(f"if {verdict} is not True:"):
                out.line(f"{rules} ^= {1 << rule}")
    return rules


def _mask(column: Column, value: str, out: Emitter) -> str:
    kind = out.assign(f"type({value})")
    parts = [f"{_look(axis, value, out)} if {_is_of(axis, kind, out)} else" for axis in column.axes]
    parts += [f"{column.true} if {value} is True else", f"{column.false} if {value} is False else"]
    parts += [f"{column.other(None)} if {value} is None else", f"{out.constant(column.other)}({value})"]
    return out.assign(" ".join(parts))


def _is_of(axis: Axis, kind: str, out: Emitter) -> str:
    if axis.kind == "number":
        return f"{kind} in NUMBERS"
    python = next(python for python, named in KINDS.items() if named == axis.kind)
    return f"{kind} is {out.constant(python)}"


def _look(axis: Axis, value: str, out: Emitter) -> str:
    """Write the look-up of a value on an axis, with one bisection where one side of every cut is like the cut."""
    at, gaps = axis.masks[1::2], axis.masks[0::2]
    if axis.enumerated:
        table = dict(zip(axis.cuts, at, strict=True))
        return f"{out.constant(table.get)}({value}, {gaps[-1]})"
    cuts = out.constant(axis.cuts)
    if at == gaps[1:]:
        return f"{out.constant(gaps)}[{out.constant(bisect_right)}({cuts}, {value})]"
    if at == gaps[:-1]:
        return f"{out.constant(gaps)}[{out.constant(bisect_left)}({cuts}, {value})]"
    both = f"{out.constant(bisect_left)}({cuts}, {value}) + {out.constant(bisect_right)}({cuts}, {value})"
    return f"{out.constant(axis.masks)}[{both}]"


def _row(cells: tuple[Node, ...], table: Table, out: Emitter, names: Names) -> str:
    """Write a function that gives the value of one rule's outputs."""
    function = out.fresh("f")
    with out.block(f"def {function}():"):
        atoms = [out.emit(cell, names) for cell in cells]
        if len(atoms) == 1:
            out.line(f"return {atoms[0]}")
        else:
            pairs = (f"{out.constant(name)}: {atom}" for name, atom in zip(table.names, atoms, strict=True))
            out.line("return {" + ", ".join(pairs) + "}")
    return function


def hits_of(rules: int) -> tuple[int, ...]:
    """Give the numbers, from 0, of the bits that are set."""
    return tuple(place for place in range(rules.bit_length()) if rules >> place & 1)


def _concluder(table: Table, answers: dict[int, Answer]) -> Callable[[int], Answer]:
    """Make the function that concludes a bitmap of a table without computed outputs, and keeps the answer."""

    def row(cells: tuple[Node, ...]) -> Any:
        return joined(table, [cell.value for cell in cells if isinstance(cell, Literal)])

    values = [row(cells) for cells in table.outputs]
    default = row(table.defaults) if table.defaults else None

    def conclude_rules(rules: int) -> Answer:
        found = conclude(table, hits_of(rules), values.__getitem__, lambda: default)
        if len(answers) < ANSWER_LIMIT:
            answers[rules] = found
        return found

    return conclude_rules


Output = Callable[[], Any]


def _settler(table: Table) -> Callable[[int, tuple[Output, ...], Output], Answer]:
    """Make the function that concludes a bitmap by calling the outputs of the rules that matched."""

    def settle(rules: int, outputs: tuple[Output, ...], default: Output) -> Answer:
        return conclude(table, hits_of(rules), lambda rule: outputs[rule](), default)

    return settle


def copied(kept: Answer) -> Answer:
    """Give an answer whose lists and contexts may be changed without changing the kept one."""
    return copied_value(kept[0]), kept[1]


def copied_value(value: Any) -> Any:
    """Give a value whose list and contexts may be changed without changing the kept one."""
    if type(value) is list:
        return [one.copy() if type(one) is dict else one for one in value]
    return value.copy() if type(value) is dict else value
