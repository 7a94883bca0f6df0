"""Ring 2: the operator's side. MQTT, topics, commands."""
