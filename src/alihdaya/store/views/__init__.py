"""What people look at: read-only queries, each of one moment of the store, as frozen dataclasses.

Days and months are the client's own, as the terms' time zone has them. Instants are microseconds since the epoch.
Months that bound items are given as (start, end) instants, the end not included.
"""

from alihdaya.store.views.billed.tasks import FinishedTask, Work, finished, finished_page, seats_page
from alihdaya.store.views.floor import Desk, Floor, Queue, RefusalRow, floor, refusals
from alihdaya.store.views.items import (
    IncidentRow,
    ItemRow,
    OpenTaskRow,
    Story,
    item_story,
    items,
    month_items,
    named,
    unit_items,
    usage,
)
from alihdaya.store.views.months import (
    LabourRow,
    Period,
    RejectRow,
    SlaMonth,
    day_sums,
    delivered,
    first_days,
    labour,
    months,
    rejects,
    sla_measures,
    sla_months,
    tallies,
    totals,
)

__all__ = [
    "Desk",
    "FinishedTask",
    "Floor",
    "IncidentRow",
    "ItemRow",
    "LabourRow",
    "OpenTaskRow",
    "Period",
    "Queue",
    "RefusalRow",
    "RejectRow",
    "SlaMonth",
    "Story",
    "Work",
    "day_sums",
    "delivered",
    "finished",
    "finished_page",
    "first_days",
    "floor",
    "item_story",
    "items",
    "labour",
    "month_items",
    "months",
    "named",
    "refusals",
    "rejects",
    "seats_page",
    "sla_measures",
    "sla_months",
    "tallies",
    "totals",
    "unit_items",
    "usage",
]
