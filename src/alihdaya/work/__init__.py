"""Work for people: the task, the queue, and who gets what."""
