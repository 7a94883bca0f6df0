"""Time in the plant: integer microseconds since the world began."""

NEVER_US = 1 << 62  # due time of a timer that is not set
US_PER_MS = 1_000
