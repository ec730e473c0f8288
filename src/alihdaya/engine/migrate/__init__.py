"""Migration: a running instance goes on in another version of its model, where each place has a counterpart."""

from alihdaya.engine.migrate.carry import migrate
from alihdaya.engine.migrate.fit import places
from alihdaya.engine.migrate.route import Route, make_route, unknown_names

__all__ = ["Route", "make_route", "migrate", "places", "unknown_names"]
