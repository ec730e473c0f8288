"""The tables. Instants are bigint microseconds since the epoch, blobs are MessagePack (see codec).

All but LOG are written by the projection alone and can be rebuilt from LOG at any time. A change here needs a
migration beside it: a test compares the two.
"""

from functools import partial

from sqlalchemy import Index, MetaData, literal_column

from alihdaya.store.columns import define

METADATA = MetaData()
_table = partial(define, METADATA)

LOG = _table("log", "seq", "seq int, at int, recorded_at int, item int, by text, body blob", month="at")
Index("log_item", LOG.c.item)

ITEM = _table(
    "item",
    "id",
    "id int, engagement text, service text, external_id text, definition text, terms text, source int, row int,"
    "status text, node text?, state blob?, received_at int, responded_at int?, closed_at int?, respond_due int?,"
    "resolve_due int?, outcome text?, unit text?, touched bool",
    month="received_at",
)
_DELIVERED = ITEM.c.status == literal_column("'delivered'")
Index(
    "item_delivered",
    *[ITEM.c[name] for name in ("engagement", "service", "unit", "closed_at", "id")],
    sqlite_where=_DELIVERED,
    postgresql_where=_DELIVERED,
)
RECEIVED = _table("received", "channel external_id", "channel text, external_id text, item int")
TASK = _table(
    "task",
    "item token",
    "item int, token int, node text, name text, service text, skill text, language text, level text, certificate text,"
    "priority int, queued_at int, respond_due int?, resolve_due int?, person text?, assigned_at int?",
)
TIMER = _table("timer", "item timer", "item int, timer int, due int")
Index("timer_due", TIMER.c.due)
SUBSCRIPTION = _table("subscription", "item token", "item int, token int, name text, key text")
Index("subscription_key", SUBSCRIPTION.c.key, postgresql_using="hash")  # a key may be longer than a btree's page
INCIDENT = _table("incident", "item token", "item int, token int, node text, code text, message text, at int")

PAUSE = _table("pause", "item token", "item int, token int, node text, start int, end int?")

OUTBOX = _table(
    "outbox",
    "seq number",
    "seq int, number int, item int, token int, node text, name text, key text, payload blob, queued_at int",
)
Index("outbox_item", OUTBOX.c.item)
ATTEMPT = _table("attempt", "seq number", "seq int, number int, attempts int, reason text, next_at int")

JOB_LEASE = _table("job_lease", "seq number", "seq int, number int, worker text, lock int, until int")
START = _table(
    "start",
    "engagement service process node part",
    "engagement text, service text, process text, node text, part int, definition text, terms text, kind text,"
    "name text, due int?, left int, months int, micros int",
)
MESSAGE = _table(
    "message",
    "seq number",
    "seq int, number int, name text, key text, payload blob, item int, at int, until int",
)
SIGNAL = _table(
    "signal",
    "seq number",
    "seq int, number int, name text, payload blob, item int, at int, audience blob",
)
POST = _table(
    "post",
    "seq number",
    "seq int, number int, shard int, kind text, name text, key text, payload blob, item int, until int",
)
ARRIVED = _table("arrived", "shard", "shard int, seq int, number int")
LOST = _table("lost", "seq number", "seq int, number int, why text, at int")
CALLED = _table("called", "item", "item int, caller int, token int")
Index("called_caller", CALLED.c.caller)
HANDOVER = _table(
    "handover", "item", "item int, giver int, token int, engagement text, service text, person text, note text, at int"
)
"""Items begun by a hand-over that item `giver` awaits back; engagement and service are those that it went to."""
REACHED = _table("reached", "seq number", "seq int, number int, done int")

PERSON = _table("person", "id", "id text, facts blob")
CERTIFICATE = _table(
    "certificate",
    "person certificate start",
    "person text, certificate text, start int, end int, withdrawn_at int?",
)
TEST = _table(
    "test",
    "person kind language at",
    "person text, kind text, language text, at int, score int, pass_mark int",
)
WALL = _table("wall", "person what", "person text, what text, stands bool, reason text, by text, at int")
"""Conflict walls that somebody raised or took down by hand, as they stand; those of rosters are the person's facts."""
REFUSAL = _table("refusal", "seq token person", "seq int, token int, person text, item int, reasons blob, at int")

