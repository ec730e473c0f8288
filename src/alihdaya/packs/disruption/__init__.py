"""The sample pack: an airline's disruption desk. It holds data only; README.md says what it is."""
