"""The engine by itself, durable, inside another program: one object, one file or one PostgreSQL database.

No gate, no queue, no service levels, no invoices: instances, what they wait for, and their history.
"""

from alihdaya.embedded.embedded import Embedded
from alihdaya.embedded.reading import Moment, OpenWait
from alihdaya.embedded.works import Act, Begin, Message, Outcome, Signal, Work

__all__ = ["Act", "Begin", "Embedded", "Message", "Moment", "OpenWait", "Outcome", "Signal", "Work"]
