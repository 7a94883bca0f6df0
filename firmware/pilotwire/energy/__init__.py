"""The energy meter: Modbus RTU master (rtu.py), register maps (regmap.py), poller (meter.py)."""
