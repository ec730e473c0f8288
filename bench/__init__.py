"""Measurements that anybody can repeat: `make bench NAME=spine`. Never part of the tests."""
