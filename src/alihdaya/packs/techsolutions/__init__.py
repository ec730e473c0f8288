"""The sample pack: changes of technical systems, undone where they fail. It holds data only; see README.md."""
