"""A release, the same bytes from the same commit wherever it is made: `make release`."""
