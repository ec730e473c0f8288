"""Bank statements that others wrote: camt.053, MT940 and CSV, to bookings."""
