"""The routing bench: a generator of people and work, our floor on a store, a naive scan, and an exact assignment."""
