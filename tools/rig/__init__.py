"""A whole box on a desk: the firmware as a real process, plant, meter and broker."""
