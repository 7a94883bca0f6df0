"""Steps of commissioning on the way to the operator: Wi-Fi, the broker, the time."""

import asyncio

_WAIT_S = 25  # a join takes up to 20
_JOINING = ("joining", "off", "")
_WIFI = {"wrong-key": "wifi-key", "not-found": "wifi-name", "no-address": "wifi-address"}


async def _wifi(con):
    """Whichever network it is; only Wi-Fi has decibels."""
    hal = con.app.hal
    by, address, dbm, reason = hal.network()
    for _ in range(_WAIT_S):
        if not by or address or reason not in _JOINING:
            break
        await asyncio.sleep(1)
        by, address, dbm, reason = hal.network()
    values = {"network": by or "-", "address": address or "-"}
    values["dBm"] = "n/a" if dbm is None and (address or not by) else dbm
    if by and address:
        return values, ""
    if not con.app.config["wifi_ssid"] and by != "ethernet":
        return values, "wifi-none"
    values["reason"] = reason or "-"
    return values, _WIFI.get(reason, "wifi")


async def _broker(con):
    link, config = con.app.link, con.app.config
    if not link:
        return {"connected": None}, "broker-none"
    for _ in range(_WAIT_S):
        if link.connected:
            break
        await asyncio.sleep(1)
    values = {"broker": "%s:%d" % (config["mqtt_host"], config["mqtt_port"])}
    values["connected"] = int(link.connected)
    if not link.connected:
        values["reason"] = link.reason or "-"
    return values, ""


async def _time(con):
    unix, quality = con.app.hal.clock()
    return {"unix": unix, "clock": quality}, ""


MEASURES = {"wifi": _wifi, "broker": _broker, "time": _time}
