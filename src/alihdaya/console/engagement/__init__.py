"""What people see of an engagement: its months and invoices, what is behind their lines, and items' clocks."""
