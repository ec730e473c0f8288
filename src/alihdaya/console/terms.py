"""What the codes of models, events and the trade are called: code -> message of the catalogue."""

from alihdaya.console.words import mark

TERMS = {
    "respond": mark("Response"),
    "resolve": mark("Resolution"),
    "onshore": mark("onshore"),
    "nearshore": mark("nearshore"),
    "offshore": mark("offshore"),
    "waiting": mark("with people"),
    "running": mark("under way"),
    "delivered": mark("delivered"),
    "stopped": mark("stopped"),
    "suspended": mark("suspended"),
    "cancelled": mark("cancelled"),
    "writing": mark("writing"),
    "spoken": mark("spoken"),
    "certificate": mark("certificate"),
    "writing en": mark("writing test, English"),
    "writing id": mark("writing test, Indonesian"),
    "valid": mark("valid"),
    "missing": mark("missing"),
    "expired": mark("expired"),
    "withdrawn": mark("withdrawn"),
    "failed": mark("failed"),
    "completed": mark("completed"),
    "en": mark("English"),
    "id": mark("Indonesian"),
    "nl": mark("Dutch"),
    "jv": mark("Javanese"),
}
"""Words of models and of the trade, in lower case."""

TITLES = {
    "engagement.signed": mark("Engagement signed"),
    "pack.deployed": mark("Pack deployed"),
    "source.opened": mark("File opened"),
    "row.rejected": mark("Row rejected"),
    "person.joined": mark("Person joined"),
    "test.taken": mark("Test taken"),
    "certificate.issued": mark("Certificate issued"),
    "certificate.withdrawn": mark("Certificate withdrawn"),
    "engine.started": mark("The process began"),
    "engine.moved": mark("Went on in the process"),
    "engine.token_moved": mark("Moved by hand to another place"),
    "engine.split": mark("Went on along several ways"),
    "engine.joined": mark("The ways met again"),
    "engine.token_ended": mark("One way ended"),
    "engine.boundary_taken": mark("Left the task by an exception"),
    "engine.variables_set": mark("Facts noted"),
    "engine.task_offered": mark("A person is needed"),
    "engine.task_closed": mark("The task is closed"),
    "engine.job_offered": mark("A program is needed"),
    "engine.job_closed": mark("The program is done"),
    "engine.timer_set": mark("A timer was set"),
    "engine.timer_fired": mark("The time is up"),
    "engine.timer_cancelled": mark("The timer is off"),
    "engine.message_awaited": mark("Waits for a message"),
    "engine.message_correlated": mark("The message came"),
    "engine.message_cancelled": mark("No message is awaited any more"),
    "engine.error_caught": mark("An error was caught"),
    "engine.incident_raised": mark("Stopped, somebody must look"),
    "engine.incident_cleared": mark("Goes on after the incident"),
    "engine.ended": mark("The process ended"),
    "engine.cancelled": mark("The process was cancelled"),
    "item.resumed": mark("Goes on after it was suspended"),
}
"""Events that need no sentence of their own."""

MINOR = frozenset(
    {
        "engine.started",
        "engine.moved",
        "engine.split",
        "engine.joined",
        "engine.token_ended",
        "engine.variables_set",
        "engine.task_offered",
        "engine.task_closed",
        "engine.timer_set",
        "engine.timer_cancelled",
        "engine.message_cancelled",
        "engine.ended",
    }
)
"""Steps of the engine that a reader wants only on demand."""
