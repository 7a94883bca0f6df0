"""The command line `pilotwire`."""
