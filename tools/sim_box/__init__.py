"""A simulated box to play with: real firmware, the plant beside it, and hands at its keys."""
