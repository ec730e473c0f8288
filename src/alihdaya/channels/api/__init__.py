"""The HTTP API of a node: work in, people's acts, messages, and how items stand."""
