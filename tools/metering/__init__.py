"""A meter at the laptop's own serial port: found and read by the firmware's code."""
