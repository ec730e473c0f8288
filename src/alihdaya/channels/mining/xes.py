"""The log as XES (IEEE 1849-2016): one trace an item, in the order in which they came in."""

import re
from collections.abc import Iterable, Mapping
from itertools import groupby
from operator import attrgetter
from typing import IO, Any

from alihdaya.channels.mining.happenings import Happening, Teller
from alihdaya.kernel.event import Entry
from alihdaya.kernel.time import iso

_EXTENSIONS = ("concept", "time", "lifecycle", "organizational")
_PREFIX = {"organizational": "org"}
_UNFIT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot hold."""


def write_xes(
    stream: IO[bytes], entries: Iterable[Entry], called: Mapping[int, str], *, describe: Mapping[str, str]
) -> int:
    """Write entries, which come item by item, to a binary stream; gives the number of traces.

    `called`: item -> the client's number for it, the trace's name. `describe` stands as attributes of the whole log.
    """
    from lxml import etree

    traces = 0
    with etree.xmlfile(stream, encoding="utf-8") as file:
        file.write_declaration()
        with file.element("log", {"xes.version": "1849-2016", "xes.features": "nested-attributes"}):
            for name in _EXTENSIONS:
                uri = f"http://www.xes-standard.org/{_PREFIX.get(name, name)}.xesext"
                title = name.capitalize()
                file.write(
                    etree.Element("extension", {"name": title, "prefix": _PREFIX.get(name, name), "uri": uri}),
                    pretty_print=True,
                )
            file.write(*(_attribute(etree, key, value) for key, value in describe.items()), pretty_print=True)
            for item, own in groupby(entries, key=attrgetter("item")):
                happenings = list(Teller().tell(own))
                if happenings:
                    file.write(_trace(etree, called.get(item, str(item)), happenings), pretty_print=True)
                    traces += 1
    return traces


def _trace(etree: Any, name: str, happenings: Iterable[Happening]) -> Any:
    trace = etree.Element("trace")
    trace.append(_attribute(etree, "concept:name", name))
    for one in happenings:
        made = etree.SubElement(trace, "event")
        standing = {"concept:name": one.activity, "lifecycle:transition": one.lifecycle, "org:resource": one.by}
        own = {"type": one.type, "id": one.id, **({"person": one.person} if one.person else {}), **one.facts}
        for key, value in {**standing, **own}.items():
            made.append(_attribute(etree, key, value))
        made.append(etree.Element("date", {"key": "time:timestamp", "value": str(iso(one.at))}))
    return trace


def _attribute(etree: Any, key: str, value: object) -> Any:
    kind = {bool: "boolean", int: "int"}.get(type(value), "string")
    text = str(value).lower() if isinstance(value, bool) else _UNFIT.sub("\N{REPLACEMENT CHARACTER}", str(value))
    return etree.Element(kind, {"key": key, "value": text})
