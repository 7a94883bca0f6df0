"""Long runs against mosquitto: the client alone at its fastest, and a whole box for minutes."""
