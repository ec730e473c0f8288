"""Tables of the documentation that are made from the code; `python tests/docs/catalogue.py` writes them anew."""

import re
from pathlib import Path

import alihdaya.engagement.account.events
import alihdaya.engagement.events
import alihdaya.engagement.rates.figures
import alihdaya.engine.events
import alihdaya.engine.scope_events
import alihdaya.people.events
import alihdaya.work.beside
import alihdaya.work.events
import alihdaya.work.exchange
import alihdaya.work.floor.events
import alihdaya.work.handover
import alihdaya.work.question
import alihdaya.work.review
from alihdaya.kernel.event import tag_of
from alihdaya.store.schema import METADATA

PAGE = Path(__file__).parents[2] / "docs" / "log.md"
ROOMS = (
    alihdaya.work.events,
    alihdaya.work.exchange,
    alihdaya.work.handover,
    alihdaya.work.floor.events,
    alihdaya.work.beside,
    alihdaya.work.review,
    alihdaya.work.question,
    alihdaya.people.events,
    alihdaya.engagement.events,
    alihdaya.engagement.account.events,
    alihdaya.engagement.rates.figures,
    alihdaya.engine.events,
    alihdaya.engine.scope_events,
)

HOLDS = {
    "log": "the entries: the truth",
    "item": "each item: whose, where it stands, its clocks, how it ended",
    "received": "which of the client's numbers came in, by channel",
    "task": "what waits for people now, and who has it",
    "timer": "timers that run",
    "subscription": "messages that are waited for",
    "incident": "tokens that cannot go on, and why",
    "pause": "when the clocks of items under way stood, and at which node",
    "outbox": "what is to go out and was not acknowledged",
    "attempt": "sends that failed: how often, why, and when again (0: a dead letter)",
    "job_lease": "which worker has which job until when",
    "start": "events that begin items: timers with their next due time, messages, signals",
    "message": "messages that nobody has taken yet, and those that nobody took",
    "post": "messages and signals that have set out for other shards, not acknowledged yet",
    "arrived": "the last that came in from each other shard",
    "archive": "months that left for files: what they held, where they are, their link in the chain",
    "lost": "why a message will reach nobody, and since when",
    "signal": "signals under way to more than one commit holds, with all whom they are for",
    "reached": "how many of those have had the signal",
    "called": "items that a call activity of another began: whose, at which token",
    "handover": "items begun by a hand-over and awaited back: by whom, at which token, who asked what",
    "presence": "who is present, since when, with which share of attention by channel",
    "absence": "who is present, but not ready: on a break, or they did not answer",
    "ask": "the kinds of work that were ever asked for, by number",
    "piece": "work on the floor that is not done, whoever has it",
    "hold": "who has which piece: it rings, they work on it, wrap it up, or it was put off",
    "person": "who is on the roster",
    "wall": "conflict walls that were raised or taken down by hand, and the last word about each",
    "certificate": "trainings finished, from when until when",
    "test": "language tests, with score and pass mark",
    "review": "finished tasks that somebody else is to look at, and what they found",
    "refusal": "assignments that the gate refused, with reasons",
    "engagement": "terms, as they were signed",
    "definition": "models, as they were deployed",
    "version": "definitions by pack, numbered in the order of deployment",
    "source": "files, by content, and how far they were read",
    "reject": "rows that were turned away, with reasons",
    "ledger": "what happened between client and provider after the signing, word for word",
    "tally": "counts by engagement, day and service: received, delivered by unit, clocks met and missed, time worked",
    "carried": "deliveries of a day, and outcomes, by the day on which they had come in, where that was another one",
    "noted": "figures, questions, what people proved, and who came and went: facts about no item, by their kind",
    "outcome": "what any terms bill that is noted as it happens (outcomes, increments), and since when that is known",
    "resulted": "deliveries that were such an outcome, in their order",
    "pace": "by quarters of an hour: deliveries of each unit and outcome, and time worked",
    "labour": "seconds by day, service and person: all of them, and those of handling tasks alone",
    "finished": "finished tasks in the order in which time is billed: when, of which item, who, how long",
}


def events():
    """Tag, fields and meaning of every event, room by room."""
    rows = ["| event | says | fields |", "| --- | --- | --- |"]
    for room in ROOMS:
        for kind in vars(room).values():
            if isinstance(kind, type) and hasattr(kind, "_fields") and kind.__module__ == room.__name__:
                says = re.split(r"(?<=\.)\s", kind.__doc__.replace("|", "\\|"))[0].rstrip(".")
                rows.append(f"| `{tag_of(kind)}` | {says} | {', '.join(kind._fields)} |")
    return rows


def tables():
    """Name, key and meaning of every table."""
    rows = ["| table | holds | key |", "| --- | --- | --- |"]
    for table in METADATA.tables.values():
        key = ", ".join(column.name for column in table.primary_key.columns)
        rows.append(f"| `{table.name}` | {HOLDS[table.name]} | {key} |")
    return rows


def page(text):
    """The page with both tables as the code has them now."""
    for name, rows in (("events", events()), ("tables", tables())):
        made = "\n".join([f"<!-- {name} -->", "", *rows, "", f"<!-- end of {name} -->"])
        between = re.compile(rf"<!-- {name} -->.*?<!-- end of {name} -->", re.DOTALL)
        text, found = between.subn(lambda _, made=made: made, text)
        assert found == 1, name
    return text


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
