"""The control pilot as an oscilloscope shows it, in box-drawing characters.

Nine rows of 3 V each: the nominal plateaus of IEC 61851-1 table A.4 fall on a row of their own.
"""

AXIS = ("+12 A", " +9 B", " +6 C", " +3 D", "  0 E", " -3  ", " -6  ", " -9  ", "-12 F")
PERIODS = 2
_TOP_MV = 12_000
_ROW_MV = 3_000


def row_of(mv: int) -> int:
    """The row of a voltage; beyond the axis, its last row."""
    return min(max(round((_TOP_MV - mv) / _ROW_MV), 0), len(AXIS) - 1)


def waveform(high_mv: int, low_mv: int, duty: int, width: int) -> list[str]:
    """Rows, from the top, of `width` columns. `duty` is 0..10_000, in 1/100 %.

    Steady, both plateaus are the same.
    """
    high, low = row_of(high_mv), row_of(low_mv)
    rows = [[" "] * width for _ in AXIS]
    levels = [_level(column, duty, width // PERIODS) for column in range(width)]
    before = levels[0]
    for column, level in enumerate(levels):
        now, then = (high if level else low), (high if before else low)
        if now == then:
            rows[now][column] = "─"
        else:
            top, bottom = min(now, then), max(now, then)
            for row in range(top + 1, bottom):
                rows[row][column] = "│"
            rows[top][column] = "┌" if now == top else "┐"
            rows[bottom][column] = "└" if now == bottom else "┘"
        before = level
    return ["".join(row) for row in rows]


def _level(column: int, duty: int, period: int) -> bool:
    """Whether the generator is high; the picture begins shortly before a rising edge."""
    wide = min(max(round(period * duty / 10_000), 1), period - 1)
    return (column - 2) % period < wide
