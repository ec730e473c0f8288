"""The whole system on a virtual clock: nodes, shards, people and clients, with seeded faults and checked invariants."""
