"""What the firmware tells Home Assistant, held against Home Assistant itself: `make check-ha`."""
