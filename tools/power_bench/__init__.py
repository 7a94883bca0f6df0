"""Whole days of orderly charging against the sun and against prices: `make power-bench`."""
