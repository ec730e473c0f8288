"""The floor in force: commands in groups, routed, and durable before anybody hears of them."""

from alihdaya.operations.floor.switchboard import Answer, Switchboard

__all__ = ["Answer", "Switchboard"]
