"""Generated code of decisions: each alone, or one function for a decision with all that it requires."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from alihdaya.notation.dmn.program import Logic
from alihdaya.notation.dmn.table import Table
from alihdaya.notation.dmn.table.code import answer, value_of
from alihdaya.notation.feel.budget import depth_of
from alihdaya.notation.feel.compiler import fitted
from alihdaya.notation.feel.emitter import NOTHING, TYPED, Emitter, Names, cleaned
from alihdaya.notation.feel.ir import Literal, TypeName
from alihdaya.notation.feel.types import belongs
from alihdaya.notation.feel.values import Function

Run = Callable[[Mapping[str, Any]], Any]
Functions = dict[str, Any]
"""Functions by name; under the name of an import, a context of them."""

LONGEST = 60
"""Most lines of a decision that are written into other code; a longer one is called."""

DEEPEST = 20
"""Deepest lines of a decision that are written into other code."""


class Part(NamedTuple):
    """A decision with the places of those it requires: each behind its import's name, empty for the same model."""

    logic: Logic
    required: tuple[tuple[str, "Part"], ...]
    functions: Functions


class _Root(Names):
    """The names that one decision sees: its functions, its required decisions' locals, its own input data."""

    def __init__(self, part: Part, locals_: Mapping[str, str]) -> None:
        super().__init__(None, {})
        self.functions = {name: value for name, value in part.functions.items() if name not in part.logic.inputs}
        self.inputs = frozenset(part.logic.inputs)
        self.locals = {inner.logic.name: locals_[inner.logic.key] for _, inner in part.required}

    def atom(self, name: str, out: Emitter) -> str:
        if name in self.locals:
            return self.locals[name]
        if name in self.functions:
            return out.constant(self.functions[name])
        return out.load(name) if name in self.inputs else "None"


def alone(part: Part, names: frozenset[str]) -> Run:
    """Generate the function of one decision, whose required ones are among its variables; it gives the answer."""
    out = Emitter(names, part.functions)
    out.types = dict(part.logic.input_types)
    out.line(f"return {_answer(part.logic, out, Names(None, {}))}")
    return out.build(f"decision {part.logic.name}")


def swift(part: Part, otherwise: Run, *, ruled: bool) -> Run | None:
    """Generate one function for a decision and all that it requires; None where their names do not go together.

    It gives the value, or the answer if `ruled`. Where data is unusual, or a given decision is of a type that the
    decision itself never has, `otherwise` answers.
    """
    parts = list(_in_order(part, {}).values())
    types = _types(parts)
    if types is None:
        return None
    out = _emitter(parts, types)
    out.line(f"return {_whole(parts, out, ruled=ruled)}")
    return out.build_swift(f"decision {part.logic.name}", otherwise)


class Inlined(NamedTuple):
    """The locals of a decision's value and of its rules, and the simple types of the variables that it reads."""

    value: str
    fired: str
    reads: Mapping[str, str]


def inlined(part: Part, out: Emitter, bound: Mapping[str, str], otherwise: Run) -> Inlined | None:
    """Write a decision with all that it requires into other code.

    The variables are in the dict that `out.source` names, some of them also in the locals that `bound` names.
    `otherwise` gives the answer where data is unusual. Nothing is written, and None given, where a call serves better.
    """
    parts = list(_in_order(part, {}).values())
    types = _types(parts)
    if types is None:
        return None
    inner = _emitter(parts, types)
    inner.namespace, inner.count, inner.source = out.namespace, out.count, out.source
    for name, local in bound.items():
        if name in inner.known and local in out.facts and _fits(out.facts[local], types.get(name)):
            inner.loads[name], inner.facts[local] = local, out.facts[local]
            inner.kinds |= {local: out.kinds[local]} if local in out.kinds else {}
    value, fired = inner.fresh(), inner.fresh()
    answer = _whole(parts, inner, ruled=True)
    inner.line(f"{value}, {fired} = {answer}")
    lines = inner.guarded(f"{value}, {fired} = {inner.constant(otherwise)}({out.source})", bound)
    out.count = inner.count
    if len(lines) > LONGEST or any(line.startswith(" " * DEEPEST) for line in lines):
        return None
    out.lines += [" " * (out.level - 1) + line for line in lines]
    if f"{answer}[0]" in inner.facts:
        out.facts[value] = inner.facts[f"{answer}[0]"] | {NOTHING}
    simple = {name: kind.name for name, kind in types.items() if kind.name in TYPED and kind.check is None}
    return Inlined(value, fired, {name: simple[name] for name in inner.loads if name in simple})


def _fits(kinds: frozenset[type], wanted: TypeName | None) -> bool:
    """Tell whether what is of these types can be read as it is: it is what `Emitter` would make of it."""
    if wanted is None:
        return kinds <= frozenset[type]().union(*TYPED.values())
    return wanted.check is None and kinds <= TYPED.get(wanted.name, frozenset())


def _emitter(parts: list[Part], types: dict[str, TypeName]) -> Emitter:
    out = Emitter(frozenset(name for one in parts for name in one.logic.inputs), swift=True)
    out.types = types
    return out


