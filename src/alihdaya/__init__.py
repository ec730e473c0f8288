"""Alihdaya: the open delivery platform on which an outsourcing provider runs its whole trade."""

__version__ = "0.1.0"
