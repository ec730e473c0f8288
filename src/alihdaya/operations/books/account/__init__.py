"""The life of engagement, invoice and payment after the signing: every step a fact of the log."""
