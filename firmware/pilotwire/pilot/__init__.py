"""Ring 0: voltage -> state, amps <-> duty, proximity, sequence, faults, and the guard that runs them."""
