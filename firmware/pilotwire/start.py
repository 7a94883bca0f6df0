"""What a box's files and its board's data say, as the rooms want it. Loads for the start, and for
another tariff."""

from .loading import unload
from .pilot import settings
from .record.segments import read_file

_WAKE = {"": settings.WAKE_NOT, "f": settings.WAKE_F, "x1": settings.WAKE_X1}
# Keys that want power/regulation.py.
_REGULATED = ("climate", "grid_code", "dim_w", "random_delay_s", "solar", "imbalance_ma")
_SEALS = ("/seal.json", "/seal.good.json", "/report.json")


def configuration(hal):
    """(configuration, complaint, digest), see config.py; where there is a seal, as that has it."""
    from .config import load

    config, complaint, digest = load(hal.root, hal.board["rated_ma"])
    if any(read_file(hal.root + name, 1) for name in _SEALS):
        from .record.seal import hold

        config, complaint = hold(hal.root, config, complaint)
        unload("record.seal")
    unload("config", "zone")
    hal.board["phases"] = min(hal.board["phases"], config["phases"])
    return config, complaint, digest


def guard_settings(config, board, metered):
    """What the configuration and the board's data are to ring 0."""
    outputs = board["outputs"]
    own = {
        "profile": config["profile"],
        "cable_ma": config["cable_ma"],
        "phases": board["phases"],
        "switches_phases": bool(outputs["three_phases"]),
        "lock": bool(outputs["lock"]) and not config["cable_ma"],
        "rcd_test": bool(outputs["rcd_test"]),
        "ventilated": config["ventilated"],
        "wake": _WAKE[config["wake"]],
        "metered": metered,
        "restart_ms": config["restart_s"] * 1000,
        "mains_ms": config["mains_ok_s"] * 1000,
        "under_mv": config["undervoltage_v"] * 1000,
        "over_mv": config["overvoltage_v"] * 1000,
        "trip_dc": config["trip_c"] * 10,
    }
    if config["simplified_ma"]:
        own["simplified_ma"] = config["simplified_ma"]
    return settings.Settings(**own)


def changes(hal):
    """The Changes that snapshots are made of."""
    from .record.changes import Changes

    return Changes(hal.clock)


def daylight_rule(config):
    """That of the key `zone`, see zone.py."""
    from .zone import parse

    rule = parse(config["zone"])
    unload("zone")
    return rule


def tariff(hal, may_split):
    """(Tariff or None, complaint), see energy/tarifffile.py."""
    if not read_file(hal.root + "/tariff.json", 1):
        return None, ""
    from .energy.tarifffile import TariffError, load

    try:
        found = load(hal.root, may_split), ""
    except TariffError as error:
        found = None, "tariff: " + error.args[0]
    unload("energy.tarifffile", "zone")
    return found


def is_regulated(hal, config):
    """Whether a key of the configuration, or a plan, wants power/regulation.py."""
    return any(config[key] for key in _REGULATED) or read_file(hal.root + "/plan.json", 1)


def find_fram(hal):
    """The Fram on the board's I2C, or None."""
    from .record.fram import find

    found = find(hal.i2c())
    if not found:
        unload("record.fram")
    return found


def find_meters(app):
    """(Meters, coroutine functions that poll them); a contact that one has is heard too."""
    from .energy.meters import Meters

    config = app.config
    meters = Meters(app.hal, config, ("frequency_mhz",) if config["grid_code"] else ())
    if app.regulation and config["dim_address"]:
        from .energy.order import add

        address, register = config["dim_address"], config["dim_register"]
        app.regulation.listen(add(meters, address, register, app.hal.ticks_ms))
        unload("energy.order")
    return meters, meters.jobs()
