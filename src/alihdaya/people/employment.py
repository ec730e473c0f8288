"""BPO or non-BPO: decided by the employment alone, never by the task (S1)."""

from collections.abc import Callable, Collection
from typing import Literal, NamedTuple

from alihdaya.people.person import Employment


class Agreement(NamedTuple):
    """A service agreement between a client and a provider, by the names in its terms."""

    client: str
    provider: str


class Kind(NamedTuple):
    """The verdict and the code of its reason."""

    word: Literal["BPO", "non-BPO"]
    reason: str


def kind_of(employment: Employment, agreements: Collection[Agreement]) -> Kind:
    """Decide S1: BPO is whoever a third-party provider employs under a service agreement with the company served.

    Who serves their own employer is non-BPO; so is who serves another company that has no agreement with the
    employer, for then nobody outsourced anything.
    """
    if employment.employer == employment.serves:
        return Kind("non-BPO", f"serves-own-employer:{employment.employer}")
    if Agreement(employment.serves, employment.employer) in agreements:
        return Kind("BPO", f"under-agreement:{employment.employer}:{employment.serves}")
    return Kind("non-BPO", f"no-agreement:{employment.employer}:{employment.serves}")


def render_reason(code: str, _: Callable[[str], str]) -> str:
    """Turn a reason's code into a sentence; `_` translates its English template."""
    kind, *facts = code.split(":")
    employer, client = (*facts, "", "")[:2]
    match kind:
        case "serves-own-employer":
            text = _("Serves the employer, {employer}, directly.")
        case "under-agreement":
            text = _("Employed by {employer}, serving {client} under a service agreement.")
        case _other:
            text = _("Employed by {employer}, which has no service agreement with {client}.")
    return text.format(employer=employer, client=client)
