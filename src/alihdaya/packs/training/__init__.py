"""The sample pack: training, from enrolment to certificate. It holds data only; README.md says what it is."""
