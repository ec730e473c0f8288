"""A desk over a pack of talking processes: what a test does and looks at."""

from datetime import UTC, datetime

from talking_pack import model, write_pack

from alihdaya.engagement import terms as agreement
from alihdaya.kernel.time import micros
from alihdaya.operations.commands import Fire, Receive
from alihdaya.operations.opening import open_desk
from alihdaya.operations.perform import perform
from alihdaya.operations.sign import open_service
from alihdaya.packs import load
from alihdaya.store import views

NOON = micros(datetime(2013, 1, 8, 12, tzinfo=UTC))


class Talk:
    """The desk on a store; `at` is the time of the next command."""

    def __init__(self, store, folder, *parts, at=NOON, **others):
        self.store = store
        self.folder = folder
        self.at = at
        self.deploy(*parts, **others)

    def deploy(self, *parts, **others):
        """Make the pack of these processes (again), and open the desk with it."""
        others = {stem: model(text, ident=f"file-{stem}") for stem, text in others.items()}
        self.pack = load(write_pack(self.folder / "talks", model(*parts), **others))
        self.terms = agreement.parse(self.pack.terms.encode())
        return self.reopen()

    def reopen(self):
        """Take the desk up again from the store, as a new process would, with what it offers."""
        self.desk = open_desk(self.store, recorded=lambda: self.at, packs={self.pack.digest: self.pack})
        self.service = open_service(self.desk, self.pack, self.terms, self.at, trusted=True)
        return self

    def do(self, command):
        return perform(self.desk, command, max(self.at, self.desk.at))

    def receive(self, name="1", **data):
        return self.do(Receive(self.service, "api", str(name), 0, 0, data))

    def until(self, at):
        """Let time run."""
        while (due := self.desk.next_timer()) is not None and due[0] <= at:
            self.at = max(self.at, due[0])
            self.do(Fire(*due[1:]))
        self.at = at

    def items(self):
        """External id -> status of every item, after a commit."""
        self.desk.commit()
        return {row.external_id: row.status for row in views.items(self.store)}
