"""A PUBLISH (MQTT 3.1.1, section 3.3) whose payload is made while it goes out, piece by piece.

Seldom wanted, so it is not kept in memory: see loading.unload.
"""

from .packets import publish as head_of


def publish(mqtt, topic, make):
    """Send a retained message at QoS 1 with the payload that the iterator `make()` yields in
    pieces, 0..200,000,000 bytes in all. Returns what `Mqtt.publish_pieces` does.

    `make` is called twice: the length comes before the payload. Pieces that do not keep it end
    the connection: a broker would take what comes next for the rest of them.
    """
    return mqtt.publish_pieces(lambda pid: _packet(topic, pid, make))


def _packet(topic, pid, make):
    size = 0
    for piece in make():
        size += len(piece)
        yield b""  # to count may take as long as to send: others get their turn
    yield head_of(topic, size, True, pid)
    for piece in make():
        size -= len(piece)
        if size < 0:
            break
        yield piece
    if size:
        raise OSError("size")
