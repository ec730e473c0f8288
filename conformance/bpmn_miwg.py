"""The reference models of the BPMN Model Interchange Working Group: read, written, and compared by another reader.

A model passes when its export holds everything that stands in it, in the same order and byte for byte; and when all
its ids can be changed and every reference of the model and of its diagrams follows.
"""

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from lxml import etree

from alihdaya.kernel.errors import NotationError
from alihdaya.notation.bpmn.write import change_ids, open_bpmn

_OMG = ("{http://www.omg.org/spec/BPMN/", "{http://www.omg.org/spec/DD/")

Fact = tuple[str, dict[str, str], str]


def run(folder: Path) -> dict[str, Any]:
    """Carry every model of the folder's `reference` (or of the folder itself) through reading and writing."""
    start = time.perf_counter()
    place = folder / "reference"
    files = sorted((place if place.is_dir() else folder).glob("*.bpmn"))
    lost = {file.name: reasons for file in files if (reasons := list(losses(file.read_bytes(), file.name)))}
    done = len(files) - len(lost)
    counts = {"passed": done, "total": len(files), "clean_passed": done, "clean_total": len(files)}
    report = {**counts, "failures": list(lost), "losses": lost}
    return {"suites": {"bpmn-miwg": report}, "seconds": round(time.perf_counter() - start, 1)}


def losses(data: bytes, name: str) -> Iterator[str]:
    """Tell what a model loses on its way through; nothing where all is kept."""
    try:
        document = open_bpmn(data, name)
        written = document.write()
        before, after = facts(data), facts(written)
        if before != after:
            yield "the export differs in what it says"
        if written != data:
            yield "the export differs in how it is written"
        changes = {
            fact[1]["id"]: f"changed-{n}" for n, fact in enumerate(before) if _is_standard(fact) and "id" in fact[1]
        }
        change_ids(document, changes)
        if facts(document.write()) != [_changed(one, changes) for one in before]:
            yield "a reference did not follow the change of an id"
    except NotationError as error:
        yield str(error)


def facts(data: bytes) -> list[Fact]:
    """Give what a file says, by a plain reader: each node's tag, attributes, and text with what follows it."""
    return [(_tag(node), {str(k): str(v) for k, v in node.attrib.items()}, _text(node)) for node in _nodes(data)]


def _nodes(data: bytes) -> Iterator[Any]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    return etree.fromstring(data, parser).iter()


def _tag(node: Any) -> str:
    return node.tag if isinstance(node.tag, str) else node.tag.__name__


def _text(node: Any) -> str:
    return f"{node.text or ''}|{node.tail or ''}"


def _changed(fact: Fact, changes: Mapping[str, str]) -> Fact:
    """Give the fact as it has to be after all ids have changed."""
    tag, attributes, text = fact
    if not _is_standard(fact):
        return fact
    moved = {k: v if k == "name" or k.startswith("{") else _moved(v, changes) for k, v in attributes.items()}
    inner, _, tail = text.partition("|")
    return tag, moved, f"{_moved(inner, changes)}|{tail}"


def _is_standard(fact: Fact) -> bool:
    return fact[0].startswith(_OMG)


def _moved(value: str, changes: Mapping[str, str]) -> str:
    prefix, colon, local = value.strip().rpartition(":")
    return prefix + colon + changes[local] if local in changes else value