REVIEW = _table(
    "review",
    "item token",
    "item int, token int, engagement text, service text, node text, person text, at int, reviewer text?,"
    "reviewed_at int?, percent int?, passed bool?",
)
"""Finished tasks of the sample; without a reviewer they wait for one, with `reviewed_at` for a second one."""
Index(
    "review_open", REVIEW.c.at, sqlite_where=REVIEW.c.reviewer.is_(None), postgresql_where=REVIEW.c.reviewer.is_(None)
)

PRESENCE = _table("presence", "person", "person text, since int, lease int, shares blob")
ABSENCE = _table("absence", "person", "person text, state text, since int")
"""Who is present, but not ready."""
ASK = _table("ask", "number", "number int, facts blob")
PIECE = _table(
    "piece",
    "item token",
    "item int, token int, ask int, priority int, queued_at int, due int?, prefer text, prefer_until int, of_item int,"
    "of_token int, note text",
)
HOLD = _table("hold", "item token", "item int, token int, person text, state text, share int, at int, until int")
"""Pieces that somebody has, or that were put off."""

ENGAGEMENT = _table("engagement", "id digest", "id text, digest text, terms blob, signed_at int")
DEFINITION = _table("definition", "digest", "digest text, pack text, files blob")
VERSION = _table("version", "pack number", "pack text, number int, digest text, deployed_at int")
"""Definitions by pack, numbered from 1 in the order in which they were deployed first."""
SOURCE = _table(
    "source",
    "id",
    "id int, name text, digest text, rows int, cursor int, received int, rejected int, duplicates int",
)
REJECT = _table("reject", "source row column", "source int, row int, column text, reason text, text text")

ARCHIVE = _table(
    "archive",
    "month",
    "month text, first int, last int, entries int, items int, last_item int, folder text, chain text, born int,"
    "until int, at int",
)
"""Months whose entries and items are no longer here but in files; see archive."""

LEDGER = _table(
    "ledger",
    "seq number",
    "seq int, number int, engagement text, tag text, body blob, at int, by text",
)
"""What happened between client and provider after the signing, word for word (engagement.account.events)."""

NOTED = _table(
    "noted",
    "tag seq number",
    "tag text, seq int, number int, who text, at int, by text, body blob",
)
"""Facts about no item that are asked for by their kind, word for word: see project.noted."""
Index("noted_who", *[NOTED.c[name] for name in ("who", "tag", "at", "seq")])

TALLY = _table(
    "tally", "engagement day service measure", "engagement text, day text, service text, measure text, n int"
)
CARRIED = _table(
    "carried",
    "engagement day service unit received",
    "engagement text, day text, service text, unit text, received text, n int",
)
"""Deliveries of a day by the day on which they had come in, where that was another one: see views.billed.lines.

`unit`: theirs; "outcome:KEY" for those that were an outcome.
"""

LABOUR = _table(
    "labour",
    "engagement day service person",
    "engagement text, day text, service text, person text, seconds int, tasks int, handled int",
)
"""`handled`: of the seconds, the handling time of the tasks; the rest was spent beside them."""

FINISHED = _table(
    "finished",
    "engagement service at item seq token",
    "engagement text, service text, at int, item int, seq int, token int, person text, seconds int",
    month="at",
)
"""Finished tasks in the order in which time is billed, so that any page of a month of them comes at once."""

OUTCOME = _table(
    "outcome",
    "engagement service outcome",
    "engagement text, service text, outcome text, since int",
)
"""What any terms bill that is noted as it happens, and the instant since when that is known; 0: always.

Outcomes (engagement.rates.outcome), and increments of time (engagement.rates.increment).
"""

RESULTED = _table(
    "resulted",
    "engagement service outcome at item",
    "engagement text, service text, outcome text, at int, item int, received_at int",
    month="at",
)
"""Deliveries that were such an outcome when it was known, in their order."""

PACE = _table(
    "pace",
    "engagement service measure at",
    "engagement text, service text, measure text, at int, n int",
)
"""By the quarter of an hour that began at `at`: deliveries of a unit, of an outcome; time worked (project.worked)."""

ADDITIVE = (TALLY, CARRIED, LABOUR, PACE)
"""Views whose changes are amounts to add, not rows to put."""

PROJECTED = tuple(table for table in METADATA.sorted_tables if table is not LOG)
"""Every table that the projection writes, and that a replay must give again."""
