"""What a laptop says to a box and hears of it: over USB, a TCP bridge, or a simulated box."""
