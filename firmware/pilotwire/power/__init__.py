"""Ring 1: the limits of the current, each a lease with a source, an expiry and a fallback."""
