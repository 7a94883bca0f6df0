"""What docs/porting.md types to see a core hang does what the page says, on an emulated board."""

import re

from on_chip.box import HOLD_MS, Box, tree
from rig.interpreter import ROOT

PAGE = (ROOT / "docs" / "porting.md").read_text()
TYPED = re.search(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
TOKEN_MS = 50
LATE_MS = 300  # the console's and the timer's


def test_the_lamp_shines_for_two_seconds_and_then_no_longer_than_the_dead_man_holds(boot):
    box = Box(boot, tree(main=b"", watchdog_ms=8_000))
    box.board.console.start(TYPED[1])
    box.board.run_until(lambda: box.closed, 5_000, "the lamp")
    box.board.run_ms(1_900)
    assert box.closed
    assert box.opens_within(2_000) <= LATE_MS + TOKEN_MS + HOLD_MS
