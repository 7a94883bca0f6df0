"""Messages that nobody should send, at the firmware."""
