"""The life of an engagement after its signing: amendments, closed invoices, disputes, credit notes and payments."""
