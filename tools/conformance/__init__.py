"""The conformance suite: what the standards ask of ring 0, measured on the plant's physics."""
