"""The floor in force: commands in groups, routed, and durable before anybody hears of them; the gate on every way."""
