"""What goes between items: messages, signals, calls, and events that start items."""
