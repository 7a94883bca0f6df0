"""Temperature and humidity, as the wallbox's sensors report them."""

# What a divider with an NTC gives for a broken and a shorted sensor: beyond any temperature that
# a wallbox can have, on the cold and on the hot side. The same for the humidity, beyond 0..1000.
OPEN_DECI_C = -1_000
SHORT_DECI_C = 3_000
OPEN_PM = -1
SHORT_PM = 1_001


class Sensor:
    """`value` is the truth; faults are attributes: `open` (a broken wire) and `shorted`."""

    __slots__ = ("_if_open", "_if_shorted", "open", "shorted", "value")

    def __init__(self, value: int, if_open: int, if_shorted: int):
        self.value = value
        self.open = False
        self.shorted = False
        self._if_open = if_open
        self._if_shorted = if_shorted

    @property
    def reading(self) -> int:
        """The value, or the reading of a spoilt sensor."""
        if self.open:
            return self._if_open
        return self._if_shorted if self.shorted else self.value


class Climate:
    """`box` and `plug` are temperatures in 1/10 degC, `humidity` inside the box in 1/1000."""

    __slots__ = ("box", "humidity", "plug")

    def __init__(self) -> None:
        self.box = Sensor(250, OPEN_DECI_C, SHORT_DECI_C)  # a mild day, typical
        self.plug = Sensor(250, OPEN_DECI_C, SHORT_DECI_C)
        self.humidity = Sensor(500, OPEN_PM, SHORT_PM)
