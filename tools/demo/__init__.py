"""One charging session to watch: `pilotwire demo`."""
