"""Home Assistant's device discovery (MQTT integration, 2024.12 and later): one retained message.

What it says is data: discovery.jsonl. Its first line is the device, every other one an entity:
[what the box must have, name, component]. The message is streamed line by line, never whole in
memory; an entity that this box has not is named by its platform alone, which removes it from Home
Assistant where an earlier configuration had it.

Wanted once a connection, so neither it nor pieces.py is kept in memory: see loading.unload.
"""

from .pieces import publish as publish_pieces


def publish(mqtt, config, board, model, firmware):
    """Begin to publish the message on <ha_prefix>/device/<id>/config, at QoS 1.

    `config`: the checked configuration; `board`: the board's data, `model` its name, `firmware`
    its digest, "" where there is none. Returns the packet id that on_puback will name, or None
    when there is no room: then try again later. A flash that is broken ends the connection.
    """
    have = features(config, board)
    known = facts(config["id"], board["rated_ma"], model, firmware)
    topic = "%s/device/%s/config" % (config["ha_prefix"], config["id"])
    return publish_pieces(mqtt, topic.encode(), lambda: pieces(have, known))


def features(config, board):
    """What this box has, of what a line may ask for: words."""
    has = {
        b"three": board["phases"] == 3,
        b"meter": config["meter"],
        b"grid": config["grid_meter"],
        b"local": config["local_ttl_s"],
        b"switch": board["outputs"]["three_phases"],
    }
    return [word for word in has if has[word]]


def facts(id_, rated_ma, model, firmware):
    """What a line leaves open, in the order of its filling in: pairs of bytes."""
    most_a = b"%g" % (rated_ma / 1000)
    return (
        (b"<id>", id_.encode()),
        (b'"<max_a>"', most_a),
        (b"<max_a>", most_a),
        (b"<model>", model.encode()),
        (b"<firmware>", firmware.encode()),
    )


def pieces(have, known):
    """Yield the message, a line of the file at a time."""
    with open(__file__.rsplit(".", 1)[0] + ".jsonl", "rb") as file:
        yield _filled(file.readline().rstrip()[:-1] + b',"cmps":', known)
        before = b"{"
        while line := file.readline():
            line = _filled(_component(line, have, before), known)
            yield line
            before = b","
    yield b"}}"


def _component(line, have, before):
    """A member of `cmps` from ["meter three","current_l2",{"p":"sensor","name":...}]"""
    _, wanted, _, name, _, _, _, platform, rest = line.split(b'"', 8)
    piece = b'%s"%s":{"p":"%s"' % (before, name, platform)
    for word in wanted.split():
        if word not in have:
            return piece + b"}"
    return piece + b',"uniq_id":"<id>_%s"%s' % (name, rest.rstrip()[:-1])


def _filled(line, known):
    for name, value in known:
        line = line.replace(name, value)
    return line
