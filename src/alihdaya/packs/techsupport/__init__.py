"""The sample pack: technical support in three lines. It holds data only; README.md says what it is."""
