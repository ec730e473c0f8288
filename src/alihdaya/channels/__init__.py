"""How work comes in and goes out: files today; mail, forms and calls as they are built."""
