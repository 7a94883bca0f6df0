"""The control pilot as a circuit: IEC 61851-1 Annex A, figure A.1.

A source behind R1 feeds the CP conductor; from there the car's diode and resistors lead to PE,
and a damaged cable may lead there too.
"""


def parallel_ohm(a_ohm: float, b_ohm: float) -> float:
    """Two resistors side by side, both above 0."""
    return a_ohm * b_ohm / (a_ohm + b_ohm)


def node_mv(
    source_mv: int,
    r1_ohm: int,
    load_ohm: float | None = None,
    diode_mv: int | None = None,
    leak_ohm: int | None = None,
) -> int:
    """Voltage of the CP conductor against PE, for one plateau of the generator.

    `load_ohm` is what the car puts behind its diode (None: no car). `diode_mv` is the drop of
    the diode, which conducts on the positive side only (None: shorted, conducts both ways).
    `leak_ohm` lies between CP and PE (None: sound cable, 0: short).
    """
    if leak_ohm == 0:
        return 0
    volts: float = source_mv
    behind_ohm: float = r1_ohm
    if leak_ohm is not None:  # Thevenin's equivalent of source, R1 and leak
        volts = source_mv * leak_ohm / (r1_ohm + leak_ohm)
        behind_ohm = parallel_ohm(r1_ohm, leak_ohm)
    if load_ohm is None:
        return round(volts)
    if diode_mv is None:
        return round(volts * load_ohm / (behind_ohm + load_ohm))
    if volts <= diode_mv:
        return round(volts)
    return round(diode_mv + (volts - diode_mv) * load_ohm / (behind_ohm + load_ohm))
