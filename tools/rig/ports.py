"""Ports for servers of a test."""

import socket


def free_port() -> int:
    """One of 127.0.0.1 that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
