"""What `pilotwire provision` makes, at a real mosquitto: the box gets in, and nobody else."""

import asyncio
import getpass
import json

import aiomqtt
import pytest
from desk import free_port
from pilotwire_cli.main import app
from rig.broker import broker, mosquitto
from typer.testing import CliRunner


@pytest.mark.skipif(not mosquitto(), reason="mosquitto is not installed")
def test_mosquitto_takes_the_password_and_the_list_that_were_made(tmp_path):
    arguments = ["provision", "make", str(tmp_path), "--id", "box-1", "--no-tls"]
    port = free_port()
    made = CliRunner().invoke(app, [*arguments, "--broker", f"127.0.0.1:{port}"])
    assert made.exit_code == 0, made.output
    config = json.loads((tmp_path / "boxes" / "box-1" / "config.json").read_text())
    files = tmp_path / "broker"
    text = (
        f"listener {port} 127.0.0.1\nuser {getpass.getuser()}\npassword_file {files}/passwords\n"
        f"acl_file {files}/acl\nallow_anonymous false\n"
    )

    async def enters(password):
        try:
            async with aiomqtt.Client("127.0.0.1", port, username="box-1", password=password):
                return True
        except aiomqtt.MqttError:
            return False

    async def run():
        async with broker(port, "mosquitto", text):
            return [await enters(one) for one in (config["mqtt_password"], "another")]

    assert asyncio.run(run()) == [True, False]
