"""Ring 0 by itself on the plant: what must hold of it, and all that may happen to it."""
