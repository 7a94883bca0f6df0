"""Says which broker the system tests have used."""

from rig.broker import mosquitto


def pytest_terminal_summary(terminalreporter):
    name = "mosquitto" if mosquitto() else "amqtt (mosquitto is not installed)"
    terminalreporter.line(f"broker: {name}")
