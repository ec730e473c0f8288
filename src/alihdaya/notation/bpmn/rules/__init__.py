"""The rules of BPMN 2.0.2 that a file has to keep, each with its clause, over a typed view of the whole file."""
