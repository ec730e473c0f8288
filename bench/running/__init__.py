"""One small process, run by every engine of the bench: its rows, its models, and who runs them."""
