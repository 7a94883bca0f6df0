"""Ring 0: voltage -> state, amps <-> duty, proximity, sequence, faults; the guard runs them."""
