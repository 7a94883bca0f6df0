"""Messages that wait for the broker: none is lost to a connection, the oldest to want of room."""

import unittest

from pilotwire.link.queue import Queue


class Broker:
    """Gives each message the next packet id while it has `room`."""

    def __init__(self):
        self.room = 100
        self.pid = 0
        self.sent = []

    def put(self, topic, message, retain, qos):
        if not self.room:
            return None
        self.room -= 1
        self.sent.append(message)
        self.pid += 1
        self.about = topic, retain, qos
        return self.pid


class QueueTest(unittest.TestCase):
    most = 3

    def setUp(self):
        self.broker = Broker()
        self.queue = Queue("cmdres", self.most)

    def add(self, *messages):
        for message in messages:
            self.queue.add(message)

    def send(self):
        """What goes out now."""
        self.broker.sent = []
        self.queue.send(self.broker.put)
        return self.broker.sent

    def acknowledge(self):
        return self.queue.acknowledged(self.broker.pid)


class Messages(QueueTest):
    def test_go_one_after_the_other_once_each_is_acknowledged(self):
        self.add(1, 2)
        self.assertEqual((self.send(), self.send()), ([1], []))
        self.assertEqual(self.broker.about, ("cmdres", False, 1))
        self.assertTrue(self.acknowledge())
        self.assertEqual(self.send(), [2])
        self.assertTrue(self.acknowledge())
        self.assertEqual(self.send(), [])

    def test_are_kept_until_the_acknowledgement_and_go_again_after_a_reconnect(self):
        self.add(1, 2)
        for _ in range(3):
            self.assertEqual(self.send(), [1])
            self.queue.reconnected()
        self.send()
        self.acknowledge()
        self.queue.reconnected()
        self.assertEqual(self.send(), [2])

    def test_know_the_acknowledgements_of_others(self):
        self.add(1)
        self.assertFalse(self.queue.acknowledged(1))  # nothing is under way
        self.send()
        self.assertFalse(self.queue.acknowledged(2))
        self.queue.reconnected()
        self.assertFalse(self.queue.acknowledged(1))  # of a connection that is gone
        self.assertEqual(self.send(), [1])

    def test_wait_for_room(self):
        self.add(1)
        self.broker.room = 0
        self.assertEqual(self.send(), [])
        self.broker.room = 1
        self.assertEqual(self.send(), [1])

    def test_that_are_too_many_drop_the_oldest_and_count_it(self):
        self.add(1, 2, 3)
        self.assertEqual(self.queue.dropped, 0)
        self.add(4, 5)
        self.assertEqual(self.queue.dropped, 2)
        seen = []
        for _ in range(3):
            seen += self.send()
            self.acknowledge()
        self.assertEqual((seen, self.send()), ([3, 4, 5], []))

    def test_whose_oldest_is_dropped_while_it_is_under_way_take_no_other_for_it(self):
        self.add(1, 2, 3)
        self.send()
        self.add(4)
        self.assertFalse(self.acknowledge())
        self.assertEqual(self.send(), [2])


if __name__ == "__main__":
    unittest.main()
