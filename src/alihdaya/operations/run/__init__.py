"""A whole file through the flow: its rows in, the rehearsed work of people, committed in groups."""
