"""The operator's side of MQTT: one who listens to a box, commands it and confirms its records."""
