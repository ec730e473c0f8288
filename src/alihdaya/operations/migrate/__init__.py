"""Versions of definitions, and items under way that go over from one to another."""
