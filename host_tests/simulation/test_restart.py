"""A restart that a command wants, of the whole firmware in virtual time."""

import json

from whole_box import PREFIX, WholeBox

RESET = json.dumps({"id": "r", "type": "reset"})


def starts(box):
    return [state["restart"] for state in box.states if state["restart"] == "command"]


def read(box, name):
    with box.flash.open("/" + name, "rb") as file:
        return file.read()


def test_comes_after_the_result_and_says_why_it_was():
    with WholeBox() as box:
        box.publish(PREFIX + "cmd", RESET)
        box.run(2)
        (result,) = [text for topic, text in box.messages if topic == PREFIX + "cmdres"]
        assert json.loads(result) == {"id": "r", "ok": True, "reason": ""}
        assert not starts(box)
        box.until(lambda state: state["restart"] == "command")
        assert box.breaches == []


def test_waits_for_the_end_of_a_charge():
    with WholeBox() as box:
        box.plug()
        box.until(lambda state: state["closed"])
        box.publish(PREFIX + "cmd", RESET)
        box.run(120)
        assert box.state["closed"]
        assert not starts(box)
        box.unplug()
        box.until(lambda state: state["restart"] == "command")


def test_waits_for_every_setting_that_is_to_be_on_flash():
    names = ("guests.json", "schedule.json", "tariff.json")
    with WholeBox() as box:
        files = box.box.app.files
        free, files._free = files._free, lambda: False
        for name in names:
            assert files.put(name, b"{}") == "deferred"
        box.publish(PREFIX + "cmd", RESET)
        box.run(10)
        files._free = free
        box.until(lambda state: state["restart"] == "command")
        assert [read(box, name) for name in names] == [b"{}"] * len(names)


def test_does_not_wait_for_flash_that_is_broken():
    def write(name, data):
        raise OSError(28)

    with WholeBox() as box:
        files = box.box.app.files
        files._write = write
        files.waiting["guests.json"] = b"{}"
        box.publish(PREFIX + "cmd", RESET)
        box.until(lambda state: state["restart"] == "command")
