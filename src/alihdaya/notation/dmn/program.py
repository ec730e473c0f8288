"""What a model is linked to: decisions, knowledge models and services, each with its tree, names and types."""

from dataclasses import dataclass
from typing import NamedTuple

from alihdaya.kernel.errors import Source
from alihdaya.notation.feel import ir
from alihdaya.notation.feel.ir import TypeName

SERVICE_HEIGHT = 50
"""What a call of a decision service adds to the depth of calls (see `feel.budget`)."""


class Need(NamedTuple):
    """A requirement: the import under whose name its value stands (empty for none), and the key of the element."""

    scope: str
    key: str


@dataclass(frozen=True, slots=True)
class Logic:
    """A decision or knowledge model that is ready to be run: its tree, and the names that it takes from outside.

    The `key` is the id, behind the names of the imports that lead to the element. `inputs` are the names of the input
    data that it needs itself, with their types in `input_types`; `type` is that of its value.
    """

    key: str
    id: str
    name: str
    root: ir.Node
    parameters: tuple[str, ...]
    inputs: tuple[str, ...]
    requires: tuple[Need, ...]
    knowledge: tuple[Need, ...]
    source: Source
    type: TypeName | None = None
    input_types: tuple[tuple[str, TypeName], ...] = ()
    types: tuple[TypeName | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Service:
    """A decision service: a function whose `parameters` are names, each with its import (empty for none)."""

    key: str
    id: str
    name: str
    parameters: tuple[tuple[str, str], ...]
    outputs: tuple[Need, ...]
    type: TypeName | None
    source: Source


@dataclass(frozen=True, slots=True)
class Program:
    """All decisions and knowledge models of a model and its imports, each after those that it requires."""

    decisions: tuple[Logic, ...]
    knowledge: tuple[Logic, ...]
    services: tuple[Service, ...] = ()

    @property
    def invocable(self) -> tuple[Logic | Service, ...]:
        """The knowledge models and decision services."""
        return (*self.knowledge, *self.services)
