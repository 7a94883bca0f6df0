"""Figures against their limits, one `name value unit limit` line each: `python -m bench`."""
