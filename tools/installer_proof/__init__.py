"""Commissioning driven by a person at a pseudo-terminal, on a plant wired right or wrong."""
