"""When to charge, worked out on a computer: `pilotwire plan` and `pilotwire schedule`."""
