"""Rings 1 and 2: what an operator can order, beside the limits of power/. Most loads on demand."""
