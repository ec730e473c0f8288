"""What operators do to an item under way: cancel, suspend, resume, move a token, set variables, retry; its trace."""
