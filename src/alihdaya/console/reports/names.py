"""What the sheets and columns of the morning's report are called."""

from alihdaya.console.words import mark

SHEETS = {
    "intake": mark("Intake"),
    "backlog": mark("Backlog and its age"),
    "risk": mark("At risk today"),
    "attainment": mark("Service levels kept"),
    "quality": mark("Quality"),
    "utilisation": mark("Utilisation"),
    "margin": mark("Margin"),
}
"""Sheet -> its title."""

COLUMNS = {
    "day": mark("Day"),
    "received": mark("Received"),
    "straight_through": mark("Straight through"),
    "to_people": mark("To people"),
    "delivered": mark("Delivered"),
    "rejected": mark("Rejected"),
    "service": mark("Service"),
    "status": mark("Status"),
    "under_1d": mark("Under a day"),
    "under_2d": mark("1 to 2 days"),
    "under_5d": mark("2 to 5 days"),
    "under_10d": mark("5 to 10 days"),
    "over_10d": mark("Over 10 days"),
    "open": mark("Open"),
    "oldest": mark("Oldest"),
    "item": mark("Item"),
    "reference": mark("Reference"),
    "task": mark("Task"),
    "person": mark("Person"),
    "clock": mark("Clock"),
    "due": mark("Due"),
    "state": mark("State"),
    "month": mark("Month"),
    "met": mark("In time"),
    "missed": mark("Late"),
    "share": mark("Share"),
    "target": mark("Target"),
    "straight_share": mark("Straight-through share"),
    "respond_missed": mark("Answered late"),
    "resolve_missed": mark("Resolved late"),
    "stopped": mark("Stopped"),
    "refused": mark("Refused assignments"),
    "given_up": mark("Given up"),
    "name": mark("Name"),
    "tasks": mark("Tasks done"),
    "worked": mark("Hours worked on items"),
    "on_shift": mark("Hours on shift"),
    "fees": mark("Fees"),
    "credits": mark("Credits"),
    "labour": mark("Labour"),
    "overhead": mark("Overhead"),
    "margin": mark("Margin"),
}
"""Column -> its head."""

STATES = {
    "overdue": mark("overdue"),
    "within_the_hour": mark("within the hour"),
    "today": mark("today"),
}
"""How near a task's due instant is."""
