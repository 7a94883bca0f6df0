"""A PUBLISH (MQTT 3.1.1, section 3.3) whose payload is made while it goes out, piece by piece.

Seldom wanted, so it is not kept in memory: see loading.unload.
"""


def publish(mqtt, topic, size, pieces):
    """Send a retained message at QoS 1 with the payload that `pieces`, an iterator of bytes,
    yields: `size` bytes in all, 0..200,000,000. Returns what `Mqtt.publish_pieces` does.

    Pieces that do not keep their `size` end the connection: a broker would take what comes next
    for the rest of them.
    """
    return mqtt.publish_pieces(lambda pid: _packet(topic, pid, size, pieces))


def _packet(topic, pid, size, pieces):
    head = bytearray(b"\x33")  # PUBLISH, QoS 1, retained
    rest = 4 + len(topic) + size
    while rest > 0x7F:
        head.append(rest & 0x7F | 0x80)
        rest >>= 7
    head.append(rest)
    yield head + len(topic).to_bytes(2, "big") + topic + pid.to_bytes(2, "big")
    for piece in pieces:
        size -= len(piece)
        if size < 0:
            break
        yield piece
    if size:
        raise OSError("size")
