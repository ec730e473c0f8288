"""The same claims in one store and in four shards of a PostgreSQL, each with its own desk; no node runs."""

from claims_pack import write_pack
from small_desk import MUCH_LATER, SmallDesk

from alihdaya.operations.books.house import open_house_desk
from alihdaya.operations.exchange.shards.following import catch_up_with_house
from alihdaya.packs import load
from alihdaya.store import open_store
from alihdaya.store.lease.directory import Directory
from alihdaya.store.lease.fence import schema_of
from alihdaya.store.lease.house import open_house
from alihdaya.store.lease.own import lay_out_house
from alihdaya.work.place import place

SHARDS = 4


class Street:
    """One desk (`one`), and the desks of the shards, who get each claim by its number."""

    def __init__(self, url, folder, **more):
        self.url, self.numbers = url, {}
        self.pack = load(write_pack(folder / "claims", **more))
        directory = Directory(url, "test")
        directory.lay_out(SHARDS, "test")
        directory.close()
        lay_out_house(url)
        self.one = SmallDesk(open_store(folder / "one.db"), folder, pack=self.pack, at=0)
        self.shards = {
            n: SmallDesk(open_store(url, schema=schema_of(n)), folder, pack=self.pack, at=0)
            for n in range(1, SHARDS + 1)
        }

    def both(self, claim):
        """The desks that a claim goes to."""
        return self.one, self.shards[place("api", str(claim), SHARDS)]

    def receive(self, claim, at, kind="plain", amount=1):
        for small in self.both(claim):
            small.at = at
            self.numbers[id(small), claim] = small.command(small.receipt(str(claim), kind, amount, claim))

    def do(self, verb, claim, at, **more):
        for small in self.both(claim):
            small.at = at
            getattr(small, verb)(self.numbers[id(small), claim], **more)

    def commit(self):
        for small in (self.one, *self.shards.values()):
            small.commit()

    def books(self, act):
        """Work on the books of both, and let the shards follow; gives both answers."""
        self.commit()
        desk = open_house_desk(self.url, recorded=lambda: MUCH_LATER, patience=100, books=True)
        try:
            found = act(self.one.desk), act(desk)
        finally:
            desk.close()
        for small in self.shards.values():
            catch_up_with_house(small.desk, small.desk.at)
        return found

    def house(self):
        """All shards to read as one."""
        self.commit()
        return open_house(self.url)

    def claims(self):
        """(item -> claim) of the one store, and of the house."""
        with self.house() as house:
            return _claims(self.one.store), _claims(house)

    def items(self, claim):
        """The number of a claim's item in the one store, and in the house."""
        one, house = self.claims()
        return tuple(next(item for item, name in names.items() if name == str(claim)) for names in (one, house))

    def close(self):
        for small in (self.one, *self.shards.values()):
            small.store.close()


def _claims(store):
    from alihdaya.store import views

    return {row.id: row.external_id for row in views.items(store, limit=100_000)}
