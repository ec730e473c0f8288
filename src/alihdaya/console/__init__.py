"""What people see: the floor on the web, the report, the invoice, the terminal; in Indonesian and English."""
