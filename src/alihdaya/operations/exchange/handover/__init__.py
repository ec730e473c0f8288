"""Between two services of one client: an item is handed over with its context, and its answer comes back."""
