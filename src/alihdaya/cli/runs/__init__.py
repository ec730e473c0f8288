"""Commands that take a whole file: the demo, a run of one's own, and the papers that it leaves."""
