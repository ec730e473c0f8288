"""The business rules of EN 16931-1 (clause 6.4 and annex B), checked on an invoice that somebody sent.

Written from the standard's rules; where UBL and CII word a rule differently, the wording of the syntax at hand holds.
"""
