"""Items by the models that they follow."""

from sqlalchemy import select

from alihdaya.store.schema import ITEM
from alihdaya.store.working import WorkingSet


def items_following(store: WorkingSet, file: str) -> list[int]:
    """Give the items, in the order of intake, whose models have such a file; archived ones are left out.

    `file` is a path in the pack, "processes/transition.bpmn": a copy of a pack has another name, and the same files.
    """
    found = {version.digest: store.definition(version.digest) for version in store.versions()}
    digests = [digest for digest, one in found.items() if one is not None and file in one.files]
    query = select(ITEM.c.id).where(ITEM.c.definition.in_(digests)).order_by(ITEM.c.id)
    with store.snapshot() as connection:
        return list(connection.execute(query).scalars())
