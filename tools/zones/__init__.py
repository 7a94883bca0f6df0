"""Zone names compiled into the firmware's rules (firmware/pilotwire/zone.py, docs/clock.md)."""
