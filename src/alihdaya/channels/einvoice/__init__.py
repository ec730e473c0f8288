"""EN 16931 invoices as files: UBL 2.1, UN/CEFACT CII D16B and Factur-X; written, read and checked."""
