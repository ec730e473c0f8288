"""A node: the server process that holds shards, each with its one writer, and lets their time run."""
