"""The configuration: one JSON file of flat keys, checked on load against the table below.

An unknown key, a wrong type or a value out of range is refused with the key's name and the
range; then the last good configuration is used, and without one the defaults, which charge
nothing (`limit_ma` 0).
"""

import json
import os
from binascii import hexlify
from hashlib import sha256

from micropython import const

from . import zone

_LONGEST = const(4_096)  # bytes; more than every key at its longest, less than a board's heap

# key: (default, least, most) for integers and lengths of text, or (default, choices).
KEYS = {
    "id": ("pilotwire", 1, 20),
    "limit_ma": (0, 0, 80_000),
    "phases": (3, (1, 3)),  # of the supply, if fewer than the board has
    "profile": ("iec61851", ("iec61851", "gbt18487")),
    "cable_ma": (0, 0, 80_000),  # rating of a fixed cable; 0: a socket with a proximity pilot
    "simplified_ma": (0, 0, 32_000),  # the most for a vehicle without S2; 0: as the profile has it
    "ventilated": (False, (False, True)),  # vehicles that ask for ventilation (state D) may charge
    "wake": ("f", ("", "f", "x1")),  # one that sleeps is called by state F, by a pause, or not
    "restart_s": (1, 1, 3_600),  # the contactor stays open for so long
    "mains_ok_s": (5, 0, 3_600),  # the mains must be in range for so long before it closes
    "undervoltage_v": (184, 80, 230),
    "overvoltage_v": (264, 230, 300),
    "trip_c": (85, 40, 125),  # the hottest sensor opens the contactor
    "authorise": ("free", ("free", "remote", "windows")),  # windows: guests.json says when
    "operator_ttl_s": (3_600, 1, 432_000),  # a limit that names no expiry lives so long
    "operator_fallback_ma": (6_000, 0, 80_000),
    "site_ma": (-1, -1, 80_000),  # its share of a connection, until and after the site; -1: none
    "solar": ("", ("", "surplus", "minimum")),  # minimum: 6 A always, and more with the sun
    "solar_start_w": (0, 0, 5_000),  # so much more than 6 A take must be over for a start
    "solar_stop_w": (500, 0, 5_000),  # so much less than they take is borne
    "vehicle_phases": (3, (1, 2, 3)),  # that it draws on, until it is seen
    "start_ma": (6_000, 6_000, 16_000),  # less does not start the vehicle
    "interruptions": (8, 0, 100),  # by the sun, a charge; 0: any number
    "phase_pause_s": (600, 60, 3_600),  # between one phase and three
    "imbalance_ma": (0, 0, 32_000),  # the most that a phase may draw above the least; 0: any
    "random_delay_s": (0, 0, 1_800),  # the most that starts and steps up wait by chance
    "climate": ("", 0, 16),  # of power/sites.jsonl, or of the root's; empty: no derating
    "grid_code": ("", 0, 16),  # of the same; empty: frequency and voltage reduce nothing
    "grid_delay_s": (600, 0, 1_800),  # the most that the return after that is delayed by chance
    "dim_w": (
        0,
        0,
        50_000,
    ),  # all phases together, while dimming is ordered; 0: it cannot be
    "dim_address": (0, 0, 247),  # of what holds the register that orders it; 0: none
    "dim_register": (0, 0, 65_535),
    "meter": ("sdm630", 0, 16),  # of energy/maps, or custom: meter.json; empty: none
    "meter_address": (0, 0, 247),  # 0: the map's, as the factory sets it
    "meter_baud": (0, (0, 1_200, 2_400, 4_800, 9_600, 19_200, 38_400, 57_600, 115_200)),
    "meter_parity": ("", ("", "N", "E", "O")),
    "meter_number": ("", 0, 16),  # on its plate, for records, where it does not tell
    "meter_required": ("billed", ("never", "billed", "always")),  # charges that want readings
    "co2_instead_g_kwh": (0, 0, 10_000),  # what a kWh saves elsewhere, and what it costs the grid
    "co2_grid_g_kwh": (0, 0, 10_000),
    "grid_meter": ("", 0, 16),  # at the connection point; its bus has the meter's settings
    "grid_address": (2, 1, 247),
    "grid_bus": (1, (1, 2)),  # 1: the meter's own
    "wifi_ssid": ("", 0, 32),  # empty: no network
    "wifi_key": ("", 0, 63),
    "wifi_ssid2": ("", 0, 32),
    "wifi_key2": ("", 0, 63),
    "wifi_ssid3": ("", 0, 32),
    "wifi_key3": ("", 0, 63),
    "wifi_country": ("", 0, 2),
    "wifi_ip": ("", 0, 60),  # empty: DHCP
    "mqtt_host": ("", 0, 128),  # empty: no link
    "mqtt_port": (1_883, 1, 65_535),
    "mqtt_user": ("", 0, 64),
    "mqtt_password": ("", 0, 128),
    "mqtt_tls": ("off", ("off", "on")),  # on: ca.der in the root
    "mqtt_keepalive_s": (30, 5, 600),
    "mqtt_profile": ("local", ("local", "operator")),
    "mqtt_spread_s": (600, 0, 3_600),  # boxes that have lost one broker come back within so long
    "heartbeat_s": (0, 0, 3_600),  # 0: the profile's, like tele_s
    "tele_s": (0, 0, 3_600),
    "log_level": ("warning", ("off", "error", "warning", "info", "debug")),
    "snapshots": (True, (False, True)),  # of what ring 0 told around a fault
    "button": (True, (False, True)),  # at the box, where the board has one
    "local_ttl_s": (0, 0, 86_400),  # how long a local manager's word holds; 0: nobody listens
    "local_fallback_ma": (6_000, 0, 80_000),
    "ha_prefix": ("", 0, 32),  # Home Assistant's discovery topic; empty: off
    "ntp_host": ("", 0, 64),  # empty: nobody is asked
    "zone": ("", 0, 40),  # see zone.py; empty: UTC
    "location": ("", 0, 40),  # for people, like the three that follow
    "bay": ("", 0, 20),
    "hours": ("", 0, 40),
    "price": ("", 0, 40),
    "lang": ("en", ("en", "zh")),  # of the console
}


