"""A timer whose firing cannot be kept stops its own item, at once, and nobody else's."""

from claims_pack import PROCESS, STEPS, write_pack
from small_desk import NOON, SmallDesk

from alihdaya.kernel.time import HOUR
from alihdaya.operations.books.replay import prove
from alihdaya.operations.commands import Retry
from alihdaya.operations.instance.commands import Amend
from alihdaya.operations.node.mailroom import Mailroom
from alihdaya.packs import load
from alihdaya.store import open_store, views

PATIENCE = 100
MARK = """

def mark(variables: Variables) -> Variables:
    return {"note": "\\ud800" if variables["amount"] == 666 else "late"}
"""
POISON = 666
"""With this amount, what comes after the timer is half a character, which no store can hold."""


def pack_of(folder):
    flow = '<sequenceFlow sourceRef="raced" targetRef="lapsed"/>'
    assert flow in PROCESS
    steps = (
        flow.replace("lapsed", "mark") + '<serviceTask id="mark" alihdaya:step="mark"/>' + flow.replace("raced", "mark")
    )
    return load(write_pack(folder / "claims", claims=PROCESS.replace(flow, steps), steps=STEPS + MARK))


class Clocked:
    """A mailroom whose clock only the test moves."""

    def __init__(self, url, folder):
        self.url, self.now, self.opened = url, NOON, 0
        self.folder, self.pack = folder, pack_of(folder)
        self.small = None
        self.mailroom = Mailroom(self.open, clock=lambda: self.now)
        self.mailroom.post(Retry(1, 1), NOON).exception(PATIENCE)

    def open(self):
        self.opened += 1
        self.small = SmallDesk(open_store(self.url), self.folder, pack=self.pack)
        return self.small.desk

    def ask(self, command):
        return self.mailroom.post(command, self.now).result(PATIENCE)

    def receive(self, name, amount):
        return self.ask(self.small.receipt(name, "race", amount))


def test_items_whose_timers_cannot_go_off_stop_and_all_others_go_on(store_url, tmp_path):
    room = Clocked(store_url, tmp_path)
    with room.mailroom:
        amounts = [POISON if n in {3, 17, 18} else n for n in range(40)]
        items = [room.receive(f"r-{n}", amount) for n, amount in enumerate(amounts)]
        bad = [item for item, amount in zip(items, amounts, strict=True) if amount == POISON]
        before = room.opened
        room.now = NOON + 31 * HOUR
        late = room.receive("late", 1)  # comes with the group in which the timers fail
        room.receive("behind", 1)  # is taken up once all that is due was looked at
        assert room.mailroom.trouble is None
        assert room.opened - before <= 12, "who is to blame is found in few steps"
        opened = room.opened
        room.receive("later", 1)
        assert room.opened == opened, "what was found out once costs nobody anything any more"
        stories = {item: views.item_story(room.small.store, item) for item in items}
        assert [item for item in items if stories[item].item.status != "delivered"] == bad
        for item in bad:
            (incident,) = stories[item].incidents
            assert (stories[item].item.status, incident.node, incident.code) == ("stopped", "raced", "timer-failed")
            assert "UnicodeEncodeError" in incident.message
        assert views.item_story(room.small.store, late).item.status == "waiting"
        token = views.item_story(room.small.store, bad[0]).incidents[0].token
        refused = room.mailroom.post(Retry(bad[0], token), room.now).exception(PATIENCE)
        assert refused is not None, "the same again"
        room.ask(Amend(bad[0], token, {"amount": 5}, "ops"))
        story = views.item_story(room.small.store, bad[0])
        assert (story.item.status, story.item.outcome) == ("delivered", "lapsed")
    with open_store(store_url) as store:
        assert prove(store).equal