def _whole(parts: list[Part], out: Emitter, *, ruled: bool) -> str:
    """Write a decision, the last of the parts, behind all that it requires; give the expression of what it gives."""
    locals_: dict[str, str] = {}
    asked = _asked(parts, out)
    for one in parts[:-1]:
        locals_[one.logic.key] = _required(one, locals_, asked[one.logic.key], out)
    write = _answer if ruled else _value
    return write(parts[-1].logic, out, _Root(parts[-1], locals_))


def _in_order(part: Part, found: dict[str, Part]) -> dict[str, Part]:
    for _, inner in part.required:
        if inner.logic.key not in found:
            _in_order(inner, found)
    found[part.logic.key] = part
    return found


def _types(parts: list[Part]) -> dict[str, TypeName] | None:
    """Give the types of all input data; None where one name means two things, or a name belongs to an import."""
    decided = [one.logic.name for one in parts]
    inputs = {name for one in parts for name in one.logic.inputs}
    functions = [name for one in parts for name in one.functions]
    clash = len({*decided}) < len(decided) or bool(inputs & {*decided} or {*functions} & {*decided, *inputs})
    types: dict[str, TypeName] = {}
    typed: dict[str, TypeName | None] = {}
    for one in parts:
        own = dict(one.logic.input_types)
        types |= own
        clash = clash or any(typed.setdefault(name, own.get(name)) != own.get(name) for name in one.logic.inputs)
        clash = clash or any(scope for scope, _ in one.required)
    return None if clash else types


def _asked(parts: list[Part], out: Emitter) -> dict[str, str]:
    """Write which required decisions are to be made: those that are not given, and that one to be made asks for."""
    root = parts[-1].logic.key
    askers: dict[str, list[str]] = {one.logic.key: [] for one in parts}
    for one in parts:
        for _, inner in one.required:
            askers[inner.logic.key].append(one.logic.key)
    asked: dict[str, str] = {}
    direct = all(root in askers[one.logic.key] for one in parts[:-1])
    for one in reversed(parts[:-1]):
        test = f"{out.constant(one.logic.name)} not in {out.source}"
        above = askers[one.logic.key]
        if root not in above:
            test = f"({' or '.join(asked[key] for key in above)}) and {test}"
        asked[one.logic.key] = test if direct else out.assign(test)
    return asked


def _required(part: Part, locals_: Mapping[str, str], asked: str, out: Emitter) -> str:
    """Write a required decision: made if asked for, else the given value, which must not belie what is known of it."""
    local, name = out.fresh("d"), out.constant(part.logic.name)
    with out.block(f"if {asked}:"):
        made = _value(part.logic, out, _Root(part, locals_))
        out.line(f"{local} = {made}")
    with out.block("else:"):
        out.line(f"{local} = {out.source}.get({name})")
        if made in out.facts:
            out.facts[local] = out.facts[made] | {type(None)}
            out.line(f"if type({local}) not in {out.constant(out.facts[local])}: raise {out.constant(TypeError)}")
        for line in cleaned(local):
            out.line(line.removeprefix(" "))
    return local


def _value(logic: Logic, out: Emitter, names: Names) -> str:
    """Write the value of a decision."""
    if isinstance(logic.root, Table):
        value = value_of(logic.root, out, names)
        return value if logic.type is None or _always(logic.root, logic.type) else _fitting(value, logic.type, out)
    value = out.emit(logic.root, names)
    return value if logic.type is None else _fitting(value, logic.type, out)


def _fitting(value: str, wanted: TypeName, out: Emitter) -> str:
    fit = fitted(value, wanted, out)
    return fit if fit in out.facts else out.assign(fit)


def _answer(logic: Logic, out: Emitter, names: Names) -> str:
    """Write the value of a decision with the numbers of its own table's rules."""
    if not isinstance(logic.root, Table):
        return f"({_value(logic, out, names)}, ())"
    found = answer(logic.root, out, names)
    if logic.type is None or _always(logic.root, logic.type):
        return found
    return f"({fitted(out.assign(f'{found}[0]'), logic.type, out)}, {found}[1])"


def _always(table: Table, wanted: TypeName) -> bool:
    """Tell whether all values that a table can have are constants of a type."""
    if not table.literal or table.aggregation:
        return False
    rows = [[cell.value for cell in row if isinstance(cell, Literal)] for row in (*table.outputs, table.defaults)]
    if len(table.names) == 1:
        return table.plain and all(row[0] is None or belongs(row[0], wanted) for row in rows if row)
    contexts = [dict(zip(table.names, row, strict=True)) for row in rows if row]
    return table.hit in "UAFP" and all(belongs(context, wanted) for context in contexts)


def knowledge(logic: Logic, functions: Functions) -> Function:
    """Make the function value of a knowledge model: its generated code makes it once, and then is not needed."""
    out = Emitter(frozenset(), functions)
    body = out.define(logic.root, logic.parameters, Names(None, {}))
    out.line(f"return {body}")
    made = out.build(f"knowledge {logic.name}")({})
    return Function(logic.parameters, made, logic.types, depth_of(logic.root))
