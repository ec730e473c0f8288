"""The workplace: where people are present, take what rings, fill in the forms of tasks, and supervisors see the queue.

What is done here are the commands of the API and the command line, carried out by the same writer behind the same gate.
"""
