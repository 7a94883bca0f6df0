"""Whether a reading can be true: for commissioning, where a wrong map or word order shows.

Loaded on demand.
"""

_VOLTS = (80_000, 300_000)  # mV of a phase that is there
_DEAD_MV = 20_000  # of one that is not connected
_HERTZ = (45_000, 65_000)  # mHz
_MOST_MA = 1_000_000
_LOAD_MW = 50_000  # less is in the meter's own tolerance
_TENTHS = 1  # that P may be off U * I * PF


def checks(reading):
    """{what: whether it is plausible} of a Reading; only what the meter has is judged.

    `voltage` one phase at 80 to 300 V and none between that and 20 V, `frequency` 45 to 65 Hz,
    `power-factor` within -1 and 1, `current` up to 1,000 A, `power` within a tenth of U * I * PF.
    """
    found = {}
    volts = [abs(mv) for mv in reading.voltage_mv if mv is not None]
    if volts:
        least, most = _VOLTS
        sound = [mv < _DEAD_MV or least <= mv <= most for mv in volts]
        found["voltage"] = all(sound) and max(volts) >= least
    if reading.frequency_mhz is not None:
        found["frequency"] = _HERTZ[0] <= reading.frequency_mhz <= _HERTZ[1]
    if reading.power_factor_pm is not None:
        found["power-factor"] = -1_000 <= reading.power_factor_pm <= 1_000
    amps = [abs(ma) for ma in reading.current_ma if ma is not None]
    if amps:
        found["current"] = max(amps) <= _MOST_MA
    if volts and len(amps) == len(volts) and reading.power_mw is not None:
        apparent_mw = sum([mv * ma // 1_000 for mv, ma in zip(volts, amps)])
        found["power"] = _fits(abs(reading.power_mw), apparent_mw, reading.power_factor_pm)
    return found


def _fits(power_mw, apparent_mw, power_factor_pm):
    if power_factor_pm is None:  # then it can only be less
        return power_mw <= apparent_mw + apparent_mw * _TENTHS // 10 + _LOAD_MW
    expected_mw = apparent_mw * abs(power_factor_pm) // 1_000
    return abs(power_mw - expected_mw) <= expected_mw * _TENTHS // 10 + _LOAD_MW
