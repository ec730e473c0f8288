"""Who may write: one process to a file or schema; of many nodes over one database, the holder of a shard's lease."""
