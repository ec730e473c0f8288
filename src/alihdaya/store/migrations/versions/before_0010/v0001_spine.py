"""The spine: the log, items, people, what is open, and the views."""

import re

from alembic import op
from sqlalchemy import Index, MetaData

from alihdaya.store.columns import define

revision = "0001"
down_revision = None

TABLES = """
log: seq
    seq int, at int, recorded_at int, item int, by text, body blob
item: id
    id int, engagement text, service text, external_id text, definition text, terms text, source int, row int,
    status text, node text?, state blob?, received_at int, responded_at int?, closed_at int?,
    respond_due int?, resolve_due int?, outcome text?, unit text?, touched bool
received: channel external_id
    channel text, external_id text, item int
task: item token
    item int, token int, node text, name text, service text, skill text, language text, level text,
    certificate text, priority int, queued_at int, respond_due int?, resolve_due int?, person text?,
    assigned_at int?
timer: item timer
    item int, timer int, due int
subscription: item token
    item int, token int, name text, key text
incident: item token
    item int, token int, node text, code text, message text, at int
person: id
    id text, facts blob
certificate: person certificate start
    person text, certificate text, start int, end int, withdrawn_at int?
test: person kind language at
    person text, kind text, language text, at int, score int, pass_mark int
refusal: seq token person
    seq int, token int, person text, item int, reasons blob, at int
engagement: id digest
    id text, digest text, terms blob, signed_at int
definition: digest
    digest text, pack text, files blob
source: id
    id int, name text, digest text, rows int, cursor int, received int, rejected int, duplicates int
reject: source row column
    source int, row int, column text, reason text, text text
tally: engagement day service measure
    engagement text, day text, service text, measure text, n int
labour: engagement day service person
    engagement text, day text, service text, person text, seconds int, tasks int
"""
"""A line "table: primary key", then its columns."""

INDEXES = (
    ("log_item", "log", "item"),
    ("timer_due", "timer", "due"),
    ("subscription_name_key", "subscription", "name key"),
)


def upgrade() -> None:
    """Make every table of the first version."""
    metadata = MetaData()
    for found in re.finditer(r"^(\w+): (.+)\n((?:    .+\n)+)", TABLES, re.MULTILINE):
        define(metadata, *found.groups())
    for index, table, columns in INDEXES:
        Index(index, *[metadata.tables[table].c[column] for column in columns.split()])
    metadata.create_all(op.get_bind())
