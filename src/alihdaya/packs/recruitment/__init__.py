"""The sample pack: recruitment with tests of writing and speaking. README.md says what it is, and what it is not."""
