"""Payroll of a client's staff. It holds data only; README.md says what it is."""
