"""The topic info: what this box is and can, once for each connection. Loads on demand."""

CONTRACT = "1.0"
_TEXTS = ("location", "bay", "hours", "price")  # as configured, for people


def info(app, beats_s, local) -> dict:
    """`beats_s`: longest times between two states, idle and charging; `local`: topics set/ too."""
    hal, config = app.hal, app.config
    board = hal.board
    outputs = board["outputs"]
    fitted = (
        ("lock", outputs["lock"] and not config["cable_ma"]),
        ("three-phase-switch", outputs["three_phases"]),
        ("rcd-test", outputs["rcd_test"]),
        ("meter", app.meter),
        ("grid-meter", app.grid),
        ("fram", app.fram),
        ("dead-man", board.get("dead_man")),
        ("feedback", board.get("feedback", True)),
        ("local-control", local),
        ("tariff", app.tariff),
    )
    values = {
        "contract": CONTRACT,
        "id": config["id"],
        "model": board.get("model", board.get("name", "")),
        "board": board.get("name", ""),
        "firmware": hal.firmware,
        "boot": app.journal.boot,
        "capabilities": [name for name, there in fitted if there],
        "limits": {
            "rated_ma": board["rated_ma"],
            "limit_ma": config["limit_ma"],
            "min_ma": 6_000,
            "phases": board["phases"],
        },
        "profile": config["profile"],
        "authorise": config["authorise"],
        "meter": config["meter"],
        "zone": config["zone"],
        "heartbeat_s": {"idle": beats_s[0], "charging": beats_s[1]},
    }
    for key in _TEXTS:
        values[key] = config[key]
    return values
