"""What the firmware weighs on a Pico W, compiled as it is deployed: bytes a room, and all."""

from rig.mpy import rooms, slot

from .figure import Figure

_BUDGET_BYTES = 75_776  # 74 KB resident: what leaves the heap of docs/performance.md
# Unloaded after the start, or seldom in the heap at all.
_ON_DEMAND = tuple(
    f"pilotwire/{name}.mpy"
    for name in (
        "address",
        "config",
        "console/changes",
        "console/editor",
        "console/login",
        "console/parts",
        "console/shell",
        "console/shows",
        "console/table",
        "energy/guests",
        "energy/mapfile",
        "energy/order",
        "energy/plausible",
        "energy/scan",
        "energy/tariff",
        "energy/tarifffile",
        "hal/buses",
        "hal/ethernet",
        "hal/lamp",
        "hal/lock_motor",
        "hal/networks",
        "hal/rp2_ethernet",
        "hal/rp2_network",
        "hal/rs485",
        "link/arguments",
        "link/discovery",
        "link/info",
        "link/local",
        "link/names",
        "link/ntp",
        "link/patience",
        "link/pieces",
        "link/route",
        "link/tls",
        "once",
        "orders/settings",
        "orders/upkeep",
        "orders/why",
        "pilot/tap",
        "power/delay",
        "power/derating",
        "power/gridcare",
        "power/phases",
        "power/plan",
        "power/planned",
        "power/regulation",
        "power/schedule",
        "power/sites",
        "power/slopes",
        "power/solar",
        "power/steady",
        "record/fram",
        "record/recovery",
        "record/trace",
        "udp",
        "windows",
        "zone",
    )
)


def figures() -> list[Figure]:
    """One line a room and one for the sum. Raises rig.mpy.BuildError."""
    files = slot("pico_w")
    found = rooms({name: data for name, data in files.items() if name not in _ON_DEMAND})
    found["on_demand"] = sum(len(files[name]) for name in _ON_DEMAND)
    resident = sum(found.values()) - found["on_demand"]
    lines: list[Figure] = [
        (f"mpy_{room}_bytes", size, "bytes", _BUDGET_BYTES) for room, size in sorted(found.items())
    ]
    return [*lines, ("mpy_resident_bytes", resident, "bytes", _BUDGET_BYTES)]
