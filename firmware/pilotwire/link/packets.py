"""MQTT 3.1.1 packets (OASIS) that a client sends, composed. What it receives is taken apart where
it lies, in mqtt.py.

No library: umqtt.simple opens and reads its own socket and waits on it. What it would take to keep
it from that, and itself, are 3 KB of the heap that TLS needs.
"""

PINGREQ = b"\xc0\x00"


def head(first, size):
    """The fixed header (section 2.2) of a packet whose rest has `size` bytes, 0..268,435,455."""
    packet = bytearray((first,))
    while size > 0x7F:
        packet.append(size & 0x7F | 0x80)
        size >>= 7
    packet.append(size)
    return packet


def text(data):
    """`data` (bytes, 0..65,535 of them) with its length before it (section 1.5.3)."""
    return len(data).to_bytes(2, "big") + data


def connect(client_id, user, password, keepalive_s, will_topic, will_payload):
    """CONNECT (section 3.1) of a clean session. Bytes; `user` and `will_topic` may be None.

    The will is retained, at QoS 1.
    """
    flags = 0x02
    payload = text(client_id)
    if will_topic is not None:
        flags |= 0x2C
        payload += text(will_topic) + text(will_payload)
    if user is not None:
        flags |= 0xC0
        payload += text(user) + text(password)
    body = b"\x00\x04MQTT\x04" + bytes((flags,)) + keepalive_s.to_bytes(2, "big") + payload
    return head(0x10, len(body)) + body


def subscribe(pid, topic):
    """SUBSCRIBE (section 3.8) to one filter at QoS 1."""
    body = pid.to_bytes(2, "big") + text(topic) + b"\x01"
    return head(0x82, len(body)) + body


def publish(topic, size, retain, pid):
    """PUBLISH (section 3.3) up to its payload of `size` bytes; at QoS 0 where `pid` is 0."""
    after = pid.to_bytes(2, "big") if pid else b""
    first = 0x30 | (0x02 if pid else 0) | (0x01 if retain else 0)
    return head(first, 2 + len(topic) + len(after) + size) + text(topic) + after
