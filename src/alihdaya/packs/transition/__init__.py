"""The sample pack: a function that goes over to a provider, every post settled. It holds data only; see README.md."""
