"""One file a step, for ever as it was."""
