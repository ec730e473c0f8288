"""What becomes known of people: by a process that says so, by the roster, or by hand."""
