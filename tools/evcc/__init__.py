"""evcc against a box: its control loop and its plugins, as far as our integration uses them."""
