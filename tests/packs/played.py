"""A sample pack's whole run in memory of one test module: its own rows, its own people, played by a seed."""

import csv
from dataclasses import dataclass
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

from alihdaya import packs
from alihdaya.channels.files import count_rows, digest, read_rows
from alihdaya.cli.runs.workshop import scripts_of
from alihdaya.engagement import terms as agreement
from alihdaya.kernel.time import HOUR, micros
from alihdaya.operations.commands import Assign, Complete, Deliver, Receive
from alihdaya.operations.opening import open_desk
from alihdaya.operations.perform import perform
from alihdaya.operations.run.flow import run
from alihdaya.operations.run.intake import Source
from alihdaya.operations.sign import open_service
from alihdaya.store import open_store
from alihdaya.work.events import ItemDelivered

NOW = 1_900_000_000_000_000


@dataclass
class Played:
    """The desk of a pack. `rows` are those of the file, as texts; `entries` is the log after a run."""

    desk: Any
    service: Any
    pack: Any

    @classmethod
    def open(cls, folder, name):
        pack = packs.load(Path(packs.__file__).parent / name)
        desk = open_desk(open_store(folder / "played.db"), recorded=lambda: NOW, packs={pack.digest: pack})
        signed = agreement.parse(pack.terms.encode())
        at = micros(datetime.combine(signed.signed, time(), UTC))
        return cls(desk, open_service(desk, pack, signed, at, roster=pack.roster.encode()), pack)

    def run(self, path, seed):
        source = Source(path, digest(path), count_rows(path), lambda n: read_rows(path, self.pack.intake, after=n))
        ran = run(self.desk, self.service, source, now=lambda: NOW, seed=seed, scripts=scripts_of(self.pack))
        with path.open(encoding="utf-8", newline="") as file:
            self.rows = list(csv.DictReader(file))
        self.entries = list(self.desk.store.read_log())
        return ran

    def delivered(self):
        """Item -> its delivery."""
        return {
            entry.item: event for entry in self.entries for event in entry.events if isinstance(event, ItemDelivered)
        }

    def receive(self, at, **data):
        """Take one item in by hand; `data` are its variables."""
        columns = dict.fromkeys(self.pack.intake.variables)
        return perform(self.desk, Receive(self.service, "hand", str(at), 0, 0, columns | data), at)

    def tasks(self, item):
        """Node -> token of the tasks of an item that wait or are held."""
        waits = self.desk.items[item].instance.waits
        keys = [task.key for task in self.desk.queue] + list(self.desk.held)
        return {waits[token].node: token for number, token in keys if number == item}

    def do(self, item, node, person, at=None, **result):
        """Let somebody take the task that waits at a node, and finish it an hour later."""
        at = self.desk.at if at is None else at
        token = self.tasks(item)[node]
        perform(self.desk, Assign(item, token, person), at)
        perform(self.desk, Complete(item, token, person, 600, result), at + HOUR)

    def tell(self, name, key, at, **payload):
        """Let a message arrive."""
        return perform(self.desk, Deliver(name, key, payload), at)

    def story(self, item):
        """Names of the nodes and events of an item's log, in order."""
        self.desk.commit()
        return [event for entry in self.desk.store.read_log(item=item) for event in entry.events]
