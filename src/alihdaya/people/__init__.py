"""The people: employment, tests, certificates, shifts, and the gate: no certificate, no routing."""
