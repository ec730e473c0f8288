"""Generated code of decisions: each alone, or one function for a decision with all that it requires."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from alihdaya.notation.dmn.program import Logic
from alihdaya.notation.dmn.table import Table
from alihdaya.notation.dmn.table.code import answer, value_of
from alihdaya.notation.feel.budget import depth_of
from alihdaya.notation.feel.compiler import fitted
from alihdaya.notation.feel.emitter import Emitter, Names, cleaned
from alihdaya.notation.feel.ir import Literal, TypeName
from alihdaya.notation.feel.types import belongs
from alihdaya.notation.feel.values import Function

Run = Callable[[Mapping[str, Any]], Any]
Functions = dict[str, Any]
"""Functions by name; under the name of an import, a context of them."""


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
    inputs = frozenset(name for one in parts for name in one.logic.inputs)
    out = Emitter(inputs, swift=True)
    out.types = types
    locals_: dict[str, str] = {}
    asked = _asked(parts, out)
    for one in parts[:-1]:
        locals_[one.logic.key] = _required(one, locals_, asked[one.logic.key], out, out.constant(otherwise))
    write = _answer if ruled else _value
    out.line(f"return {write(part.logic, out, _Root(part, locals_))}")
    return out.build_swift(f"decision {part.logic.name}", otherwise)


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
        test = f"{out.constant(one.logic.name)} not in mapping"
        above = askers[one.logic.key]
        if root not in above:
            test = f"({' or '.join(asked[key] for key in above)}) and {test}"
        asked[one.logic.key] = test if direct else out.assign(test)
    return asked


def _required(part: Part, locals_: Mapping[str, str], asked: str, out: Emitter, otherwise: str) -> str:
    """Write a required decision: made if asked for, else the given value, which must not belie what is known of it."""
    local, name = out.fresh("d"), out.constant(part.logic.name)
    with out.block(f"if {asked}:"):
        made = _value(part.logic, out, _Root(part, locals_))
        out.line(f"{local} = {made}")
    with out.block("else:"):
        out.line(f"{local} = mapping.get({name})")
        if made in out.facts:
            out.facts[local] = out.facts[made] | {type(None)}
            out.line(f"if type({local}) not in {out.constant(out.facts[local])}: return {otherwise}(mapping)")
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
