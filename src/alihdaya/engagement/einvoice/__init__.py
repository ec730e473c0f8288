"""Invoices as EN 16931-1:2017 documents: the core invoice, its totals, and the check of its business rules."""
