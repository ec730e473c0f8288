"""The engagement between a client and a provider: terms, shore, calendar, SLA clock, rate card, invoice, margin."""
