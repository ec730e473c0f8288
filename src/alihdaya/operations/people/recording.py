"""Which task of an item asks for a recording, and what is to be read aloud for it."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from alihdaya.notation.bpmn import UserWork
from alihdaya.operations.instance.picture import Picture, read
from alihdaya.packs.load import from_files
from alihdaya.packs.pack import Field, Form
from alihdaya.packs.vocabulary import Vocabulary, vocabulary
from alihdaya.store.working import WorkingSet


class Recordable(NamedTuple):
    """An open task whose form has a field of the type recording. `task` is its name, `field` that of the field."""

    item: int
    external_id: str
    task: str
    field: str
    language: str
    instruction: str
    passage: str
    vocabulary: Vocabulary


def recordable(store: WorkingSet, item: int) -> Recordable | None:
    """Find the first open task of an item that asks for a recording; None where there is none."""
    found = read(store, item)
    if found is None or found.instance is None:
        return None
    asked = next(_asked(store, found), None)
    if asked is None:
        return None
    task, field, files = asked
    wanted: Any = found.instance.variables.get("wanted")
    known = wanted if isinstance(wanted, dict) else {}
    language, instruction, passage = (str(known.get(name) or "") for name in ("language", "task", "passage"))
    row = found.story.item
    return Recordable(row.id, row.external_id, task, field.name, language, instruction, passage, vocabulary(files))


def _asked(store: WorkingSet, found: Picture) -> Iterator[tuple[str, Field, Any]]:
    """Give name, field and the pack's texts of each open task that asks for a recording."""
    definition = store.definition(found.story.item.definition)
    if definition is None or not found.story.tasks:
        return
    forms = from_files(definition.files).forms
    details = {node.id: node.detail for node in found.process.nodes}
    for task in found.story.tasks:
        asked = details.get(task.node)
        form: Form | None = forms.get(asked.form) if isinstance(asked, UserWork) else None
        for field in form.fields if form else ():
            if field.type == "recording":
                yield task.name or task.node, field, definition.files
