"""Runners of published conformance suites; the suites themselves are not part of the project."""
