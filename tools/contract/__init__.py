"""The MQTT contract: docs/mqtt/asyncapi.yaml, its schemas, and everything that holds them true.

What the firmware has as data is generated (`generate.py`: codes, commands, configuration), the
rest is written by hand in docs/mqtt/schemas. docs/mqtt.md is made of both (`page.py`).
"""
