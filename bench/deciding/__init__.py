"""The models, rows and engines of `make bench NAME=decide`; each engine is run in a process of its own."""
