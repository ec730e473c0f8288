"""The flow, one file a station: the only writer of the log; it reads the clock and mints ids."""
