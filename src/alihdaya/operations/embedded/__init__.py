"""The engine by itself, durable, inside another program: one object, one file or one PostgreSQL database.

No gate, no queue, no service levels, no invoices: instances, what they wait for, and their history.
"""

from alihdaya.operations.embedded.embedded import Embedded
from alihdaya.operations.embedded.reading import Moment, OpenWait
from alihdaya.operations.embedded.works import Act, Begin, Message, Outcome, Signal, Work

__all__ = ["Act", "Begin", "Embedded", "Message", "Moment", "OpenWait", "Outcome", "Signal", "Work"]
