"""Nodes killed and cut off at random over one PostgreSQL: nothing lost, nothing done twice. `python -m bench.chaos`."""