class ConfigError(ValueError):
    """One key is wrong; the text names it and the allowed range."""


def _check(key, value):
    if key not in KEYS:
        raise ConfigError("%.40s: unknown key" % repr(key).strip("'"))  # printable, whatever it is
    row = KEYS[key]
    kind = type(row[0])
    if type(value) is not kind:
        raise ConfigError("%s: %s wanted, not %s" % (key, kind.__name__, type(value).__name__))
    if len(row) == 2:
        if value not in row[1]:
            choices = ", ".join([json.dumps(choice) for choice in row[1]])
            raise ConfigError("%s: %.40r is none of %s" % (key, value, choices))
    elif kind is str:
        if not row[1] <= len(value) <= row[2]:
            raise ConfigError("%s: %d to %d characters wanted" % (key, row[1], row[2]))
        if any(c < " " or "\ud800" <= c <= "\udfff" for c in value):
            raise ConfigError("%s: a control character or half a surrogate pair" % key)
    elif not row[1] <= value <= row[2]:
        raise ConfigError("%s: %.40r is outside %d to %d" % (key, value, row[1], row[2]))


def check(values, rated_ma=80_000):
    """The whole configuration as a dict, defaults filled in. Raises ConfigError."""
    if type(values) is not dict:
        raise ConfigError("configuration: an object of keys wanted")
    for key in values:
        _check(key, values[key])
    config = {key: values.get(key, KEYS[key][0]) for key in KEYS}
    if config["limit_ma"] > rated_ma:
        text = "limit_ma: %d is above the board's rating of %d"
        raise ConfigError(text % (config["limit_ma"], rated_ma))
    if not all(c < "\x80" and (c.isalpha() or c.isdigit() or c in "-_") for c in config["id"]):
        raise ConfigError("id: letters, digits, - and _ wanted")  # it is part of MQTT topics
    if config["profile"] == "gbt18487" and not config["cable_ma"]:
        # GB/T 18487.1-2023 has no rating in the socket's CC: the installer names it.
        raise ConfigError("cable_ma: gbt18487 wants the cable's rating")
    try:
        zone.parse(config["zone"])
    except ValueError as error:
        raise ConfigError(error.args[0]) from None
    return config


def parse(text, rated_ma=80_000):
    """`check` of JSON text (bytes). Raises ConfigError."""
    if len(text) > _LONGEST:
        raise ConfigError("configuration: more than %d bytes" % _LONGEST)
    try:
        values = json.loads(text)
    except (ValueError, RuntimeError, MemoryError):  # the latter two: nested too deeply
        raise ConfigError("configuration: not JSON") from None
    return check(values, rated_ma)


def load(root, rated_ma):
    """(configuration, complaint, digest): `root`/config.json, the last good one, or defaults.

    The complaint is "" or says what was refused; the digest names the file in records, "" for the
    defaults. A good file becomes the last good one; call this while the contactor is open,
    because that writes flash.
    """
    complaint = ""
    last = _read(root + "/config.good.json")
    text = _read(root + "/config.json")
    if text is None:
        complaint = "config.json: missing"
    else:
        try:
            config = parse(text, rated_ma)
        except ConfigError as error:
            complaint = error.args[0]
        else:
            if text != last and not _keep(root, text):
                complaint = "config.good.json: could not be written"
            return config, complaint, _digest(text)
    if last is not None:
        try:
            return parse(last, rated_ma), complaint, _digest(last)
        except ConfigError as error:
            complaint += "; last good: " + error.args[0]
    return check({}, rated_ma), complaint, ""


def _digest(text):
    return hexlify(sha256(text).digest()[:4]).decode()


def _read(path):
    try:
        with open(path, "rb") as file:
            return file.read(_LONGEST + 1)
    except OSError:
        return None


def _keep(root, text):
    """Whether `text` is the last good one now: a full flash keeps no box from starting."""
    new = root + "/config.new.json"
    try:
        with open(new, "wb") as file:
            file.write(text)
        os.rename(new, root + "/config.good.json")
    except OSError:
        return False
    return True
