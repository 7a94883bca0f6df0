"""Charging records outside the box: read, verified, shown, exported, signed."""
