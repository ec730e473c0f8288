"""Where an item is billed, in a reader's words: for its page and the terminal alike."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from alihdaya.console.phrases import line_name, term
from alihdaya.console.words import Words, mark

if TYPE_CHECKING:
    from alihdaya.engagement.account.events import ItemRebooked
    from alihdaya.operations.books.account.traced import Contested, Place, Traced

_ENDS = {None: mark("open"), True: mark("upheld"), False: mark("rejected")}


class Shown(NamedTuple):
    """A place on an invoice: `name` of what bills the item, the numbers of the lines, its month, and where that is.

    `where`: the month in words with the invoice's number, or that it is open.
    """

    name: str
    lines: tuple[int, ...]
    month: str
    where: str


def places_shown(words: Words, traced: "Traced") -> list[Shown]:
    """Give the places of an item on invoices, the oldest first."""
    return [_place(words, one) for one in traced.places]


def _place(words: Words, one: "Place") -> Shown:
    line = one.lines[0]
    plain: Mapping[str, Any] = {"names": dict(line.names), "unit": line.unit}
    name = line_name(words, plain)
    if one.adjusts:
        name = words.say("Adjustment of %(month)s: %(name)s", month=words.month(one.adjusts), name=name)
    month = words.month(one.month)
    if one.number:
        where = words.say("%(month)s, closed as %(number)s", month=month, number=one.number)
    else:
        where = words.say("%(month)s, still open", month=month)
    return Shown(name, tuple(line.number for line in one.lines), one.month, where)


def place_told(words: Words, one: Shown) -> str:
    """Say a place in one line."""
    lines = words.say(" or ").join(words.say("line %(n)s", n=number) for number in one.lines)
    return f"{one.name}: {lines} \N{MIDDLE DOT} {one.where}"


def notes_told(words: Words, traced: "Traced") -> list[str]:
    """Say what was disputed of an item, and that it counts otherwise than it was delivered."""
    found = [_dispute(words, one) for one in traced.disputes]
    if traced.rebooked is not None:
        found.append(_rebooked(words, traced.rebooked))
    if traced.waits:
        found.append(words.say("No invoice shows that yet: the next one puts it right."))
    return found


def _dispute(words: Words, one: "Contested") -> str:
    told = words.say(
        "Dispute %(n)s of %(number)s: %(end)s", n=one.dispute, number=one.invoice, end=words.say(_ENDS[one.upheld])
    )
    return words.say("%(told)s, credited by %(note)s", told=told, note=one.note) if one.note else told


def _rebooked(words: Words, one: "ItemRebooked") -> str:
    if not one.billed:
        return words.say("Corrected: it is not billed (%(reason)s)", reason=one.reason)
    if one.month and one.unit:
        counts = words.say(
            "Corrected: it counts in %(month)s as %(unit)s (%(reason)s)",
            month=words.month(one.month),
            unit=term(words, one.unit),
            reason=one.reason,
        )
    elif one.month:
        counts = words.say(
            "Corrected: it counts in %(month)s (%(reason)s)", month=words.month(one.month), reason=one.reason
        )
    elif one.unit:
        counts = words.say(
            "Corrected: it counts as %(unit)s (%(reason)s)", unit=term(words, one.unit), reason=one.reason
        )
    else:
        counts = words.say("Corrected: it counts as it was delivered (%(reason)s)", reason=one.reason)
    return counts


def billed_content(words: Words, traced: "Traced | None") -> dict[str, Any]:
    """Give what an item's page is filled with of its invoices; nothing for an item of which that is not known."""
    if traced is None:
        return {"places": (), "notes": ()}
    return {"places": places_shown(words, traced), "notes": notes_told(words, traced)}
