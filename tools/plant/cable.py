"""The charging cable: its conductors and the PP resistor in its plug, IEC 61851-1 Annex B."""

PP_NOMINAL_OHM = {13: 1_500, 20: 680, 32: 220, 63: 100}
PP_OPEN_OHM = 30_000  # what the wallbox reads with nothing on its PP contact


class Cable:
    """A cable with a plug on the wallbox's end, or `tethered`: fixed there, without PP.

    `rating_a` is 13, 20, 32 or 63 (KeyError otherwise), `pp_error_pm` the resistor's error in
    1/1000. Faults are attributes: `cp_cut` (CP conductor broken), `pe_cut` (PE broken in it: the
    pilot has no way back, the PP resistor in the plug is not touched), `cp_pe_ohm` (what lies
    between CP and PE: None nothing, 0 a short), `pp_ohm` itself (0 short, None no contact),
    `pp_drift_pm` (a drift of the resistor in 1/1000) and `pp_cut` (the PP contact is open).
    For a contact that comes and goes see agenda.flicker.
    """

    __slots__ = (
        "cp_cut",
        "cp_pe_ohm",
        "pe_cut",
        "pp_cut",
        "pp_drift_pm",
        "pp_ohm",
        "rating_a",
        "tethered",
    )

    def __init__(self, rating_a: int = 32, *, pp_error_pm: int = 0, tethered: bool = False):
        nominal = PP_NOMINAL_OHM[rating_a]
        self.rating_a = rating_a
        self.tethered = tethered
        self.pp_ohm = None if tethered else nominal * (1000 + pp_error_pm) // 1000
        self.pp_drift_pm = 0
        self.pp_cut = False
        self.cp_cut = False
        self.pe_cut = False
        self.cp_pe_ohm: int | None = None

    def pp_seen_ohm(self) -> int:
        """What the wallbox reads on its PP contact with the plug in, at most PP_OPEN_OHM."""
        if self.pp_ohm is None or self.pp_cut:
            return PP_OPEN_OHM
        if not self.pp_drift_pm:
            return self.pp_ohm
        return min(PP_OPEN_OHM, self.pp_ohm * (1_000 + self.pp_drift_pm) // 1_000)
