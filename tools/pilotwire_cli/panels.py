"""The commands as `pilotwire --help` and docs/cli.md show them: what for, and in which order."""

PANELS = {
    "Without hardware": ("demo", "sim", "box"),
    "A box": ("console", "watch", "why", "logs", "trace", "devices", "config"),
    "To install one": ("doctor", "flash", "board", "meter", "provision", "commission"),
    "To operate many": ("backend", "site", "records"),
    "Answers that need no box": ("plan", "schedule", "zone", "token", "replay"),
}
