"""What is behind an invoice's lines: any page of it at once, however much a month holds."""
