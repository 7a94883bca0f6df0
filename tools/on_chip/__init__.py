"""A whole box on an emulated Pico W: the firmware compiled for it, the plant on its pins."""
