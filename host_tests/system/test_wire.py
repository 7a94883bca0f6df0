"""The operator of every system test: a box that breaks the contract fails the test, by name."""

import asyncio
import json

import aiomqtt
import pytest
from contract import examples, wire
from contract.document import FOLDER, topics
from desk import free_port
from office.operator import Operator
from rig.broker import broker

PREFIX = "pilotwire/v1/desk/"


def example(name):
    return examples.messages(FOLDER / "examples" / f"{name}.json")[0]


class Impostor:
    """Publishes on the box's topics what the contract says, or not."""

    def __init__(self, port):
        self._client = aiomqtt.Client("127.0.0.1", port)

    async def __aenter__(self):
        await self._client.__aenter__()
        return self

    async def __aexit__(self, *error):
        await self._client.__aexit__(*error)

    async def says(self, topic, message, qos=None):
        qos = topics()[topic].qos if qos is None else qos
        await self._client.publish(PREFIX + topic, json.dumps(message), qos)


def heard(tell, hear):
    """Run `tell(impostor)` while an operator runs `hear(operator)`."""

    async def run():
        port = free_port()
        async with (
            asyncio.timeout(60),
            broker(port),
            Impostor(port) as impostor,
            Operator("desk", port) as operator,
        ):
            await operator.send("cmd", b"")  # it listens from now on
            await tell(impostor)
            return await hear(operator)

    return asyncio.run(run())


def test_what_keeps_to_the_contract_is_heard():
    async def tell(box):
        for name in ("info", "state", "event", "tx"):
            await box.says(name, example(name))

    async def hear(operator):
        return await operator.wait("tx")

    assert heard(tell, hear) == example("tx")


@pytest.mark.parametrize(
    ("topic", "change", "said"),
    [
        ("state", {"pending": "none"}, "state: pending: 'none' is not of type 'integer'"),
        ("state", {"colour": "red"}, "'colour' was unexpected"),
        ("tx", {"seq": 0}, "tx:"),
    ],
)
def test_what_does_not_ends_whoever_waits(topic, change, said):
    async def tell(box):
        await box.says(topic, {**example(topic), **change})

    async def hear(operator):
        await operator.wait("state", lambda _: False)

    with pytest.raises(wire.Breach) as caught:
        heard(tell, hear)
    assert said in str(caught.value)


def test_a_test_that_waits_for_nothing_any_more_fails_at_its_end():
    async def tell(box):
        await box.says("online", 3)

    async def hear(operator):
        while not operator.of("online"):
            await asyncio.sleep(0.01)

    with pytest.raises(wire.Breach, match="3 is not one of"):
        heard(tell, hear)


def test_a_test_that_fails_for_another_reason_says_both():
    async def tell(box):
        await box.says("online", 3)

    async def hear(operator):
        while not operator.of("online"):
            await asyncio.sleep(0.01)
        raise KeyError("mine")

    with pytest.raises(KeyError) as caught:
        heard(tell, hear)
    assert "3 is not one of" in caught.value.__notes__[0]


def test_a_promise_of_qos_1_is_held():
    async def tell(box):
        await box.says("event", example("event"), qos=0)

    async def hear(operator):
        await operator.wait("state")

    with pytest.raises(wire.Breach, match="event: QoS: 1 is wanted, 0 came"):
        heard(tell, hear)


def test_a_test_may_send_the_box_whatever_it_likes_and_take_retained_messages_away():
    async def tell(box):
        await box.says("state", example("state"))

    async def hear(operator):
        await operator.send("cmd", b"\xff\xfe", retain=True)
        await operator.send("ack", b"[[")
        await operator.send("state", b"", retain=True)
        return await operator.wait("state", lambda state: state is None)

    assert heard(tell, hear) is None
