"""What is wanted once is given back to the heap, and only that."""

import sys
import unittest

from pilotwire import loading, once
from pilotwire.link import feed, info, queue, state

ON_BOARD = sys.implementation.name == "micropython"


class Forgetting(unittest.TestCase):
    def test_leaves_no_constructor_on_a_board_and_every_other_method(self):
        rows = once._BUILT
        once._BUILT = (
            ("link.queue", "Queue", "reconnected"),
            ("link.state", "", "letter"),
            ("link.not_loaded", "Nothing"),
        )
        kept = queue.Queue("t", 2)
        before = queue.Queue.__init__, queue.Queue.reconnected, state.letter
        try:
            once.forget({"outputs": {}})
            gone = queue.Queue.__init__, queue.Queue.reconnected, state.letter
            self.assertEqual(gone, (None,) * 3 if ON_BOARD else before)
            kept.add("message")  # what has been made goes on
            self.assertEqual(kept.dropped, 0)
            self.assertTrue(feed.Feed.__init__ is not None)
        finally:
            once._BUILT = rows
            queue.Queue.__init__, queue.Queue.reconnected, state.letter = before

    def test_leaves_of_the_board_what_is_asked_for_later(self):
        rows = once._BUILT
        once._BUILT = ()
        dim = {"pin": 22}
        lock = {"pin": 7, "active": 1}
        board = {
            "phases": 3,
            "pilot": {"pwm": 15},
            "inputs": {"feedback": {"pin": 17}, "tamper": None, "dim": dim},
            "outputs": {"lock": lock, "three_phases": None},
        }
        before = dict(board)
        before.update({"inputs": dict(board["inputs"]), "outputs": dict(board["outputs"])})
        slim = {
            "phases": 3,
            "inputs": {"dim": dim},
            "outputs": {"lock": True, "three_phases": False},
        }
        try:
            once.forget(board)
            self.assertEqual(board, slim if ON_BOARD else before)
        finally:
            once._BUILT = rows


class Unloading(unittest.TestCase):
    def tearDown(self):
        sys.modules["pilotwire.link.info"] = info
        sys.modules["pilotwire.link"].info = info

    def test_forgets_a_module_on_a_board_so_that_it_loads_anew(self):
        loading.unload("link.info", "link.info", "link.never_loaded")
        self.assertEqual("pilotwire.link.info" in sys.modules, not ON_BOARD)
        from pilotwire.link import info as again

        self.assertEqual(again is info, not ON_BOARD)
        self.assertEqual(again.CONTRACT, info.CONTRACT)

    def test_forgets_a_module_of_no_room_too(self):
        import pilotwire.windows as windows

        loading.unload("windows")
        self.assertEqual("pilotwire.windows" in sys.modules, not ON_BOARD)
        sys.modules["pilotwire.windows"] = windows


if __name__ == "__main__":
    unittest.main()
