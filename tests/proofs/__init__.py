"""The proofs, full form against real processes (./run prove) by id."""
