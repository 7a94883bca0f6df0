"""What the system tests have in common: who begins, and which broker they have used."""

from rig.broker import mosquitto

# They take longest: begun last, each would be waited for alone.
_FIRST = (
    "test_site_page",
    "test_site",
    "test_powercut",
    "test_examples",
    "test_sim_box",
    "test_link_fuzz",
    "test_demo",
)


def pytest_collection_modifyitems(items):
    places = {name: place for place, name in enumerate(_FIRST)}
    items.sort(key=lambda item: places.get(item.path.stem, len(_FIRST)))


def pytest_terminal_summary(terminalreporter):
    name = "mosquitto" if mosquitto() else "amqtt (mosquitto is not installed)"
    terminalreporter.line(f"broker: {name}")
