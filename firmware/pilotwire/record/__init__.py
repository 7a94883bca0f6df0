"""Ring 1: what was charged, kept until the backend has it."""
