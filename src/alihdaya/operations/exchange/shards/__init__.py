"""Messages and signals between the shards of a database: through the sender's tables, once in effect."""
