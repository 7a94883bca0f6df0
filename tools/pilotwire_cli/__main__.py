"""`python -m pilotwire_cli`: the command `pilotwire`, where its script is not installed."""

from .main import app

app(prog_name="pilotwire")
