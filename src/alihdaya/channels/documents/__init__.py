"""What goes out to a client beside the results: documents to read, payments for the bank, a journal for the ledger."""
