"""Commands that stay: the console, and a node of many; and the papers that a service needs."""
