"""What is worked out from the log afterwards: a month's invoices, and the proof that the tables follow from it."""
