"""Datagrams on the real sockets of both interpreters."""

import asyncio
import socket
import unittest

from pilotwire.udp import Datagrams


class Loopback(unittest.TestCase):
    def setUp(self):
        for port in range(42_000, 42_100):  # MicroPython does not tell which one it would choose
            self.peer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            try:
                self.peer.bind(socket.getaddrinfo("127.0.0.1", port)[0][-1])
            except OSError:
                self.peer.close()  # somebody else's
                continue
            self.peer.settimeout(5)
            self.port = port
            return
        raise OSError("no free port")

    def tearDown(self):
        self.peer.close()

    def test_go_there_and_back_whole_and_one_at_a_time(self):
        line = Datagrams("127.0.0.1", self.port)
        line.send(b"question")
        data, asker = self.peer.recvfrom(100)
        self.assertEqual(data, b"question")
        self.peer.sendto(b"one", asker)
        self.peer.sendto(b"two", asker)
        self.assertEqual(asyncio.run(line.receive(100, 5_000)), b"one")
        self.assertEqual(asyncio.run(line.receive(100, 5_000)), b"two")
        line.close()

    def test_from_nobody_else_are_taken(self):
        line = Datagrams("127.0.0.1", self.port)
        line.send(b"question")
        _, asker = self.peer.recvfrom(100)
        stranger = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        stranger.sendto(b"lie", asker)
        stranger.close()
        self.assertEqual(asyncio.run(line.receive(100, 100)), None)
        line.close()

    def test_do_not_hold_the_loop_up_while_they_are_waited_for(self):
        async def others(asker):
            for _ in range(5):
                await asyncio.sleep(0.01)
            self.peer.sendto(b"answer", asker)

        async def story():
            line.send(b"question")
            _, asker = self.peer.recvfrom(100)
            other = asyncio.create_task(others(asker))
            self.assertEqual(await line.receive(100, 10_000), b"answer")
            await other

        line = Datagrams("127.0.0.1", self.port)
        asyncio.run(story())
        line.close()


if __name__ == "__main__":
    unittest.main()
